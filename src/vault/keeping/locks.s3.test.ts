import { ListObjectVersionsCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../../test/ceph/s3-server.fixture.ts';
import { backup } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { createRepository, type Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { s3Target } from '../targets/s3/s3.fixture.ts';
import type { S3Target } from '../targets/s3/s3.ts';
import { noise, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { objectsOf } from './extend-locks.ts';
import { maintain } from './maintain.ts';
import { holdObjects, putHolds } from './sync-holds.ts';
import { survey } from './survey.ts';

const DAY_MS = 86_400_000;
const MODES = ['governance', 'compliance'] as const;

describe.skipIf(!hasS3Server)('looking after a vault in a bucket under object lock', () => {
  let folder: string;
  let target: S3Target;
  let repository: Repository;
  /** Goes on with each look, so that what is due at once is due at the next one. */
  let aheadMs: number;

  const open = async (mode: (typeof MODES)[number]): Promise<void> => {
    target = await s3Target({ lock: { mode, days: 2 } });
    repository = await createRepository(target, {
      identity: { tenant: 'tenant-1', environment: 'environment-1' },
      masterKeys: [new FixtureMasterKey('locks')],
      writerKey: writerKey(),
      clock: { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() },
    });
    for (let i = 0; i < 3; i++) {
      writeFileSync(join(folder, 'source', 'file'), noise(`${i}`, 20_000));
      aheadMs += 1000;
      await backup({ repository, source: new FolderSource(join(folder, 'source'), 'source'), threads: 0 });
    }
  };
  const look = async (lockDays?: number, last = 1) => {
    aheadMs += 1000;
    const rulesOf = () => ({ last, timeZone: 'UTC', trashDays: 0 });
    const times = { graceMs: 0, unfinishedMs: 0 };
    return await maintain({ repository, rulesOf, times, ...(lockDays !== undefined && { lockDays }) });
  };
  /** What keeps each object of the snapshots that there are. */
  const locks = async (): Promise<
    { readonly untilMs?: number; readonly isHeld: boolean; readonly mode?: string }[]
  > => {
    const ring = repository.keyRing();
    const { snapshots } = await survey({ repository, rulesOf: () => undefined }, ring);
    const names = await objectsOf(repository, snapshots);
    return await Promise.all(names.map(async (name) => await target.lockOf(name)));
  };
  const days = (untilMs = 0): number => (untilMs - Date.now()) / DAY_MS;

  beforeEach(() => {
    [folder, aheadMs] = [scratch(), 0];
    mkdirSync(join(folder, 'source'));
  });
  afterEach(async () => {
    repository.close();
    await target.close();
    removeScratch(folder);
  });

  it.each(MODES)(
    '(%s) counts what is due and locked, and says until when',
    async (mode) => {
      await open(mode);
      const gone = (await look()).deletedSnapshots.length + (await look()).deletedSnapshots.length;
      expect(gone).toBe(2);
      const { snapshots, leftovers, findings } = await listSnapshots(repository);
      expect([snapshots.length, leftovers.length, findings]).toEqual([1, 2, []]);
      const swept = await look();
      // Two manifests, and the packs, index objects and envelopes that only they needed.
      expect(swept.locked).toBeGreaterThan(6);
      expect(swept.deleted).toBe(0);
      expect(days(swept.lockedUntilMs)).toBeGreaterThan(1.9);
      expect(days(swept.lockedUntilMs)).toBeLessThan(2.01);
      // It stays marked: the next backup builds upon none of it.
      writeFileSync(join(folder, 'source', 'again'), noise('0', 20_000));
      const report = await backup({ repository, source: new FolderSource(join(folder, 'source'), 's'), threads: 0 });
      expect(report.newBytes).toBeGreaterThanOrEqual(20_000);
      expect((await check({ repository, level: 'data' })).findings).toEqual([]);
    },
    240_000,
  );

  it('(governance) deletes what the locks have let go', async () => {
    await open('governance');
    for (let i = 0; i < 3; i++) await look();
    const { place } = target.connection;
    const s3 = (await s3Server()).client();
    const Bucket = place.bucket;
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: place.prefix }));
    // Who may pass over governance ends the locks, as time would; a busy store needs some seconds until it reads the date.
    for (const { Key, VersionId } of Versions) {
      const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + 5000) } as const;
      await s3.send(
        new PutObjectRetentionCommand({ Bucket, Key, VersionId, Retention, BypassGovernanceRetention: true }),
      );
    }
    s3.destroy();
    // Each look leaves a mark of its own.
    const isLeft = (name: string): boolean => !name.includes('marks/');
    const before = Versions.filter(({ Key = '' }) => isLeft(Key)).length;
    await expect.poll(async () => (await look()).locked, { interval: 500 }).toBe(0);
    const left: string[] = [];
    for await (const { name } of target.list('')) if (isLeft(name)) left.push(name);
    expect(left.length).toBeLessThan(before - 8);
    expect(left.filter((name) => name.startsWith('snapshots/'))).toHaveLength(1);
    expect((await check({ repository, level: 'data' })).findings).toEqual([]);
  });

  it.each(MODES)(
    '(%s) locks what is needed for longer, and never for less',
    async (mode) => {
      await open(mode);
      const { extended } = await look(5, 3);
      const longer = await locks();
      expect(extended).toBe(longer.length + 1);
      expect(longer.every((one) => days(one.untilMs) > 4.9 && one.mode === mode)).toBe(true);
      expect(await look(1, 3)).toMatchObject({ extended });
      expect(await locks()).toEqual(longer);
      const ids = (await listSnapshots(repository)).snapshots.length;
      expect(ids).toBe(3);
    },
    240_000,
  );

  it.each(MODES)(
    "(%s) puts the store's hold on what a hold covers, and takes it away",
    async (mode) => {
      await open(mode);
      const hold = { hold: 'ab'.repeat(16), snapshots: [] };
      await putHolds(repository, [{ ...hold, state: 'held' }]);
      expect(await holdObjects(repository, [{ ...hold, state: 'held' }])).toBeGreaterThan(6);
      expect((await locks()).every(({ isHeld }) => isHeld)).toBe(true);
      await putHolds(repository, [{ ...hold, state: 'released' }]);
      expect(await holdObjects(repository, [{ ...hold, state: 'released' }])).toBe(0);
      expect((await locks()).some(({ isHeld }) => isHeld)).toBe(false);
    },
    240_000,
  );
});
