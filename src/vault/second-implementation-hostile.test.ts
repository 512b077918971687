import { createPrivateKey, hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decrypt, hasDecryptor, type Decrypted } from './decryptor.fixture.ts';
import type { Json } from '../bytes/canonical-json.ts';
import { lengthPrefixed } from '../bytes/encoding.ts';
import { openManifestHead, snapshotName } from './format/manifest.ts';
import { canonicalBytes } from './format/signed-json.ts';
import { makeVectors } from './format/vectors.fixture.ts';
import { signAs } from './format/writer-key.ts';
import { encodeNode, type FileEntry } from './format/tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystead-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Vault = ReturnType<typeof makeVectors>;

let count = 0;
/** Puts the vault there, and restores it. */
async function restored(
  vault: Vault,
  more: readonly string[] = ['--snapshot', vault.snapshot],
): Promise<Decrypted & { readonly to: string }> {
  const at = join(folder, String(count++));
  for (const [name, bytes] of Object.entries(vault.objects)) {
    mkdirSync(dirname(join(at, 'store', name)), { recursive: true });
    writeFileSync(join(at, 'store', name), Buffer.from(bytes, 'base64'));
  }
  writeFileSync(join(at, 'keys'), JSON.stringify(vault.dataKeys));
  const to = join(at, 'to');
  return { to, ...(await decrypt([join(at, 'store'), '--data-keys', join(at, 'keys'), '--to', to, ...more])) };
}

const named = (name: string) => (entry: FileEntry) => encodeNode([{ ...entry, name: Buffer.from(name, 'latin1') }]);
const changed = (part: Partial<FileEntry>) => (entry: FileEntry) => encodeNode([{ ...entry, ...part }]);

const attribute = (hex: string) => ({ attributes: [{ tag: 1, value: Buffer.from(hex, 'hex') }] });
const tooMany = { attributes: [1, 2].map((n) => ({ tag: 98 + n, value: Buffer.alloc((1 << 19) + 1) })) };
const link =
  (target: string) =>
  ({ name, mode, uid, gid, mtimeNs, ctimeNs, device, inode, links }: FileEntry) =>
    encodeNode([
      { type: 'link', name, mode, uid, gid, mtimeNs, ctimeNs, device, inode, links, target: Buffer.from(target) },
    ]);

describe.skipIf(!hasDecryptor)('tools/decrypt.py with what a hostile writer has signed', () => {
  it.each<[string, (entry: FileEntry) => Buffer, string]>([
    ['no name', named(''), 'a name cannot be one'],
    ['this folder', named('.'), 'a name cannot be one'],
    ['the folder above', named('..'), 'a name cannot be one'],
    ['a way out', named('../out'), 'a name cannot be one'],
    ['a place of the machine', named('/tmp/out'), 'a name cannot be one'],
    ['a zero byte', named('a\0b'), 'a name cannot be one'],
    ['one name twice', (entry) => encodeNode([entry, entry]), 'names are out of order'],
    ['a size that its extents have not', changed({ size: 199 }), 'extents do not sum to the size'],
    [
      'a part of no chunk',
      (entry) => changed({ extents: [{ ...entry.extents[0]!, chunk: Buffer.alloc(32) }] })(entry),
      'a part of it is in no index',
    ],
    [
      'more than its chunk has',
      (entry) => changed({ extents: [{ ...entry.extents[0]!, offset: 1 }] })(entry),
      'an extent is beyond its chunk',
    ],
    [
      'bytes behind its entries',
      (entry) => Buffer.concat([encodeNode([entry]), Buffer.alloc(1)]),
      'bytes follow a node',
    ],
    [
      'another version',
      (entry) => Buffer.concat([Buffer.from([3]), encodeNode([entry]).subarray(1)]),
      'unknown version',
    ],
    ['an attribute that ends within its name', changed(attribute('00000005' + '75')), 'an attribute ends too early'],
    ['an attribute without a name', changed(attribute('00000000' + '75')), 'an attribute has no such name'],
    ['an attribute with a zero byte in its name', changed(attribute('000000027500')), 'an attribute has no such name'],
    ['more attributes than an entry may have', changed(tooMany), 'an entry has too many attributes'],
    ['a link to nothing', link(''), 'a link leads to what is no path'],
    ['a link to what is no path', link('a\0b'), 'a link leads to what is no path'],
    ['fewer bytes than it says', (entry) => encodeNode([entry]).subarray(0, -1), 'a node ends too early'],
  ])('takes nothing from a folder with %s', async (_, nodeOf, why) => {
    const { code, err, to } = await restored(makeVectors(nodeOf));
    expect([code, err]).toEqual([4, expect.stringContaining(why)]);
    expect(err).toContain(`problem: '${to}`);
    expect(readdirSync(to)).toEqual([]);
  });

  it.each<[string, (objects: Record<string, string>) => void, string]>([
    ['no descriptor', (objects) => delete objects['vault.json'], 'vault.json cannot be read'],
    [
      'a descriptor that is not canonical',
      (objects) => edit(objects, 'vault.json', (text) => `${text}\n`),
      'vault.json is not canonical JSON',
    ],
    [
      'a descriptor with a fraction',
      (objects) => edit(objects, 'vault.json', (text) => text.replace('"createdMs":0', '"createdMs":0.5')),
      'vault.json is not canonical JSON',
    ],
    [
      'a descriptor with a number that is not safe',
      (objects) => edit(objects, 'vault.json', (text) => text.replace('"createdMs":0', '"createdMs":9007199254740993')),
      'vault.json is not canonical JSON',
    ],
    [
      'a descriptor of somebody else',
      (objects) => edit(objects, 'vault.json', (text) => text.replace('tenant-1', 'tenant-2')),
      'vault.json is not signed',
    ],
    [
      'a format of the future',
      (objects) => edit(objects, 'vault.json', (text) => text.replace('"format":1', '"format":2')),
      'look for a newer tool',
    ],
    ['no envelope', (objects) => each(objects, 'keys/', (name) => delete objects[name]), 'is not in the store'],
    [
      'an envelope of somebody else',
      (objects) =>
        each(objects, 'keys/', (name) => edit(objects, name, (text) => text.replace('"createdMs":1', '"createdMs":2'))),
      '.json is not signed',
    ],
    ['no index', (objects) => each(objects, 'index/', (name) => delete objects[name]), 'cannot be read'],
    [
      'an index that was changed',
      (objects) => each(objects, 'index/', (name) => flip(objects, name, 150)),
      'was changed',
    ],
    [
      'a head that was changed',
      (objects) => each(objects, 'snapshots/', (name) => flip(objects, name, 40)),
      'snapshots/',
    ],
    [
      'a body that was changed',
      (objects) => each(objects, 'snapshots/', (name) => flip(objects, name, -1)),
      'the body is not the one signed',
    ],
  ])('refuses a vault with %s', async (_, change, why) => {
    const vault = makeVectors();
    const objects: Record<string, string> = { ...vault.objects };
    change(objects);
    const { code, err } = await restored({ ...vault, objects } as Vault);
    expect([code, err]).toEqual([1, expect.stringContaining(why)]);
    expect(err).toMatch(/^(?:finding: .*\n)?refused: /);
  });

  it('passes over later revisions of an envelope that nobody has signed who may', async () => {
    const vault = makeVectors();
    const objects: Record<string, string> = { ...vault.objects };
    each(objects, 'keys/', (name) => {
      const own = objects[name] as string;
      const signed = Buffer.from(own, 'base64').toString();
      const unsigned = (value: string) =>
        Buffer.from(
          signed.replace('"revision":1', '"revision":5').replace(/"value":"[^"]*"/, `"value":"${value}"`),
        ).toString('base64');
      for (const [revision, bytes] of [
        ['00000002', Buffer.from('no envelope').toString('base64')],
        ['00000003', own],
        ['00000004', Buffer.alloc((1 << 20) + 1).toString('base64')],
        ['00000005', unsigned('!')],
        ['00000006', unsigned('ü')],
        ['00000007', Buffer.from('['.repeat(500_000) + ']'.repeat(500_000)).toString('base64')],
      ] as const) {
        objects[name.replace('00000001', revision)] = bytes;
      }
    });
    expect(await restored({ ...vault, objects } as Vault)).toMatchObject({ code: 0, err: '' });
  });

  it.each<[string, Record<string, Json>]>([
    ['no time', {}],
    ['a time that is none', { createdMs: '5' }],
    ['a member that nobody knows', { createdMs: 5, another: 1 }],
    ['a member that stands for nothing alone', { createdMs: 5, takenMs: 5 }],
  ])('names a head with %s, and restores the others', async (_, members) => {
    const vault = makeVectors();
    const [writer = ''] = vault.snapshot.split('-');
    const { vault: id } = (
      JSON.parse(Buffer.from(vault.objects['vault.json'] as string, 'base64').toString()) as {
        descriptor: { vault: string };
      }
    ).descriptor;
    const body = { commitment: '00'.repeat(32), key: '00'.repeat(16), length: 0, salt: '00'.repeat(32), sha256: '' };
    const base = { body, domain: '00'.repeat(16), format: 1, keys: [], parent: null, previous: null, sequence: 2 };
    const head = canonicalBytes({ ...base, vault: id, writer, ...members });
    const seed = hash('sha256', 'vector writer', 'buffer');
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const signature = signAs('manifest', createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }), head);
    const bytes = Buffer.concat([Buffer.from('KSSNAP01'), lengthPrefixed(head), signature]);
    const name = snapshotName(writer, 2);
    const objects = { ...vault.objects, [name]: bytes.toString('base64') };
    const { code, err, to } = await restored({ ...vault, objects } as Vault);
    expect([code, err]).toEqual([4, `finding: ${name} has odd members\n`]);
    expect(readdirSync(to)).toHaveLength(1);
    const writers = [{ id: writer, publicKey: publicKeyOf(vault) }];
    expect(() => openManifestHead(name, bytes, id, writers)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it('writes into no folder that has something, and into none by a link', async () => {
    const vault = makeVectors();
    const to = join(folder, 'full');
    mkdirSync(to);
    writeFileSync(join(to, 'kept'), 'kept');
    const refused = await restored(vault, ['--to', to]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('is not empty')]);
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    const failed = await restored(vault, ['--to', join(folder, 'link')]);
    expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(/^failed: FileExistsError/)]);
  });

  it('says of a key that it does not speak to what to do', async () => {
    const vault = makeVectors();
    const { code, err } = await restored({ ...vault, dataKeys: {} } as Vault);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(
        'none key: this tool does not speak to such a key: "keystead vault restore --offline" may do it, or --data-keys',
      ),
    ]);
  });

  it.each([
    [['--snapshot', 'newest'], 'snapshots/newest cannot be read'],
    [['--writer', '0'.repeat(32)], 'the vault was made by'],
  ])('refuses %j', async (more, why) => {
    const { code, err } = await restored(makeVectors(), more);
    expect([code, err]).toEqual([1, expect.stringContaining(why)]);
  });
});

function publicKeyOf(vault: Vault): Buffer {
  const descriptor = Buffer.from(vault.objects['vault.json'] as string, 'base64').toString();
  return Buffer.from(/"publicKey":"([^"]+)"/.exec(descriptor)?.[1] as string, 'base64');
}

type Objects = Record<string, string>;

function each(objects: Objects, prefix: string, change: (name: string) => unknown): void {
  for (const name of Object.keys(objects).filter((one) => one.startsWith(prefix))) change(name);
}

function edit(objects: Objects, name: string, change: (text: string) => string): void {
  const before = Buffer.from(objects[name] as string, 'base64').toString('utf8');
  objects[name] = Buffer.from(change(before)).toString('base64');
  expect(change(before)).not.toBe(before);
}

function flip(objects: Objects, name: string, at: number): void {
  const bytes = Buffer.from(objects[name] as string, 'base64');
  const where = at < 0 ? bytes.length + at : at;
  bytes[where] = (bytes[where] as number) ^ 1;
  objects[name] = bytes.toString('base64');
}
