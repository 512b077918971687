import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasS3Server, s3Server } from '../../test/ceph/s3-server.fixture.ts';
import { EgressGuard } from '../clients/egress.ts';
import { backup } from '../vault/backup/backup.ts';
import { FixtureMasterKey } from '../vault/master-keys/master-key.fixture.ts';
import { openMasterKey } from '../vault/master-keys/open-master-key.ts';
import { makeRecoveryKey, writeRecoveryKey } from '../vault/format/recovery-key.ts';
import { createRepository } from '../vault/repository.ts';
import { FolderSource } from '../vault/sources/folder.ts';
import { FolderTarget } from '../vault/targets/folder.ts';
import type { Target } from '../vault/targets/target.ts';
import { bucketPlace, s3Target } from '../vault/targets/s3/s3.fixture.ts';
import { makeTree, picture, removeScratch, scratch, writerKey } from '../vault/vault.fixture.ts';
import { cli, jsonLines } from './cli.fixture.ts';

/** The day on which there is no server and no key service any more: only the store, and a recovery key on paper. */
describe('offline with a recovery key', () => {
  let folder: string;
  let source: string;
  let keyFile: string;
  let publicKey: Buffer;
  let keyId: string;

  beforeAll(() => {
    folder = scratch();
    source = join(folder, 'source');
    mkdirSync(source);
    makeTree(source);
    const made = makeRecoveryKey();
    ({ publicKey, keyId } = made);
    keyFile = join(folder, 'recovery.key');
    writeFileSync(keyFile, writeRecoveryKey(made.seed, keyId), { mode: 0o600 });
  });
  afterAll(() => removeScratch(folder));
  afterEach(() => vi.unstubAllEnvs());

  async function fill(target: Target): Promise<void> {
    const identity = { tenant: 'tenant-1', environment: 'environment-1' };
    const access = { provider: 'recovery', keyId, publicKey: publicKey.toString('base64') } as const;
    const recovery = openMasterKey(access, identity, { guard: new EgressGuard() });
    const masterKeys = [new FixtureMasterKey('gone'), recovery];
    const repository = await createRepository(target, { identity, masterKeys, writerKey: writerKey() });
    await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    repository.close();
  }

  async function looks(place: readonly string[], to: string): Promise<void> {
    const alone = (...args: string[]) => cli({}, 'vault', ...args, '--offline', ...place, '--recovery-key', keyFile);
    const restored = await alone('restore', to, '--json');
    expect([restored.exitCode, restored.stderr]).toEqual([0, '']);
    expect(picture(to)).toEqual(picture(source));
    expect((await alone('ls', 'folder')).stdout).toContain('hard-link');
    expect((await alone('find', 'secret')).stdout).toContain('folder/deep/deeper/secret');
    const drill = await alone('verify', '--level', 'drill', '--json');
    expect(drill.exitCode).toBe(0);
    expect(jsonLines(drill.stdout)[0]).toMatchObject({
      drill: { asked: 3, opened: 3 },
      proven: [{ source: 'source' }],
    });
  }

  it('reads a folder', async () => {
    await fill(new FolderTarget(join(folder, 'store')));
    await looks(['--vault', join(folder, 'store')], join(folder, 'from-folder'));
    const without = await cli({}, 'vault', 'ls', '--offline', '--vault', join(folder, 'store'));
    expect([without.exitCode, without.stderr]).toEqual([
      1,
      expect.stringContaining('nothing was given that reaches one'),
    ]);
    const other = makeRecoveryKey();
    const wrong = join(folder, 'other.key');
    writeFileSync(wrong, writeRecoveryKey(other.seed, other.keyId));
    const refused = await cli(
      {},
      'vault',
      'ls',
      '--offline',
      '--vault',
      join(folder, 'store'),
      '--recovery-key',
      wrong,
    );
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('none of the master keys')]);
    const torn = join(folder, 'torn.key');
    writeFileSync(torn, readFileSync(keyFile, 'utf8').replace(/.\n$/, 'x\n'));
    const mistyped = await cli(
      {},
      'vault',
      'ls',
      '--offline',
      '--vault',
      join(folder, 'store'),
      '--recovery-key',
      torn,
    );
    expect(mistyped.exitCode).toBe(1);
  });

  it.skipIf(!hasS3Server)(
    'reads a bucket',
    async () => {
      const place = await bucketPlace();
      await fill(await s3Target(place));
      const { user } = await s3Server();
      vi.stubEnv('AWS_ACCESS_KEY_ID', user.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', user.secretAccessKey);
      const store = ['--store-endpoint', place.endpoint as string, '--store-region', place.region];
      await looks(['--vault', `s3://${place.bucket}/${place.prefix}`, ...store], join(folder, 'from-bucket'));
      const nowhere = await cli({}, 'vault', 'ls', '--offline', '--vault', `s3://${place.bucket}/nothing`, ...store);
      expect([nowhere.exitCode, nowhere.stderr]).toEqual([1, expect.stringContaining('vault.json')]);
    },
    240_000,
  );
});
