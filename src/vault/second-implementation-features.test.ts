import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { xWingPair } from '../crypto/x-wing.ts';
import { backup } from './backup/backup.ts';
import { decrypt, hasDecryptor, type Decrypted } from './decryptor.fixture.ts';
import { DESCRIPTOR_NAME } from './format/descriptor.ts';
import { MAX_JSON_OBJECT_LENGTH } from './format/format.ts';
import { makeRecoveryKey, writeRecoveryKey } from './format/recovery-key.ts';
import { writerOf } from './format/writer-key.ts';
import { enrolWriter, revokeWriter } from './further-writers.ts';
import { forget } from './keeping/forget.ts';
import { retire } from './keeping/retire.ts';
import { AwsKmsMasterKey } from './master-keys/aws-kms.ts';
import { KeysteadFixture } from './master-keys/aws-kms.keystead.fixture.ts';
import { SealedMasterKey } from './master-keys/sealed-master-key.ts';
import { createRepository, openRepository, type Repository } from './repository.ts';
import { rewrap } from './rewrap.ts';
import { listSnapshots, currentId } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { FolderTarget } from './targets/folder.ts';
import { makeTree, noise, picture, removeScratch, scratch, writerKey } from './vault.fixture.ts';
import { makeDedupeKey, openKnown, openWriteOnly } from './write-only/open-write-only.ts';
import { ensurePair } from './write-only/pairs.ts';
import { wordFor } from './write-only/word.ts';

const rulesOf = () => undefined;

/** One vault with everything that the format knows, and nothing but its folder and a key to read it with. */
describe.skipIf(!hasDecryptor)('tools/decrypt.py with a vault of every feature', () => {
  const identity = { tenant: 'tenant-1', environment: 'environment-1' };
  let server: KeysteadFixture;
  let folder: string;
  let store: string;
  let before: Awaited<ReturnType<KeysteadFixture['importedKey']>>;
  let key: typeof before;
  let creator: string;
  let env: Record<string, string>;
  /** What each snapshot must give back, by the id that it has now. */
  const pictures = new Map<string, string[]>();
  const ids: Record<string, string> = {};
  /** What each run made, before anything was replaced. */
  const runs = new Map<string, { readonly id: string; readonly shown: string[] }>();

  const open: Repository[] = [];
  const kept = <R extends Repository>(repository: R): R => (open.push(repository), repository);

  beforeAll(async () => {
    folder = scratch();
    server = await KeysteadFixture.start();
    store = join(folder, 'store');
    env = {
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    };
    const [own, host, strange] = [writerKey(), writerKey(), writerKey()];
    before = await server.importedKey();
    key = await server.importedKey();
    const recovery = makeRecoveryKey();
    writeFileSync(join(folder, 'recovery.key'), writeRecoveryKey(recovery.seed, recovery.keyId));
    const offline = new SealedMasterKey({
      provider: 'recovery',
      keyId: recovery.keyId,
      publicKey: xWingPair(recovery.seed).publicKey,
    });
    const target = new FolderTarget(store);
    const masterKeys = [new AwsKmsMasterKey(server.client(), before.arn, identity), offline];
    const repository = kept(await createRepository(target, { identity, masterKeys, writerKey: own }));
    creator = repository.descriptor.creator;

    const sources = { own: join(folder, 'own'), host: join(folder, 'host'), other: join(folder, 'other') };
    for (const path of Object.values(sources)) mkdirSync(path);
    makeTree(sources.own);
    const run = async (name: string, by: Repository, path: string): Promise<void> => {
      const { snapshotId } = await backup({ repository: by, source: new FolderSource(path, path), threads: 0 });
      runs.set(name, { id: snapshotId, shown: picture(path) });
    };
    await run('first', repository, sources.own);
    writeFileSync(join(sources.own, 'newer'), 'newer');
    await run('second', repository, sources.own);

    // A host that may write only, by the vault's pair.
    writeFileSync(join(sources.host, 'of the host'), noise('host', 300_000));
    const { pair, bytes } = await ensurePair(repository);
    await enrolWriter(repository, writerOf(host).publicKey);
    const descriptor = await target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH);
    const known = { descriptor, creator, vault: repository.descriptor.vault, pair: bytes, pairId: pair.key };
    const made = await makeDedupeKey(openKnown(known), host);
    await target.put(made.name, made.envelope);
    // Whoever answers the host sees the writers that there are by now.
    const openAs = async (signer: typeof own, name: string) =>
      kept(await openRepository(target, { masterKeys, writerKey: signer, cacheFolder: join(folder, `cache-${name}`) }));
    const answering = await openAs(own, 'answering');
    const ask = () => wordFor(answering, writerOf(host).id);
    const writing = openWriteOnly(target, {
      known,
      writerKey: host,
      dedupe: { id: made.id, key: bytesOf(Buffer.from(made.key)) },
      server: { ask, prove: async () => void (await ask()) },
    });
    await run('host', kept(writing), sources.host);

    // A further writer with the master key.
    writeFileSync(join(sources.other, 'of another'), 'another');
    await enrolWriter(repository, writerOf(strange).publicKey);
    const further = await openAs(strange, 'further');
    await run('further', further, sources.other);

    // As it was by then: a re-wrapping gives what lies under the pair recipients of its own.
    cpSync(store, join(folder, 'early'), { recursive: true });

    // A data key leaked: what lies under it is replaced. Then everything goes to another master key.
    const keeping = await openAs(own, 'keeping');
    const { snapshots } = await listSnapshots(keeping);
    const leaked = snapshots[0]?.head.keys.find(({ purpose }) => purpose === 'data')?.id as string;
    await retire({ repository: keeping, rulesOf, key: leaked });
    const moved = [new AwsKmsMasterKey(server.client(), key.arn, identity), offline];
    const both = { masterKeys: [...masterKeys, ...moved], writerKey: own, cacheFolder: join(folder, 'cache-both') };
    await rewrap({ repository: kept(await openRepository(target, both)), to: moved });
    await before.disable();
    const now = kept(
      await openRepository(target, { masterKeys: moved, writerKey: own, cacheFolder: join(folder, 'cache-now') }),
    );
    writeFileSync(join(sources.own, 'newest'), 'newest');
    await run('third', now, sources.own);
    await forget({
      repository: now,
      rulesOf,
      what: { snapshots: [currentId(await listSnapshots(now), runs.get('second')!.id)] },
    });
    ids['forgotten'] = runs.get('second')!.id;
    // The further writer goes on when it is let go: what it wrote after its first snapshot does not count.
    const late = kept(
      await openRepository(target, { masterKeys: moved, writerKey: strange, cacheFolder: join(folder, 'cache-late') }),
    );
    const done = await backup({ repository: late, source: new FolderSource(sources.other, sources.other), threads: 0 });
    ids['late'] = done.snapshotId;
    const list = await listSnapshots(now);
    await revokeWriter(now, writerOf(strange).id, 1);
    for (const [name, { id, shown }] of runs) {
      if (name === 'second') continue;
      ids[name] = id;
      pictures.set(currentId(list, id), shown);
    }
  });
  afterAll(async () => {
    for (const repository of open) repository.close();
    await server.stop();
    removeScratch(folder);
  });

  const asKms = (...args: string[]): Promise<Decrypted> =>
    decrypt([store, '--writer', creator, '--kms-endpoint', server.url, ...args], env);

  it('lists what counts, and says what does not', async () => {
    const { code, out, err } = await asKms('--list');
    const listed = out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(code).toBe(4);
    expect(new Set(listed)).toEqual(new Set(pictures.keys()));
    expect(err).toBe(`finding: snapshots/${ids['late']?.replace('-', '/')} came after its writer was let go\n`);
  });

  it('gives every snapshot back by a key service, and by the recovery key when there is none', async () => {
    await Promise.all(
      [...pictures].map(async ([id, expected]) => {
        const to = join(folder, `by-kms-${id}`);
        expect((await asKms('--snapshot', id, '--to', to)).err).not.toContain('problem');
        expect(picture(to)).toEqual(expected);
      }),
    );
    await key.disable();
    const dark = await asKms('--snapshot', [...pictures.keys()][0] as string, '--to', join(folder, 'dark'));
    expect([dark.code, dark.err]).toEqual([1, expect.stringMatching(/aws-kms arn\S+: .*DisabledException/)]);
    expect(dark.err).toContain('say --recovery-key FILE');
    const alone = [store, '--recovery-key', join(folder, 'recovery.key')];
    for (const [id, expected] of pictures) {
      const to = join(folder, `by-recovery-${id}`);
      const { err } = await decrypt([...alone, '--snapshot', id, '--to', to], { AWS_EC2_METADATA_DISABLED: 'true' });
      expect(err).not.toContain('problem');
      expect(picture(to)).toEqual(expected);
    }
    await key.enable();
  });

  it('leads from an older name to what took its place, and says of the rest what became of it', async () => {
    const to = join(folder, 'by-the-old-name');
    expect((await asKms('--snapshot', ids['first'] as string, '--to', to)).err).not.toContain('problem');
    expect(picture(to)).toEqual(pictures.values().next().value);
    for (const [name, why] of [
      ['forgotten', 'was taken away on purpose (forgotten)'],
      ['late', 'came after its writer was let go'],
    ] as const) {
      const done = await asKms('--snapshot', ids[name] as string, '--to', join(folder, name));
      expect([done.code, done.err]).toEqual([1, expect.stringContaining(why)]);
    }
    const several = await asKms('--to', join(folder, 'several'));
    expect([several.code, several.err]).toEqual([1, expect.stringContaining('there are 3 sources and writers')]);
  });

  it.each([
    ['there is none', () => {}],
    ['the one there is cannot do it', (path: string) => symlinkSync('/usr/bin/false', join(path, 'node'))],
  ])('says without Node what else opens what was sealed to a public key: %s', async (_, fill) => {
    const PATH = mkdtempSync(join(folder, 'path-'));
    fill(PATH);
    const alone = [store, '--recovery-key', join(folder, 'recovery.key')];
    const args = ['--snapshot', [...pictures.keys()][0] as string, '--to', join(folder, 'without-node')];
    const done = await decrypt([...alone, ...args], { PATH });
    expect([done.code, done.err]).toEqual([
      1,
      expect.stringMatching(
        /recovery x-wing:\S+: it takes node 24\.7 or later on the PATH.*"keystead vault restore --offline".*--data-keys/,
      ),
    ]);
    expect(existsSync(join(folder, 'without-node'))).toBe(false);
  });

  it('opens by the pair what a host has sealed that may write only, and without Node the rest', async () => {
    await before.enable();
    const early = join(folder, 'early');
    const restore = async (name: string, to: string, more: Record<string, string> = {}) => {
      const args = ['--kms-endpoint', server.url, '--snapshot', runs.get(name)!.id, '--to', join(folder, to)];
      return await decrypt([early, ...args], { ...env, ...more });
    };
    expect(await restore('host', 'by-pair')).toEqual({ code: 0, out: '', err: '' });
    expect(picture(join(folder, 'by-pair'))).toEqual(runs.get('host')!.shown);
    const withoutNode = { PATH: join(folder, 'no path') };
    expect((await restore('first', 'without-pair', withoutNode)).code).toBe(0);
    expect(picture(join(folder, 'without-pair'))).toEqual(runs.get('first')!.shown);
    const host = await restore('host', 'none', withoutNode);
    expect([host.code, host.err]).toEqual([1, expect.stringMatching(/pair [0-9a-f]{32}: it takes node 24\.7/)]);
    await before.disable();
  });

  it.each([
    [
      'a mistyped digit',
      (text: string) => text.replace(/^(keystead-recovery-key-1) [0-9a-f]{8}/m, '$1 00000000'),
      'or mistyped',
    ],
    ['another file', () => 'nothing of the kind\n', 'holds none'],
    [
      'the key of somebody else',
      () => writeRecoveryKey(...stranger()).toString('latin1'),
      'it is another recovery key',
    ],
  ])('refuses as a recovery key %s', async (_, change, why) => {
    const file = join(folder, 'other.key');
    writeFileSync(file, change(readFileSync(join(folder, 'recovery.key'), 'latin1')));
    const options = ['--recovery-key', file, '--snapshot', [...pictures.keys()][0] as string];
    const done = await decrypt([store, ...options, '--to', join(folder, 'none')], {});
    expect([done.code, done.err]).toEqual([1, expect.stringContaining(why)]);
    rmSync(file);
  });
});

function stranger(): Parameters<typeof writeRecoveryKey> {
  const { seed, keyId } = makeRecoveryKey();
  return [seed, keyId];
}
