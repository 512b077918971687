import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { Directory } from '../identity/directory.ts';
import { makeInstance, makeTenant, type Instance } from '../identity/tenant.ts';
import { createKey } from '../keys/create.ts';
import { grantOn } from '../keys/grant.fixture.ts';
import { granteeSpace, grantScope, putGrant } from '../keys/grant-record.ts';
import { KeyCache } from '../keys/key-cache.ts';
import {
  changeEntry,
  DAY,
  GENERATED,
  importNow,
  keyAfter,
  NOW,
  random,
  readyToImport,
} from '../keys/key-space.fixture.ts';
import type { Key } from '../keys/key.ts';
import { cancelDeletion, scheduleDeletion } from '../keys/lifecycle.ts';
import type { Write } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { sweepDueKeys } from './sweep.ts';

/** A store of which one row was changed behind its back. */
class TamperedStore extends MemoryStore {
  tamperedIds: ReadonlySet<string> = new Set();

  override read(ref: RecordRef): StoredRecord | undefined {
    const record = super.read(ref);
    return record && this.tamperedIds.has(record.id) ? { ...record, mac: randomBytes(32) } : record;
  }
}

let store: TamperedStore;
let instance: Instance;
let sweep: (nowMs: number) => Promise<number>;

async function commit(...writes: Write[]): Promise<void> {
  const tenants = new Set(writes.map((write) => ('put' in write ? write.put.tenantId : write.remove.tenantId)));
  await store.commit({ writes, entries: [...tenants].map(changeEntry) });
}

beforeEach(async () => {
  store = new TamperedStore();
  const barrier = BarrierKey.from(makeBarrierRoot());
  const { tenant, write } = makeTenant(barrier, 'acme', NOW, random);
  const made = makeInstance(tenant, 'eu-central-1', NOW, random);
  instance = made.instance;
  await commit(write, made.write);
  const [directory, keys] = [new Directory(store, barrier), new KeyCache(store)];
  sweep = (nowMs) => sweepDueKeys(store, directory, keys, nowMs, random);
});

async function stored({ writes }: { readonly writes: readonly Write[] }): Promise<Key> {
  await commit(...writes);
  return keyAfter(instance, { writes });
}

const make = () => stored(createKey(instance, GENERATED, NOW, random));
const dying = async (days = 7) => stored(scheduleDeletion(instance, await make(), days, NOW));
const stateOf = (key: Key) => {
  const record = MemoryStore.prototype.read.call(store, { tenantId: key.tenantId, kind: 'key', id: key.id });
  return JSON.parse((record as StoredRecord).body.toString()) as Key;
};

describe('the sweep', () => {
  it('destroys what is due, to the millisecond, once, with an entry', async () => {
    const [early, late] = [await dying(7), await dying(8)];
    expect(await sweep(NOW + 7 * DAY - 1)).toBe(0);
    expect(await sweep(NOW + 7 * DAY)).toBe(1);
    expect([stateOf(early).state, stateOf(late).state]).toEqual(['destroyed', 'pending-deletion']);
    const last = JSON.parse(store.entries().at(-1)?.leaf.toString() ?? '') as Record<string, unknown>;
    expect(last).toMatchObject({ action: 'kms:DeleteKey', key: early.id, tenant: instance.tenantId, outcome: 'done' });
    expect(await sweep(NOW + 7 * DAY)).toBe(0);
  });

  it('takes the grants of a destroyed key away, in batches, and those of no other', async () => {
    const [key, other] = [await dying(), await make()];
    const grants = Array.from({ length: 401 }, () => putGrant(instance.tenantKey, grantOn(key)));
    for (const some of [grants.slice(0, 200), grants.slice(200)]) await commit(...some);
    await commit(putGrant(instance.tenantKey, grantOn(other)));
    const count = (of: Key) => store.count(of.tenantId, 'grant', grantScope(of));
    await sweep(NOW + 7 * DAY - 1);
    expect([count(key), count(other)]).toEqual([401, 1]);
    expect(await sweep(NOW + 7 * DAY)).toBe(1);
    expect([count(key), count(other), stateOf(key).state]).toEqual([0, 1, 'destroyed']);
    expect(store.listNames(granteeSpace(key, 'principal:arn:aws:iam::123456789012:user/u'), { limit: 1 })).toEqual([]);
    const actions = store.entries().map(({ leaf }) => (JSON.parse(leaf.toString()) as { action: string }).action);
    expect(actions.slice(-4)).toEqual(['kms:DeleteGrants', 'kms:DeleteGrants', 'kms:DeleteGrants', 'kms:DeleteKey']);
  });

  it('leaves what was called back', async () => {
    const key = await stored(cancelDeletion(instance, await dying(), NOW));
    expect(await sweep(NOW + 90 * DAY)).toBe(0);
    expect(stateOf(key).state).toBe('suspended');
  });

  it('forgets expired material', async () => {
    const empty = await stored(createKey(instance, { ...GENERATED, origin: 'imported' }, NOW, random));
    const ready = readyToImport(instance, empty, randomBytes(32), { expiresAtMs: NOW + 5 });
    const change = importNow(instance, { ...ready.key, revision: 1 }, ready.request, NOW, random);
    const key = await stored(change);
    expect([await sweep(NOW + 4), await sweep(NOW + 5), await sweep(NOW + 6)]).toEqual([0, 1, 0]);
    expect(stateOf(key).versions[0]?.material).toBeNull();
  });

  it('is not held up by a key that cannot be read, and says so when the others are done', async () => {
    const [broken, whole] = [await dying(), await dying()];
    store.tamperedIds = new Set([broken.id]);
    const failure = await sweep(NOW + 7 * DAY).catch((error: AggregateError) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toMatchObject([{ code: 'record-not-authentic' }]);
    expect([stateOf(broken).state, stateOf(whole).state]).toEqual(['pending-deletion', 'destroyed']);
  });

  it('is not held up by a whole batch of keys that cannot be read', async () => {
    const made = Array.from({ length: 201 }, () => createKey(instance, GENERATED, NOW, random));
    await commit(...made.flatMap(({ writes }) => writes));
    await commit(...made.flatMap(({ value }) => scheduleDeletion(instance, value, 7, NOW).writes));
    const whole = await dying(8);
    store.tamperedIds = new Set(made.map(({ value }) => value.id));
    await expect(sweep(NOW + 8 * DAY)).rejects.toThrow('201 keys could not be swept');
    expect(stateOf(whole).state).toBe('destroyed');
  });

  it('gives way to another node that sweeps at the same time', async () => {
    const key = await dying();
    const counts = await Promise.all([sweep(NOW + 7 * DAY), sweep(NOW + 7 * DAY)]);
    expect(counts.toSorted()).toEqual([0, 1]);
    expect(stateOf(key).state).toBe('destroyed');
  });

  it('takes a full batch in the order in which it became due', async () => {
    const made = Array.from({ length: 205 }, () => createKey(instance, GENERATED, NOW, random));
    await commit(...made.flatMap(({ writes }) => writes));
    const keys = made.map(({ value }) => value);
    await commit(...keys.flatMap((key, i) => scheduleDeletion(instance, key, 7, NOW + i).writes));
    expect(await sweep(NOW + 8 * DAY)).toBe(200);
    expect(keys.filter((key) => stateOf(key).state === 'destroyed')).toEqual(keys.slice(0, 200));
    expect(await sweep(NOW + 8 * DAY)).toBe(5);
  });
});
