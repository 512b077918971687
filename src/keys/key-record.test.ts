import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_SPECS } from '../crypto/key-spec.ts';
import { timeOf } from '../records/names.ts';
import { sealRecord, type StoredRecord } from '../records/record.ts';
import { edit } from './change.ts';
import { createKey } from './create.ts';
import { codeOf, DAY, GENERATED, keyAfter, makeSpace, newKey, NOW, random, recordOf } from './key-space.fixture.ts';
import { DUE_SPACE, keyIdOf, putKey, readKey, readRegion } from './key-record.ts';
import type { Key, KeyVersion } from './key.ts';
import { describeAs, scheduleDeletion } from './lifecycle.ts';
import { openMaterial } from './material.ts';

const space = makeSpace();
const other = makeSpace('22222222-2222-4222-8222-222222222222');
const read = (record: StoredRecord) => readKey(space.tenantKey, record);

/** Half surrogate pairs, controls, quotes, names of Object's own members: all of it must come back. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('__proto__', 'constructor', '\ud800', '"\\\u0000', '\u2028'),
);
const timeMs = fc.integer({ min: 0, max: NOW * 4 });
const version: fc.Arbitrary<KeyVersion> = fc.record(
  {
    id: fc.uuid(),
    handle: fc.base64String(),
    materialId: fc.string({ minLength: 64, maxLength: 64 }),
    stage: fc.constantFrom('current', 'previous', 'pending'),
    createdAtMs: timeMs,
    rotation: fc.record({ atMs: timeMs, cause: fc.constantFrom('automatic', 'on-demand') }),
    material: fc.option(fc.base64String()),
    materialExpiresAtMs: timeMs,
    description: text,
  },
  { requiredKeys: ['id', 'handle', 'materialId', 'stage', 'createdAtMs', 'material'] },
);
const key: fc.Arbitrary<Key> = fc.record(
  {
    tenantId: fc.constant(space.tenantId),
    region: fc.constantFrom('eu-central-1', 'us-east-1'),
    id: fc.uuid(),
    revision: fc.integer({ min: 1, max: 1_000_000 }),
    spec: fc.constantFrom(...KEY_SPECS),
    usage: fc.constantFrom('encrypt-decrypt', 'sign-verify'),
    origin: fc.constantFrom('generated', 'imported'),
    extractable: fc.boolean(),
    state: fc.constantFrom('active', 'suspended', 'pending-deletion', 'destroyed'),
    description: text,
    createdAtMs: timeMs,
    accessPolicy: text,
    aliases: fc.array(fc.record({ name: text, createdAtMs: timeMs, updatedAtMs: timeMs }), { maxLength: 3 }),
    tags: fc.array(fc.record({ key: text, value: text }), { maxLength: 3 }),
    versions: fc.array(version, { maxLength: 3 }),
    importTokens: fc.array(
      fc.record({
        id: fc.uuid(),
        algorithm: fc.constantFrom('RSAES_OAEP_SHA_1', 'RSA_AES_KEY_WRAP_SHA_256'),
        privateKey: fc.base64String(),
        expiresAtMs: timeMs,
      }),
      { maxLength: 2 },
    ),
    deletion: fc.record({ scheduledAtMs: timeMs, windowDays: fc.integer({ min: 7, max: 30 }), dueAtMs: timeMs }),
  },
  {
    requiredKeys: [
      'tenantId',
      'region',
      'id',
      'revision',
      'spec',
      'usage',
      'origin',
      'extractable',
      'state',
      'description',
      'createdAtMs',
      'accessPolicy',
      'aliases',
      'tags',
      'versions',
      'importTokens',
    ],
  },
);

describe('the record of a key', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(key, (before) => {
        const write = putKey(space.tenantKey, before, before);
        expect(read(write.put)).toEqual({ ...before, revision: before.revision + 1 });
        // Nothing changed, so no name did.
        expect([write.claim, write.release]).toEqual([[], []]);
        expect(readRegion(write.put)).toBe(before.region);
      }),
      { numRuns: 300 },
    );
  });

  it('claims and releases exactly the names that change hands', () => {
    fc.assert(
      fc.property(key, key, (before, fields) => {
        const after: Key = { ...fields, id: before.id, region: before.region };
        const names = (write: ReturnType<typeof putKey>) =>
          (write.claim ?? []).map(({ space, name }) => `${space} ${name}`);
        const had = new Set(names(putKey(space.tenantKey, undefined, before)));
        const has = new Set(names(putKey(space.tenantKey, undefined, after)));
        const write = putKey(space.tenantKey, before, after);
        expect(new Set(names(write))).toEqual(has.difference(had));
        expect(new Set((write.release ?? []).map((one) => `${one.space} ${one.name}`))).toEqual(had.difference(has));
      }),
      { numRuns: 200 },
    );
  });

  const made = createKey(space, { ...GENERATED, description: 'a key' }, NOW, random);
  const record = recordOf(made);

  it('is refused with any flipped bit of body or MAC', () => {
    for (const field of ['body', 'mac'] as const) {
      for (let at = 0; at < record[field].length; at++) {
        const bytes = Buffer.from(record[field]);
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
        expect(codeOf(() => read({ ...record, [field]: bytes }))).toBe('record-not-authentic');
      }
    }
  });

  const renewed = recordOf(describeAs(space, made.value, 'the same key', NOW));
  it.each<[string, StoredRecord]>([
    ['under another id', { ...record, id: '33333333-3333-4333-8333-333333333333' }],
    ['under another tenant', { ...record, tenantId: other.tenantId }],
    ['under another scope', { ...record, scope: 'us-east-1' }],
    ['as another revision', { ...record, revision: 2 }],
    ['as another kind', { ...record, kind: 'credential' }],
    ['with the MAC of an earlier revision', { ...renewed, mac: record.mac }],
    ['with the body of an earlier revision', { ...renewed, body: record.body }],
    ['with a short MAC', { ...record, mac: record.mac.subarray(0, 16) }],
    ['with no MAC', { ...record, mac: Buffer.alloc(0) }],
    ['with the MAC of another tenant', sealRecord(record, other.tenantKey.records)],
  ])('is refused %s', (_, moved) => {
    expect(codeOf(() => read(moved))).toBe('record-not-authentic');
  });

  it.each([
    ['format', { format: 2 }],
    ['spec', { spec: 'aes-1024' }],
  ])('is refused with a %s that this version does not know, although authentic', (_, fields) => {
    const body = Buffer.from(JSON.stringify({ ...JSON.parse(record.body.toString()), ...fields }));
    expect(codeOf(() => read(sealRecord({ ...record, body }, space.tenantKey.records)))).toBe('record-not-authentic');
  });

  it('does not hold its material in clear', () => {
    const [version] = made.value.versions as (KeyVersion & { material: string })[];
    const material = version && openMaterial(space, made.value, version).export();
    expect(material).toHaveLength(32);
    const body = record.body.toString('latin1');
    for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
      expect(body).not.toContain(material?.toString(encoding).slice(4, 24));
    }
  });
});

describe('the record of a multi-Region key', () => {
  const made = createKey(space, { ...GENERATED, multiRegion: true }, NOW, random);
  const record = recordOf(made);

  it('bears the region beside the id, which is the same in all regions', () => {
    expect(made.value.id).toMatch(/^mrk-[0-9a-f]{32}$/);
    expect(record.id).toBe(`${made.value.id}@${space.region}`);
    expect(read(record)).toMatchObject({ id: made.value.id, region: space.region });
    expect([keyIdOf(record.id), keyIdOf('no-region')]).toEqual([made.value.id, 'no-region']);
  });

  it.each([
    ['another region', { id: `${made.value.id}@us-east-1` }],
    ['no region', { id: made.value.id }],
    ['two', { id: `${record.id}@${space.region}` }],
  ])('is refused that bears %s, although authentic', (_, fields) => {
    const moved = sealRecord({ ...record, ...fields }, space.tenantKey.records);
    expect(codeOf(() => read(moved))).toBe('record-not-authentic');
  });

  it('of a single-Region key bears none, as ever', () => {
    const single = createKey(space, GENERATED, NOW, random);
    expect(recordOf(single).id).toBe(single.value.id);
  });
});

describe('the names of what is due', () => {
  it('sort by time and tell it', () => {
    const generated = newKey(space);
    const deletion = scheduleDeletion(space, generated, 7, NOW).writes[0];
    expect(deletion).toMatchObject({ claim: [{ space: DUE_SPACE }] });
    const name = (atMs: number) => {
      const due = { scheduledAtMs: NOW, windowDays: 7, dueAtMs: atMs };
      const write = edit(space, generated, { deletion: due }).writes[0] as ReturnType<typeof putKey>;
      return write.claim?.[0]?.name as string;
    };
    const times = [0, 9, 10, NOW, NOW + 7 * DAY, 9_999_999_999_999];
    expect(times.map((atMs) => timeOf({ name: name(atMs) }))).toEqual(times);
    expect(times.map(name).toSorted()).toEqual(times.map(name));
  });
});

it('a write never goes under the keys of another tenant', () => {
  const stranger = newKey(other);
  expect(() => keyAfter(space, describeAs(space, stranger, 'x', NOW))).toThrow(TypeError);
});
