import { PutObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../../test/ceph/s3-server.fixture.ts';
import { backup } from '../backup/backup.ts';
import { check, type CheckOptions } from './check.ts';
import { lockFindings, type PromisedLock } from './check-locks.ts';
import { VaultError } from '../errors.ts';
import { extendLocks } from '../keeping/extend-locks.ts';
import { survey } from '../keeping/survey.ts';
import { holdObjects, putHolds } from '../keeping/sync-holds.ts';
import { moveToTrash } from '../keeping/trash.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { createRepository, type Repository } from '../repository.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import { s3Target } from '../targets/s3/s3.fixture.ts';
import type { ObjectLock } from '../targets/target.ts';
import { wrap } from '../targets/wrap.ts';
import { removeScratch, scratch, writerKey } from '../vault.fixture.ts';

const DAY_MS = 86_400_000;
const HOLD = 'ab'.repeat(16);
const folder = scratch();
afterAll(() => removeScratch(folder));

/** A vault with one snapshot; `name` is its scratch folder. */
async function vault(name: string, target: Parameters<typeof createRepository>[0]) {
  const key = new FixtureMasterKey('primary');
  const repository = await createRepository(target, {
    identity: { tenant: 'tenant-1', environment: 'environment-1' },
    masterKeys: [key],
    writerKey: writerKey(),
    cacheFolder: join(folder, name, 'cache'),
  });
  mkdirSync(join(folder, name, 'source'), { recursive: true });
  writeFileSync(join(folder, name, 'source', 'a'), 'a record');
  const source = new FolderSource(join(folder, name, 'source'), 'records');
  const { snapshotId } = await backup({ repository, source, threads: 0 });
  return { repository, source, snapshotId, key };
}

async function codes(repository: Repository, more: Partial<CheckOptions>): Promise<string[]> {
  const { findings } = await check({ repository, level: 'list', ...more });
  return [...new Set(findings.map(({ code }) => code))].toSorted();
}

describe.skipIf(!hasS3Server)('locks and holds of a bucket', () => {
  it('are looked at by every level, and a prune puts them right', async () => {
    const server = await s3Server();
    const lock = { mode: 'governance', days: 2 } as const;
    const bucket = await server.bucket({ locked: true });
    const target = await s3Target({ bucket, lock });
    const { repository, snapshotId } = await vault('bucket', target);
    expect(await codes(repository, { lock })).toEqual([]);
    // The environment's lock was made longer: what is there already does not know of it.
    const longer = { ...lock, days: 30 };
    const { findings } = await check({ repository, level: 'list', lock: longer });
    const names = findings.map(({ where }) => where.split('/')[0]);
    expect(new Set(names)).toEqual(new Set(['vault.json', 'keys', 'snapshots', 'packs', 'index']));
    expect(findings[0]?.text).toMatch(/Its lock ends at .* for 30 days .*keystead vault maintain/);
    expect(findings.find(({ where }) => where.startsWith('packs/'))?.snapshots).toEqual([snapshotId]);
    const ring = repository.keyRing();
    const { snapshots } = await survey({ repository, rulesOf: () => undefined }, ring);
    await extendLocks(repository, snapshots, 30, async () => {});
    ring.drop();
    expect(await codes(repository, { lock: longer, level: 'structure' })).toEqual([]);
    expect(await codes(repository, { lock: { mode: 'compliance', days: 30 } })).toEqual(['lock-weaker']);

    const holds = [{ hold: HOLD, state: 'held', snapshots: [snapshotId] }] as const;
    await putHolds(repository, holds);
    expect(await codes(repository, { lock })).toEqual(['hold-missing']);
    const held = await holdObjects(repository, holds);
    expect(held).toBeGreaterThan(3);
    expect(await codes(repository, { lock })).toEqual([]);
    // Somebody takes one of them from its hold in the store.
    const s3 = server.client();
    const [manifest] = await Array.fromAsync(target.list('snapshots/'));
    const object = { Bucket: bucket, Key: `${target.connection.place.prefix}${manifest?.name}` };
    await s3.send(new PutObjectLegalHoldCommand({ ...object, LegalHold: { Status: 'OFF' } }));
    const after = await check({ repository, level: 'hashes', lock });
    expect(after.findings).toMatchObject([{ code: 'hold-missing', where: manifest?.name, snapshots: [snapshotId] }]);
    repository.close();
    s3.destroy();
    await target.close();
  });
});

/** A store that says of each object what a test wants it to. */
describe('a look at locks', () => {
  const promised: PromisedLock = { mode: 'compliance', days: 30 };
  const store = (say: (name: string) => Promise<ObjectLock>) => {
    const inner = new FolderTarget(join(folder, 'store'));
    return wrap(inner, { capabilities: { delete: false, lock: true }, lockOf: say });
  };
  /** A lock from some moment on, and what a look at it tells. By the clock of the vault, which stands still. */
  type LockFrom = (nowMs: number) => ObjectLock;
  const good: LockFrom = (nowMs) => ({ untilMs: nowMs + 30 * DAY_MS, mode: 'compliance', isHeld: false });
  const until =
    (ms: number): LockFrom =>
    (nowMs) => ({ ...good(nowMs), untilMs: nowMs + ms });

  it.each<[string, LockFrom, readonly string[]]>([
    ['all that was promised', good, []],
    ['a week less than promised', until(23 * DAY_MS), []],
    ['more than a week less', until(23 * DAY_MS - 1), ['lock-too-short']],
    ['a lock that has ended', until(-1), ['lock-too-short']],
    ['no lock at all', () => ({ isHeld: false }), ['lock-too-short']],
    ['a weaker lock', (nowMs) => ({ ...good(nowMs), mode: 'governance' }), ['lock-weaker']],
    ['a hold that nobody asked for', (nowMs) => ({ ...good(nowMs), isHeld: true }), []],
  ])('finds what is wrong with %s', async (_what, lock, expected) => {
    let answer: ObjectLock = good(Date.now());
    const name = `table-${_what}`;
    const inner = new FolderTarget(join(folder, name, 'store'));
    const target = wrap(inner, {
      capabilities: { delete: false, lock: true },
      lockOf: () => Promise.resolve(answer),
    });
    const { repository: real } = await vault(name, target);
    const nowMs = Date.now();
    const repository = { ...real, clock: { ...real.clock, nowMs: () => nowMs } };
    answer = lock(nowMs);
    const findings = await lockFindings(repository, await listSnapshots(repository), promised);
    expect([...new Set(findings.map(({ code }) => code))]).toEqual(expected);
    expect((await lockFindings(repository, await listSnapshots(repository), undefined)).length).toBe(0);
    real.close();
  });

  it('leaves out what is in the trash, and what cannot be opened, and says nothing where nobody may ask', async () => {
    const asked: string[] = [];
    let answer: () => Promise<ObjectLock> = () => Promise.resolve({ isHeld: false });
    const { repository, snapshotId, source, key } = await vault(
      'whole',
      store((name) => {
        asked.push(name);
        return answer();
      }),
    );
    writeFileSync(join(folder, 'whole', 'source', 'b'), 'another');
    await backup({ repository, source, threads: 0 });
    const look = async () => {
      asked.length = 0;
      return await lockFindings(repository, await listSnapshots(repository), promised);
    };
    const all = (await look()).map(({ where }) => where);
    expect(all.toSorted()).toEqual(asked.toSorted());
    await moveToTrash({ repository, rulesOf: () => undefined }, [snapshotId], 7);
    const fewer = (await look()).map(({ where }) => where);
    expect(fewer.length).toBeLessThan(all.length);
    expect(fewer.filter((name) => name.startsWith('snapshots/')).length).toBe(1);
    key.failure = 'disabled';
    const dark = await look();
    expect(new Set(dark.map(({ where }) => where.split('/')[0]))).toEqual(new Set(['vault.json', 'snapshots', 'keys']));
    answer = () => Promise.reject(new VaultError('object-missing', 'gone'));
    expect(await look()).toEqual([]);
    answer = () => Promise.reject(new VaultError('target-denied', 'no'));
    expect(await look()).toEqual([]);
    answer = () => Promise.reject(new VaultError('target-unreachable', 'no'));
    await expect(look()).rejects.toMatchObject({ code: 'target-unreachable' });
    repository.close();
  });

  it('is not made where the store does not lock', async () => {
    const { repository } = await vault('folder', new FolderTarget(join(folder, 'plain')));
    expect(await codes(repository, { lock: promised })).toEqual([]);
    repository.close();
  });
});
