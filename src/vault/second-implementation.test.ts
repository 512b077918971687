import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../test/ceph/s3-server.fixture.ts';
import { backup } from './backup/backup.ts';
import { decrypt, hasDecryptor, type Decrypted } from './decryptor.fixture.ts';
import { readAttributes, writeAttribute } from './linux-attributes.ts';
import { AwsKmsMasterKey } from './master-keys/aws-kms.ts';
import { KeysteadFixture } from './master-keys/aws-kms.keystead.fixture.ts';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import { createRepository } from './repository.ts';
import { FolderSource } from './sources/folder.ts';
import { bucketPlace, s3Target } from './targets/s3/s3.fixture.ts';
import { makeTree, newVault, noise, picture, removeScratch, scratch, writerKey } from './vault.fixture.ts';

/** Keeps every data key that it hands out, as nobody should. */
class LeakyMasterKey extends FixtureMasterKey {
  readonly keys: Record<string, string> = {};

  override async generate(context: Parameters<FixtureMasterKey['generate']>[0]) {
    const made = await super.generate(context);
    this.keys[context.key] = made.dataKey.toString('hex');
    return made;
  }
}

describe.skipIf(!hasDecryptor)('tools/decrypt.py, from the specification alone', () => {
  let folder: string;
  let source: string;
  afterEach(() => removeScratch(folder));

  async function made() {
    folder = scratch();
    source = join(folder, 'source');
    mkdirSync(source);
    makeTree(source);
    const masterKey = new LeakyMasterKey('leaky');
    const { repository } = await newVault(folder, { masterKeys: [masterKey] });
    const first = await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    writeFileSync(join(source, 'new'), 'new');
    const second = await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify(masterKey.keys), { mode: 0o600 });
    const store = join(folder, 'store');
    const run = (...args: string[]): Promise<Decrypted> => decrypt([store, '--data-keys', keys, ...args]);
    return { repository, first: first.snapshotId, second: second.snapshotId, store, run };
  }

  it('knows extended attributes, and files whose extents lie in nodes of their own', async () => {
    folder = scratch();
    source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'long'), noise('long', 5_500_000));
    writeFileSync(join(source, 'file'), 'content');
    const note = { name: Buffer.from('user.note'), value: Buffer.from([1, 0, 2]) };
    writeAttribute(Buffer.from(join(source, 'file')), note);
    const masterKey = new LeakyMasterKey('leaky');
    const chunker = { minimum: 64, average: 256, maximum: 1024 };
    const { repository } = await newVault(folder, { masterKeys: [masterKey], chunker });
    const { snapshotId } = await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    const [keys, restored] = [join(folder, 'keys.json'), join(folder, 'restored')];
    writeFileSync(keys, JSON.stringify(masterKey.keys), { mode: 0o600 });
    const args = [join(folder, 'store'), '--data-keys', keys, '--snapshot', snapshotId, '--to', restored];
    expect(await decrypt(args)).toMatchObject({ code: 0 });
    expect(picture(restored)).toEqual(picture(source));
    expect(readAttributes(Buffer.from(join(restored, 'file')))).toEqual([note]);
  });

  it('lists, and restores the newest, an older one, and some paths, byte for byte', async () => {
    const { repository, first, second, run } = await made();
    const list = await run('--list');
    expect([
      list.code,
      list.err,
      list.out
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ]).toEqual([0, '', [first, second]]);
    const [newest, older, some] = ['newest', 'older', 'some'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    expect(await run('--to', newest)).toEqual({ code: 0, out: '', err: '' });
    expect(picture(newest)).toEqual(picture(source));
    expect((await run('--to', older, '--snapshot', first)).code).toBe(0);
    expect(readdirSync(older)).not.toContain('new');
    expect((await run('--to', some, '--path', 'folder/deep', '--path', '/new')).code).toBe(0);
    expect(readdirSync(some, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(
      ['folder', 'folder/deep', 'folder/deep/deeper', 'folder/deep/deeper/secret', 'new'].toSorted(),
    );
    const none = await run('--to', join(folder, 'none'), '--path', 'folder/depe', '--path', 'new');
    expect([none.code, none.err]).toEqual([4, expect.stringContaining(`problem: 'folder/depe/': there is no such`)]);
    expect(readdirSync(join(folder, 'none')).toSorted()).toEqual(['folder', 'new']);
    const stranger = await run('--list', '--writer', '0'.repeat(32));
    expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining('was made by')]);
    repository.close();
  });

  it('refuses what was changed, and tells what is gone', async () => {
    const { repository, first, second, store, run } = await made();
    const at = (id: string) => join(store, 'snapshots', id.replace('-', '/'));
    const genuine = readFileSync(at(second));
    const changed = Buffer.from(genuine);
    changed[changed.length - 1]! ^= 1;
    writeFileSync(at(second), changed);
    const refused = await run('--to', join(folder, 'changed'));
    expect([refused.code, refused.err]).toEqual([1, 'refused: the body is not the one signed\n']);
    writeFileSync(at(second), genuine);
    rmSync(at(first));
    const list = await run('--list');
    expect([list.code, list.err]).toEqual([
      4,
      `finding: what came before ${second}, from number 1 on, was there and is gone\n`,
    ]);
    for (const pack of readdirSync(join(store, 'packs'), { recursive: true, withFileTypes: true })) {
      if (!pack.isFile()) continue;
      const path = join(pack.parentPath, pack.name);
      const bytes = readFileSync(path);
      bytes[200]! ^= 1;
      writeFileSync(path, bytes);
    }
    const damaged = await run('--to', join(folder, 'damaged'));
    expect([damaged.code, damaged.err]).toEqual([
      4,
      expect.stringMatching(/problem: '\S+damaged': .*packs\/\S+ was changed/),
    ]);
    expect(readdirSync(join(folder, 'damaged'))).toEqual([]);
    repository.close();
  });
});

describe.skipIf(!hasDecryptor || !hasS3Server)('tools/decrypt.py with only a bucket and kms:Decrypt', () => {
  let server: KeysteadFixture;
  let folder: string;
  beforeAll(async () => {
    server = await KeysteadFixture.start();
    folder = scratch();
  });
  afterAll(async () => {
    removeScratch(folder);
    await server.stop();
  });

  it('restores from Ceph with a key in a key service, and not while the key is off', async () => {
    const [source, to] = [join(folder, 'source'), join(folder, 'restored')];
    mkdirSync(source);
    makeTree(source);
    const identity = { tenant: 'tenant-1', environment: 'environment-1' };
    const key = await server.importedKey();
    const place = await bucketPlace();
    const masterKey = new AwsKmsMasterKey(server.client(), key.arn, identity);
    const repository = await createRepository(await s3Target(place), {
      identity,
      masterKeys: [masterKey],
      writerKey: writerKey(),
    });
    await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    repository.close();

    const { user } = await s3Server();
    const credentials = join(folder, 'credentials');
    const profile = (name: string, id: string, secret: string) =>
      `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    writeFileSync(
      credentials,
      profile('default', server.accessKeyId, server.secretAccessKey) +
        profile('store', user.accessKeyId, user.secretAccessKey),
      { mode: 0o600 },
    );
    const env = { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_DEFAULT_REGION: place.region };
    const store = ['--store-endpoint', place.endpoint as string, '--store-profile', 'store'];
    const run = (...args: string[]): Promise<Decrypted> =>
      decrypt([`s3://${place.bucket}/${place.prefix}`, ...store, '--kms-endpoint', server.url, ...args], env);
    await key.disable();
    const dark = await run('--to', to);
    expect([dark.code, dark.err]).toEqual([1, expect.stringContaining('DisabledException')]);
    await key.enable();
    expect(await run('--to', to)).toEqual({ code: 0, out: '', err: '' });
    expect(picture(to)).toEqual(picture(source));
  });
});
