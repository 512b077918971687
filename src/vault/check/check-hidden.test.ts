import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../../test/ceph/s3-server.fixture.ts';
import { backup } from '../backup/backup.ts';
import { check } from './check.ts';
import { hiddenObjects } from './check-hidden.ts';
import { VaultError } from '../errors.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { createRepository } from '../repository.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import { s3Target } from '../targets/s3/s3.fixture.ts';
import { wrap } from '../targets/wrap.ts';
import { removeScratch, scratch, writerKey } from '../vault.fixture.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));

describe.skipIf(!hasS3Server)('what somebody has hidden in a bucket that keeps versions', () => {
  it('is found by a verification, which says how to bring it back', async () => {
    const server = await s3Server();
    const target = await s3Target({ bucket: await server.bucket({ versioned: true }) });
    const repository = await createRepository(target, {
      identity: { tenant: 'tenant-1', environment: 'environment-1' },
      masterKeys: [new FixtureMasterKey('primary')],
      writerKey: writerKey(),
      cacheFolder: join(folder, 'cache'),
    });
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'a'), 'a record');
    await backup({ repository, source: new FolderSource(join(folder, 'source'), 'records') });
    expect((await check({ repository, level: 'data' })).findings).toEqual([]);

    const s3 = server.client();
    const { bucket: Bucket, prefix } = target.connection.place;
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: `${prefix}packs/` }));
    const [pack, other] = Versions.map(({ Key = '' }) => Key);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: pack }));
    await s3.send(new PutObjectCommand({ Bucket, Key: other, Body: 'x' }));
    const { findings } = await check({ repository, level: 'data' });
    const codes = Object.fromEntries(
      [pack, other].map((key) => {
        const where = key?.slice(prefix.length);
        return [key, findings.filter((finding) => finding.where === where).map(({ code }) => code)];
      }),
    );
    expect(codes[pack ?? '']).toContain('object-hidden');
    expect(codes[other ?? '']).toContain('object-written-over');
    expect(findings.find(({ code }) => code === 'object-hidden')?.text).toContain('remove the delete marker');

    const marks = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: prefix }));
    const newer = [...(marks.DeleteMarkers ?? []), ...(marks.Versions ?? []).filter(({ Size }) => Size === 1)];
    for (const { Key, VersionId } of newer) await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    expect((await check({ repository, level: 'data' })).findings).toEqual([]);
    repository.close();
    s3.destroy();
    await target.close();
  });
});

describe('a look for what is hidden', () => {
  it('finds nothing where the store keeps no versions, or does not let these credentials ask', async () => {
    const target = new FolderTarget(join(folder, 'store'));
    expect(await hiddenObjects(target)).toEqual([]);
    const failing = (code: 'target-denied' | 'target-unreachable') =>
      wrap(target, {
        hidden: async function* () {
          yield* [];
          await Promise.reject(new VaultError(code, 'no'));
        },
      });
    expect(await hiddenObjects(failing('target-denied'))).toEqual([]);
    await expect(hiddenObjects(failing('target-unreachable'))).rejects.toMatchObject({ code: 'target-unreachable' });
  });
});
