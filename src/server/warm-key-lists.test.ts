import { describe, expect, it } from 'vitest';
import { KeyOutlines } from '../keys/key-outlines.ts';
import { World } from '../protocols/key-protect/key-protect.fixture.ts';
import { madeKeys } from '../protocols/key-protect/made-key.fixture.ts';
import type { RecordRef } from '../records/record.ts';
import { warmKeyLists } from './warm-key-lists.ts';

/** Two tenants with keys, and which keys were read of the store. */
async function prepared(count: number) {
  const world = new World();
  const accounts = [await world.account('one'), await world.account('two')];
  for (const account of accounts) {
    await madeKeys(
      world,
      account,
      Array.from({ length: count }, (_, i) => ({ name: `key ${i}` })),
    );
  }
  const { store, directory } = world;
  const reads: string[] = [];
  const read = store.read.bind(store);
  store.read = (ref: RecordRef) => {
    if (ref.kind === 'key') reads.push(ref.id);
    return read(ref);
  };
  const lists = new KeyOutlines(store, ({ id }) => id);
  const rests: number[] = [];
  const ports = { records: store, directory, lists, rest: async (ms: number) => rests.push(ms) };
  const walked = async ({ instance }: (typeof accounts)[number]) => {
    let found = 0;
    for await (const lot of lists.walk(instance)) found += lot.length;
    return found;
  };
  return { world, accounts, ports, reads, rests, walked };
}

describe('lists of keys that are warmed', () => {
  it('are read once, before anybody asks, some at a time', async () => {
    const { accounts, ports, reads, rests, walked } = await prepared(150);
    expect(await warmKeyLists(ports, new AbortController().signal)).toBe(300);
    expect(reads).toHaveLength(300);
    // 64, 64 and 22 of each.
    expect(rests).toHaveLength(6);
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(1);
    for (const account of accounts) expect(await walked(account)).toBe(150);
    expect(reads).toHaveLength(300);
  });

  it('end where they are told to', async () => {
    const { ports, reads } = await prepared(150);
    const stop = new AbortController();
    const rest = async () => stop.abort();
    expect(await warmKeyLists({ ...ports, rest }, stop.signal)).toBe(64);
    expect(reads).toHaveLength(64);
  });

  it('take half of the room at the most', async () => {
    const { ports, reads, walked, accounts } = await prepared(150);
    // Some 300 bytes each: there is room for 300 of them.
    const lists = new KeyOutlines(ports.records, ({ id }) => id, 300 * (224 + 2 * 36));
    expect(await warmKeyLists({ ...ports, lists }, new AbortController().signal)).toBe(150);
    expect(reads).toHaveLength(150);
    expect(await walked(accounts[1] as (typeof accounts)[number])).toBe(150);
  });

  it('go on behind a record that nobody here wrote, which whoever asks for it meets', async () => {
    const { world, accounts, ports, walked } = await prepared(1);
    const [id = ''] = world.store
      .listAll('key')
      .filter(({ tenantId }) => tenantId === accounts[0]?.tenant.tenantId)
      .map((record) => record.id);
    const read = world.store.read.bind(world.store);
    world.store.read = (ref: RecordRef) => {
      const record = read(ref);
      return ref.id === id && record !== undefined ? { ...record, body: Buffer.from('{}') } : record;
    };
    expect(await warmKeyLists(ports, new AbortController().signal)).toBe(1);
    await expect(walked(accounts[0] as (typeof accounts)[number])).rejects.toThrow('record-not-authentic');
    expect(await walked(accounts[1] as (typeof accounts)[number])).toBe(1);
  });
});
