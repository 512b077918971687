import { existsSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreFullError } from '../records/ports.ts';
import { change, draft, record } from '../records/writes.fixture.ts';
import { removeFolder, scratchFolder } from './scratch.fixture.ts';
import { SmallDisk } from './small-disk.fixture.ts';
import { openStore, type SqliteStore } from './sqlite.ts';

const MIB = 1 << 20;
const base = scratchFolder();
const small = new SmallDisk(join(base, 'disk'), 16);
const disk = small.path;

afterAll(() => {
  small.unmount();
  removeFolder(base);
});

describe.skipIf(!small.isMounted)('on a full disk', () => {
  let store: SqliteStore;
  beforeEach(async () => {
    store = await openStore({ path: join(disk, 'keystead.db'), reserveBytes: 2 * MIB });
    await store.commit(change([{ put: record('before') }]));
  });
  afterEach(async () => {
    for (const name of ['ballast', 'ballast-2']) rmSync(join(disk, name), { force: true });
    await store.close();
    for (const suffix of ['', '-wal', '-shm', '.reserve']) rmSync(join(disk, `keystead.db${suffix}`), { force: true });
  });

  /** Commits until the store says that it is full. */
  async function exhaust(): Promise<Error> {
    const body = Buffer.alloc(64 * 1024, 0x20);
    for (let n = 0; n < 200; n++) {
      const failed = await store.commit(change([{ put: record(`filler-${n}`, 1, { body }) }])).catch((error) => error);
      if (failed !== undefined) return failed as Error;
    }
    throw new Error('the disk took everything');
  }

  /** Asks for what may have to be switched off. */
  const look = () =>
    store.commit({ writes: [], entries: [draft('t1', { details: { asked: 'x'.repeat(4_000) } })], urgent: true });

  it('refuses commits and uses, reads on, lets urgent commits through, and recovers when there is room', async () => {
    small.fill();
    const failure = await exhaust();
    expect(failure).toBeInstanceOf(StoreFullError);
    expect(failure.message).toContain('make room');
    expect(store.read(record('before'))).toEqual(record('before'));
    for (let n = 0; n < 5; n++) {
      await store.commit({ ...change([{ put: record(`disabled-${n}`) }]), urgent: true });
    }
    // The room that was freed is for urgent commits alone.
    expect(existsSync(join(disk, 'keystead.db.reserve'))).toBe(false);
    await expect(store.record(draft('t1'))).rejects.toThrow(StoreFullError);
    await expect(store.commit(change([{ put: record('k1') }]))).rejects.toThrow(StoreFullError);
    expect(store.revisionOf(record('disabled-4'))).toBe(1);
    rmSync(join(disk, 'ballast'));
    // It looks for room once a second at the most.
    await expect
      .poll(
        () =>
          store.record(draft('t1')).then(
            () => true,
            () => false,
          ),
        { interval: 50 },
      )
      .toBe(true);
    await store.commit(change([{ put: record('k1') }]));
    expect(existsSync(join(disk, 'keystead.db.reserve'))).toBe(true);
  });

  it('answers what finds things until half of the reserve is gone, and leaves that half to switching off', async () => {
    small.fill();
    await exhaust();
    let looks = 0;
    const refused = await (async () => {
      for (; looks < 5_000; looks++) {
        const failed = await look().catch((error: unknown) => error);
        if (failed !== undefined) return failed;
      }
      return undefined;
    })();
    expect(refused).toBeInstanceOf(StoreFullError);
    // The journal does not eat the room: most of a mebibyte is entries.
    expect(looks).toBeGreaterThan(100);
    const { bavail, bsize } = statfsSync(disk);
    expect(bavail * bsize).toBeGreaterThan(MIB / 2);
    for (let n = 0; n < 50; n++) {
      await store.commit({ ...change([{ put: record(`off-${n}`) }]), urgent: true });
    }
    expect(store.revisionOf(record('off-49'))).toBe(1);
    await expect(look()).rejects.toThrow(StoreFullError);
  });

  it('fails only what does not fit', async () => {
    small.fill();
    await exhaust();
    const outcomes = await Promise.allSettled([
      store.commit(change([{ put: record('big', 1, { body: Buffer.alloc(3 * MIB, 0x20) }) }])),
      store.commit({ ...change([{ put: record('revoked') }]), urgent: true }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('gives the room that one has freed to nobody else of its group', async () => {
    small.fill();
    await exhaust();
    const body = Buffer.alloc(512 * 1024, 0x20);
    const [revoked, ...others] = await Promise.allSettled([
      store.commit({ ...change([{ put: record('revoked', 1, { body }) }]), urgent: true }),
      store.record(draft('t1')),
      ...[1, 2, 3].map((n) => store.commit(change([{ put: record(`other-${n}`, 1, { body }) }]))),
    ]);
    expect(revoked?.status).toBe('fulfilled');
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 'rejected'));
  });

  it('leaves half of the reserve to switching off, however many look at once', async () => {
    small.fill();
    await exhaust();
    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, look));
    const { bavail, bsize } = statfsSync(disk);
    expect(bavail * bsize).toBeGreaterThan(MIB / 2);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
    for (let n = 0; n < 50; n++) {
      await store.commit({ ...change([{ put: record(`off-${n}`) }]), urgent: true });
    }
    expect(store.revisionOf(record('off-49'))).toBe(1);
  });

  it('opens again, and says so when there is no room for that', async () => {
    small.fill();
    await exhaust();
    await store.close();
    store = await openStore({ path: join(disk, 'keystead.db'), reserveBytes: 2 * MIB });
    expect(store.read(record('before'))).toEqual(record('before'));
    await store.close();
    small.fill('ballast-2');
    await expect(openStore({ path: join(disk, 'other.db'), reserveBytes: 2 * MIB })).rejects.toThrow(StoreFullError);
  });
});
