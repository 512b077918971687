import { beforeEach, describe, expect, it } from 'vitest';
import { SYMMETRIC } from '../crypto/key-spec.ts';
import { sealRecord, type StoredRecord } from '../records/record.ts';
import type { Freshness, RecordReader } from '../records/ports.ts';
import { TurnedBackError } from '../records/record-cache.ts';
import { defaultAccessPolicy } from './access-policy.ts';
import { createKey } from './create.ts';
import { NO_INSTANCE_POLICIES } from './instance-policies.ts';
import { KeyOutlines } from './key-outlines.ts';
import { putKey } from './key-record.ts';
import type { KeySpace } from './key-space.ts';
import { countingRandom, makeSpace, NOW } from './key-space.fixture.ts';
import type { Key } from './key.ts';

const random = countingRandom('outlines');
const space = makeSpace();
const other = makeSpace(space.tenantId, 'us-east-1');

/** The records of a store, in the order of their ids, and how often one was read. */
let rows: StoredRecord[];
let reads: number;
/** Whether nothing changes: otherwise each look finds another epoch. */
let isStill = false;
let epoch = 1;
let lists = 0;

const records = {
  read: ({ id }: { id: string }) => {
    reads++;
    return rows.find((row) => row.id === id);
  },
  listRevisions: (_: string, __: string, scope: string, { after = '', limit }: { after?: string; limit: number }) =>
    (lists++, rows).filter((row) => row.scope === scope && row.id > after).slice(0, limit),
  epoch: () => (isStill ? 1 : ++epoch),
} as unknown as RecordReader & Freshness;

function drawn(where: KeySpace, id: string): Key {
  const wanted = {
    spec: SYMMETRIC,
    usage: 'encrypt-decrypt',
    origin: 'generated',
    description: '',
    tags: [],
    accessPolicy: defaultAccessPolicy('111122223333'),
    instancePolicies: NO_INSTANCE_POLICIES,
  } as const;
  return { ...createKey(where, wanted, NOW, random).value, id };
}

function store(where: KeySpace, key: Key, before?: Key): StoredRecord {
  const { put } = putKey(where.tenantKey, before, key);
  rows = [...rows.filter(({ id }) => id !== put.id), put].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return put;
}

async function walked(outlines: KeyOutlines<string>, where = space, from?: string): Promise<string[]> {
  const all: string[] = [];
  for await (const lot of outlines.walk(where, from)) all.push(...lot);
  return all;
}

const nameOf = ({ id, description }: Key) => (description === 'hidden' ? undefined : `${id}${description}`);

beforeEach(() => {
  rows = [];
  reads = 0;
});

describe('a walk', () => {
  it('goes by id, through however many there are, and reads each key once', async () => {
    const ids = Array.from({ length: 1_100 }, (_, i) => String(i).padStart(5, '0'));
    const one = drawn(space, 'x');
    for (const id of ids) rows.push(putKey(space.tenantKey, undefined, { ...one, id }).put);
    const outlines = new KeyOutlines(records, nameOf);
    expect(await walked(outlines)).toEqual(ids);
    expect([await walked(outlines), reads]).toEqual([ids, 1_100]);
  });

  it('reads again what has changed, and leaves out what is not listed or gone', async () => {
    const outlines = new KeyOutlines(records, nameOf);
    const [a, b, c] = [drawn(space, 'a'), drawn(space, 'b'), drawn(space, 'c')];
    [a, b, c].forEach((key) => store(space, key));
    expect(await walked(outlines)).toEqual(['a', 'b', 'c']);
    store(space, { ...a, description: '!' }, a);
    store(space, { ...b, description: 'hidden' }, b);
    store(space, { ...c, state: 'destroyed' }, c);
    expect([await walked(outlines), reads]).toEqual([['a!'], 5]);
    rows = [];
    expect(await walked(outlines)).toEqual([]);
  });

  it('hands on what it has while many are read', async () => {
    const one = drawn(space, 'x');
    for (let i = 0; i < 130; i++) {
      rows.push(putKey(space.tenantKey, undefined, { ...one, id: String(i).padStart(3, '0') }).put);
    }
    const lots: number[] = [];
    for await (const lot of new KeyOutlines(records, nameOf).walk(space)) lots.push(lot.length);
    expect(lots).toEqual([64, 64, 2]);
  });

  it('may begin behind a key, and takes none before it for gone', async () => {
    for (const id of ['a', 'b', 'c', 'd']) store(space, drawn(space, id));
    const outlines = new KeyOutlines(records, nameOf);
    expect([await walked(outlines, space, 'b'), reads]).toEqual([['c', 'd'], 2]);
    expect([await walked(outlines), reads]).toEqual([['a', 'b', 'c', 'd'], 4]);
    expect([await walked(outlines, space, 'c'), await walked(outlines), reads]).toEqual([
      ['d'],
      ['a', 'b', 'c', 'd'],
      4,
    ]);
    isStill = true;
    try {
      // What was passed over is not for the next who asks for all of them.
      const others = new KeyOutlines(records, nameOf);
      expect([await walked(others, space, 'b'), await walked(others)]).toEqual([
        ['c', 'd'],
        ['a', 'b', 'c', 'd'],
      ]);
    } finally {
      isStill = false;
    }
  });

  it('may be left early', async () => {
    for (const id of ['a', 'b']) store(space, drawn(space, id));
    const outlines = new KeyOutlines(records, nameOf);
    for await (const lot of outlines.walk(space)) {
      expect(lot).toEqual(['a', 'b']);
      break;
    }
    expect(await walked(outlines)).toEqual(['a', 'b']);
  });

  it('believes no record that is forged or turned back', async () => {
    const outlines = new KeyOutlines(records, nameOf);
    const a = drawn(space, 'a');
    const old = store(space, a);
    store(space, { ...a, description: '!' }, a);
    expect(await walked(outlines)).toEqual(['a!']);
    rows = [old];
    await expect(walked(outlines)).rejects.toThrow(TurnedBackError);
    const { mac: _, ...content } = old;
    const forged = sealRecord(
      { ...content, revision: 3 },
      makeSpace('22222222-2222-4222-8222-222222222222').tenantKey.records,
    );
    rows = [forged];
    await expect(walked(outlines)).rejects.toThrow(expect.objectContaining({ code: 'record-not-authentic' }));
  });
});

describe('two walks at once', () => {
  it('take nothing for turned back that has changed since one of them listed it', async () => {
    const one = drawn(space, 'x');
    for (let i = 0; i < 70; i++) store(space, { ...one, id: String(i).padStart(3, '0') });
    const last = { ...one, id: '069' };
    const outlines = new KeyOutlines(records, nameOf);
    const slow = outlines.walk(space);
    await slow.next();
    store(space, { ...last, description: '!' }, last);
    expect((await walked(outlines)).at(-1)).toBe('069!');
    expect((await slow.next()).value?.at(-1)).toBe('069!');
  });
});

describe('where nothing has changed since the last walk', () => {
  it('nothing is looked for, and the same is found in the same lots', async () => {
    for (let i = 0; i < 600; i++) store(space, drawn(space, `k${String(i).padStart(3, '0')}`));
    const outlines = new KeyOutlines(records, nameOf);
    isStill = true;
    try {
      const first = await walked(outlines);
      expect(first).toHaveLength(600);
      lists = 0;
      const lots: number[] = [];
      for await (const lot of outlines.walk(space)) lots.push(lot.length);
      expect([lots, lists]).toEqual([[512, 88], 0]);
      expect(await walked(outlines)).toEqual(first);
    } finally {
      isStill = false;
    }
    store(space, drawn(space, 'z'));
    expect(await walked(outlines)).toHaveLength(601);
  });
});

describe('what is kept', () => {
  /** What an outline of one letter takes. */
  const EACH = 226;

  it('is bounded: the region that was not asked for the longest is forgotten', async () => {
    const outlines = new KeyOutlines(records, nameOf, 3 * EACH);
    for (const id of ['a', 'b']) store(space, drawn(space, id));
    for (const id of ['c', 'd']) store(other, drawn(other, id));
    expect([await walked(outlines), await walked(outlines, other), reads]).toEqual([['a', 'b'], ['c', 'd'], 4]);
    expect([await walked(outlines, other), reads]).toEqual([['c', 'd'], 4]);
    expect([await walked(outlines), reads]).toEqual([['a', 'b'], 6]);
  });

  it('is what fits, where one region has more', async () => {
    const outlines = new KeyOutlines(records, nameOf, 2 * EACH);
    for (const id of ['a', 'b', 'c']) store(space, drawn(space, id));
    expect([await walked(outlines), await walked(outlines), reads]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], 4]);
  });

  it('is bounded by what keys bear, and not by how many there are: a long one leaves no room for two', async () => {
    const long = 'x'.repeat(EACH);
    const outlines = new KeyOutlines(records, (key) => key.id + (key.id === 'a' ? long : ''), 3 * EACH);
    for (const id of ['a', 'b', 'c']) store(space, drawn(space, id));
    isStill = true;
    try {
      for (const count of [3, 5, 7]) {
        expect(await walked(outlines)).toEqual([`a${long}`, 'b', 'c']);
        expect(reads).toBe(count);
      }
    } finally {
      isStill = false;
    }
  });

  it('is half of what there is room for at the most where nobody asked', async () => {
    const outlines = new KeyOutlines(records, nameOf, 4 * EACH);
    expect(outlines.isHalfFull).toBe(false);
    store(space, drawn(space, 'a'));
    await walked(outlines);
    expect(outlines.isHalfFull).toBe(false);
    store(space, drawn(space, 'b'));
    await walked(outlines);
    expect(outlines.isHalfFull).toBe(true);
    rows = [];
    await walked(outlines);
    expect(outlines.isHalfFull).toBe(false);
  });
});
