import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Handle } from '../crypto/ciphertext.ts';
import type { Write } from '../records/commit.ts';
import type { RecordRef, StoredRecord } from '../records/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { createAlias, deleteAlias, moveAlias } from './aliases.ts';
import type { Change } from './change.ts';
import { createKey } from './create.ts';
import {
  AAD,
  changeEntry,
  codeOf,
  countingRandom,
  DAY,
  GENERATED,
  inRegion,
  keyAfter,
  makeSpace,
  NOW,
  random,
  readyToImport,
  sealed,
  type Wish,
  importNow,
} from './key-space.fixture.ts';
import type { KeyError } from './errors.ts';
import { KeyCache } from './key-cache.ts';
import { aliasSpace, handleSpace } from './key-record.ts';
import type { Key } from './key.ts';
import { destroy, disable, enable, scheduleDeletion } from './lifecycle.ts';
import type { OpenKey } from './open-key.ts';
import { rotateOnDemand } from './rotate.ts';
import { decrypt, encrypt } from './use.ts';

const space = makeSpace();
const elsewhere = inRegion(space.tenantKey, 'us-east-1');
const stranger = makeSpace('22222222-2222-4222-8222-222222222222');

/** A store whose rows somebody can change behind its back, and that can be slow. */
class TamperedStore extends MemoryStore {
  readonly rows = new Map<string, StoredRecord>();
  readonly names = new Map<string, RecordRef>();
  /** Runs once, between the look-up of a name and that of its record. */
  afterResolve: (() => Promise<unknown>) | undefined;

  override read(ref: RecordRef): StoredRecord | undefined {
    return this.rows.get(ref.id) ?? super.read(ref);
  }

  override resolve(name: { space: string; name: string }): RecordRef | undefined {
    const ref = this.names.get(`${name.space} ${name.name}`) ?? super.resolve(name);
    const run = this.afterResolve;
    this.afterResolve = undefined;
    // A promise, as a store over the network would give it.
    return run ? (run().then(() => ref) as unknown as RecordRef) : ref;
  }
}

let store: TamperedStore;
let cache: KeyCache;
beforeEach(() => {
  store = new TamperedStore();
  cache = new KeyCache(store);
});

async function commit({ writes }: { writes: readonly Write[] }, tenantId = space.tenantId): Promise<void> {
  await store.commit({ writes, entries: [changeEntry(tenantId)] });
}

async function stored(change: Change<Key>): Promise<Key> {
  await commit(change);
  return change.value;
}

const make = (into = space) => stored(createKey(into, GENERATED, NOW, random));

const find = async (keyId: string, into = space) => cache.find(into, keyId);
const byAlias = async (alias: string, into = space) => cache.findByAlias(into, alias);
const handleOf = (key: Key, at = 0) => Buffer.from(key.versions[at]?.handle as string, 'base64') as Handle;

describe('what is found', () => {
  it('is one open key for one revision', async () => {
    const key = await make();
    const open = await find(key.id);
    expect(open?.key).toEqual(key);
    expect(await find(key.id)).toBe(open);
    // Another key changes: this one stays open.
    await make();
    expect(await find(key.id)).toBe(open);
    expect(await find('33333333-3333-4333-8333-333333333333')).toBeUndefined();
  });

  it('is the same by id, alias and handle, and refused alike when it is off', async () => {
    const key = await stored(createAlias(space, await make(), 'alias/a', NOW));
    const forms: (() => Promise<OpenKey | undefined>)[] = [
      () => find(key.id),
      () => byAlias('alias/a'),
      async () => cache.findByHandle(space, handleOf(key)),
    ];
    const use = async (form: (typeof forms)[number]) => {
      const open = (await form()) as OpenKey;
      return codeOf(() => encrypt(open, Buffer.from('x'), AAD, NOW, random));
    };
    const [open] = await Promise.all(forms.map((form) => form()));
    for (const form of forms) expect(await form()).toBe(open);
    const off = await stored(disable(space, key, NOW));
    for (const form of forms) expect(await use(form)).toBe('key-disabled');
    const on = await stored(enable(space, off, NOW));
    for (const form of forms) expect(await use(form)).toBe('allowed');
    await stored(scheduleDeletion(space, on, 7, NOW));
    for (const form of forms) expect(await use(form)).toBe('key-pending-deletion');
  });

  it('shows a change by another process at the next look', async () => {
    const key = await make();
    const other = new KeyCache(store);
    const open = (await other.find(space, key.id)) as OpenKey;
    expect(codeOf(() => encrypt(open, Buffer.from('x'), AAD, NOW, random))).toBe('allowed');
    await stored(disable(space, key, NOW));
    const again = (await other.find(space, key.id)) as OpenKey;
    expect(again).not.toBe(open);
    expect(codeOf(() => encrypt(again, Buffer.from('x'), AAD, NOW, random))).toBe('key-disabled');
  });

  it('is a tombstone after its destruction, by id and handle, and nothing by alias', async () => {
    const key = await stored(createAlias(space, await make(), 'alias/a', NOW));
    const pending = await stored(scheduleDeletion(space, key, 7, NOW));
    await stored(destroy({ space, key: pending }, [], NOW + 7 * DAY));
    expect((await find(key.id))?.key.state).toBe('destroyed');
    expect((await cache.findByHandle(space, handleOf(key)))?.key.state).toBe('destroyed');
    expect(await byAlias('alias/a')).toBeUndefined();
  });

  it('stays in its region and its tenant', async () => {
    const key = await stored(createAlias(space, await make(), 'alias/a', NOW));
    for (const other of [elsewhere, stranger]) {
      expect(await find(key.id, other)).toBeUndefined();
      expect(await byAlias('alias/a', other)).toBeUndefined();
      expect(await cache.findByHandle(other, handleOf(key))).toBeUndefined();
    }
  });

  it('works in its own region although it was asked for in another first', async () => {
    const key = await make();
    expect(await find(key.id, elsewhere)).toBeUndefined();
    const open = (await find(key.id)) as OpenKey;
    expect(codeOf(() => encrypt(open, Buffer.from('x'), AAD, NOW, random))).toBe('allowed');
  });

  it('finds the version of a new rotation, and old ciphertexts', async () => {
    const key = await make();
    const old = sealed(space, key, 'old');
    const two = await stored(rotateOnDemand({ space, key }, [], NOW, random));
    const young = sealed(space, two, 'young');
    for (const [text, parsed] of [
      ['old', old],
      ['young', young],
    ] as const) {
      const open = (await cache.findByHandle(space, parsed.handle)) as OpenKey;
      expect(decrypt(open, parsed, AAD, NOW).plaintext.toString()).toBe(text);
    }
    expect(await cache.findByHandle(space, randomBytes(16) as Handle)).toBeUndefined();
  });

  it('closes idle material', async () => {
    const open = (await find((await make()).id)) as OpenKey;
    const { material } = open.current(NOW);
    cache.closeIdle(NOW + 1);
    expect(open.current(NOW).material).toBe(material);
    cache.closeIdle(NOW + DAY);
    expect(open.current(NOW).material).not.toBe(material);
  });
});

describe('names that move', () => {
  it('lead to the new key at the next look', async () => {
    const [from, to] = [await stored(createAlias(space, await make(), 'alias/a', NOW)), await make()];
    expect((await byAlias('alias/a'))?.key.id).toBe(from.id);
    await stored(moveAlias(space, from, to, 'alias/a', NOW));
    expect((await byAlias('alias/a'))?.key.id).toBe(to.id);
  });

  it('between name and record are looked up again, and are no forgery', async () => {
    const [from, to] = [await stored(createAlias(space, await make(), 'alias/a', NOW)), await make()];
    store.afterResolve = () => stored(moveAlias(space, from, to, 'alias/a', NOW));
    expect((await byAlias('alias/a'))?.key.id).toBe(to.id);
    const now = (await find(to.id)) as OpenKey;
    store.afterResolve = () => stored(deleteAlias(space, now.key, 'alias/a', NOW));
    expect(await byAlias('alias/a')).toBeUndefined();
  });

  it('of a pending version that gave way are forgotten', async () => {
    const empty = await stored(createKey(space, { ...GENERATED, origin: 'imported' }, NOW, random));
    const bringNew = async (key: Key, wish: Wish, nowMs: number) => {
      const ready = readyToImport(space, key, randomBytes(32), wish, nowMs);
      // Token and import in one commit: only the names matter here.
      const change = importNow(space, { ...ready.key, revision: key.revision }, ready.request, nowMs, random);
      await commit(change);
      return keyAfter(space, change);
    };
    const first = await bringNew(empty, {}, NOW);
    const second = await bringNew(first, { kind: 'new', expiresAtMs: NOW + 5 }, NOW);
    const handle = handleOf(second, 1);
    expect((await cache.findByHandle(space, handle))?.key.versions).toHaveLength(2);
    const third = await bringNew(second, { kind: 'new' }, NOW + 5);
    expect((await cache.findByHandle(space, handleOf(third, 1)))?.key).toEqual(third);
    expect(await new KeyCache(store).findByHandle(space, handle)).toBeUndefined();
    // This cache remembers whose handle it was; the key says that it has no such version.
    const open = (await cache.findByHandle(space, handle)) as OpenKey;
    expect(codeOf(() => open.byHandle(handle, NOW))).toBe('invalid-ciphertext');
  });
});

describe('rows that somebody changed', () => {
  const refusal = (run: Promise<unknown>) =>
    run.then(
      () => 'found',
      (error: KeyError) => error.code,
    );
  const FORGED = 'record-not-authentic';

  it('an alias that leads to a key that does not have it', async () => {
    const [from, to] = [await stored(createAlias(space, await make(), 'alias/a', NOW)), await make()];
    const name = `${aliasSpace(space.tenantId, space.region)} alias/a`;
    for (const ref of [to, { ...from, id: 'nowhere' }, await make(elsewhere)]) {
      store.names.set(name, { tenantId: space.tenantId, kind: 'key', id: ref.id });
      expect(await refusal(byAlias('alias/a'))).toBe(FORGED);
    }
    const foreign = createKey(stranger, GENERATED, NOW, random);
    await commit(foreign, stranger.tenantId);
    store.names.set(name, { tenantId: stranger.tenantId, kind: 'key', id: foreign.value.id });
    expect(await refusal(byAlias('alias/a'))).toBe(FORGED);
  });

  it('a handle that leads to a key that does not have it', async () => {
    const [from, to] = [await make(), await make()];
    const name = `${handleSpace(space.tenantId, space.region)} ${from.versions[0]?.handle}`;
    store.names.set(name, { tenantId: space.tenantId, kind: 'key', id: to.id });
    expect(await refusal((async () => cache.findByHandle(space, handleOf(from)))())).toBe(FORGED);
  });

  it('a record in the place of another, or with an older body', async () => {
    const [key, other] = [await make(), await make()];
    const old = store.read({ tenantId: space.tenantId, kind: 'key', id: key.id }) as StoredRecord;
    await stored(disable(space, key, NOW));
    const young = store.read(old) as StoredRecord;
    const swaps: StoredRecord[] = [
      { ...old, id: other.id },
      { ...young, body: old.body },
      { ...young, body: old.body, mac: old.mac },
      { ...old, revision: 2 },
    ];
    for (const row of swaps) {
      store.rows.set(row.id, row);
      expect(await refusal(find(row.id))).toBe(FORGED);
      store.rows.clear();
    }
    expect((await find(key.id))?.key.state).toBe('suspended');
  });
});

it('many parallel switches and uses: no use after its off, one change per revision', async () => {
  const clockless = countingRandom('parallel');
  const key = await make();
  let offAt: number | undefined;
  let order = 0;
  const use = async () => {
    const startedAt = order++;
    const open = (await find(key.id)) as OpenKey;
    const code = codeOf(() => encrypt(open, Buffer.from('x'), AAD, NOW, clockless));
    return { startedAt, code };
  };
  const off = async () => {
    const open = (await find(key.id)) as OpenKey;
    const outcome = await commit(disable(space, open.key, NOW)).then(
      () => 'won',
      () => 'lost',
    );
    if (outcome === 'won') offAt ??= order++;
    return outcome;
  };
  const offs: Promise<string>[] = [];
  const uses: Promise<{ startedAt: number; code: string }>[] = [];
  for (let i = 0; i < 1000; i++) {
    uses.push(use());
    if (i % 100 === 50) offs.push(off());
    if (i % 10 === 0) await Promise.resolve();
  }
  const outcomes = await Promise.all(offs);
  const used = await Promise.all(uses);
  // Disables that came later found the key off and had nothing to write.
  expect((await find(key.id))?.key).toMatchObject({ state: 'suspended', revision: 2 });
  expect(outcomes).toContain('won');
  const late = used.filter(({ startedAt }) => startedAt > (offAt as number));
  expect(late.length).toBeGreaterThan(0);
  expect(late.every(({ code }) => code === 'key-disabled')).toBe(true);
  expect(used.filter(({ code }) => code === 'allowed').length).toBeGreaterThan(0);
});
