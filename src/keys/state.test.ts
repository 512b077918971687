import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Put } from '../records/commit.ts';
import { createAlias } from './aliases.ts';
import type { Change } from './change.ts';
import { prepareImport } from './import-token.ts';
import { deleteMaterial } from './delete-material.ts';
import {
  bring,
  codeOf,
  DAY,
  importedKey,
  keyAfter,
  makeSpace,
  newKey,
  NOW,
  POLICY,
  random,
  readyToImport,
  sealed,
  wrappingPair,
  importNow,
} from './key-space.fixture.ts';
import type { Key } from './key.ts';
import {
  cancelDeletion,
  describeAs,
  destroy,
  disable,
  dropExpiredMaterial,
  enable,
  hasExpiredMaterial,
  isDestructionDue,
  scheduleDeletion,
  setAccessPolicy,
} from './lifecycle.ts';
import { deleteKey, purge, restore } from './removal.ts';
import { rotateOnDemand } from './rotate.ts';
import { conditionOf, requireState, type Condition, type Verb } from './state.ts';
import { tag, untag } from './tags.ts';

const space = makeSpace();
const material = randomBytes(32);
const LATER = NOW + 31 * DAY;

const imported = importedKey(space, material);
/** Long enough ago for what has to wait. */
const deleted = keyAfter(space, deleteKey(space, imported, 'IBMid-1', NOW - DAY));
/** As if another region had a replica: what that means for the primary's state. */
function withReplica(key: Key): Key {
  return { ...key, multiRegion: { primaryRegion: key.region, regions: [key.region, 'us-west-2'] } };
}
const keyIn: Record<Condition, Key> = {
  enabled: imported,
  disabled: keyAfter(space, disable(space, imported, NOW)),
  deactivated: { ...imported, expiresAtMs: NOW },
  'pending-import': keyAfter(space, deleteMaterial(space, imported, undefined, NOW)),
  unavailable: { ...imported, isUnavailable: true },
  'pending-deletion': keyAfter(space, scheduleDeletion(space, imported, 30, NOW - DAY)),
  'pending-replica-deletion': keyAfter(space, scheduleDeletion(space, withReplica(imported), 30, NOW - DAY)),
  deleted,
  // Its waiting period is over at LATER; the sweep has not come by.
  gone: keyAfter(space, scheduleDeletion(space, imported, 7, NOW)),
};
const timeOf = (condition: Condition) => (condition === 'gone' ? LATER : NOW);
const CONDITIONS = Object.keys(keyIn) as Condition[];

// Rows as in AWS's table of key states; what the table does not show for a key that is gone is "not found".
const Y = 'allowed';
const [DIS, DEA, DEL, REP, IMP, UNA, NOT, ALIVE, GONE, NF] = [
  'key-disabled',
  'key-deactivated',
  'key-pending-deletion',
  'key-pending-replica-deletion',
  'key-pending-import',
  'key-unavailable',
  'key-not-pending-deletion',
  'key-not-deleted',
  'key-deleted',
  'key-not-found',
] as const;
const TABLE: Record<Verb, readonly string[]> = {
  //         enabled disabled deactivated pending-import unavailable pending-deletion pending-replica-deletion deleted gone
  use: [Y, DIS, DEA, IMP, UNA, DEL, REP, GONE, NF],
  rotate: [Y, DIS, DEA, IMP, Y, DEL, REP, GONE, NF],
  'set-rotation': [Y, DIS, DEA, IMP, Y, DEL, REP, GONE, NF],
  replicate: [Y, DIS, DEA, IMP, Y, DEL, REP, GONE, NF],
  read: [Y, Y, Y, Y, Y, Y, Y, Y, NF],
  'read-rotations': [Y, Y, Y, Y, Y, Y, Y, GONE, NF],
  'set-access-policy': [Y, Y, Y, Y, Y, Y, Y, GONE, NF],
  'delete-material': [Y, Y, Y, Y, Y, Y, Y, GONE, NF],
  annotate: [Y, Y, Y, Y, Y, DEL, REP, GONE, NF],
  'take-alias': [Y, Y, Y, Y, Y, DEL, REP, GONE, NF],
  'create-grant': [Y, DIS, DEA, IMP, Y, DEL, REP, GONE, NF],
  'schedule-deletion': [Y, Y, Y, Y, Y, DEL, REP, GONE, NF],
  'prepare-import': [Y, Y, Y, Y, Y, DEL, REP, GONE, NF],
  import: [Y, Y, Y, Y, Y, DEL, REP, GONE, NF],
  enable: [Y, Y, DEA, IMP, Y, DEL, REP, GONE, NF],
  disable: [Y, Y, DEA, IMP, Y, DEL, REP, GONE, NF],
  'cancel-deletion': [NOT, NOT, NOT, NOT, NOT, Y, Y, GONE, NF],
  delete: [Y, Y, Y, Y, Y, GONE, GONE, GONE, NF],
  restore: [ALIVE, ALIVE, ALIVE, ALIVE, ALIVE, Y, Y, Y, NF],
  purge: [ALIVE, ALIVE, ALIVE, ALIVE, ALIVE, DEL, REP, Y, NF],
};
const cells = Object.entries(TABLE).flatMap(([verb, row]) =>
  CONDITIONS.map((condition, index) => [verb as Verb, condition, row[index] as string] as const),
);

/** The verbs themselves: each must ask for its state, whatever else it checks. */
const tokened = CONDITIONS.map((condition) => {
  const key = keyIn[condition];
  const ready = readyToImport(space, imported, material);
  return [condition, { ...key, importTokens: ready.key.importTokens }, ready.request] as const;
});
const importInto = (key: Key, nowMs: number) => {
  const [, withToken, request] = tokened.find(([condition]) => keyIn[condition] === key) as (typeof tokened)[number];
  return importNow(space, withToken, { ...request, kind: 'existing' }, nowMs, random);
};
const REAL: Partial<Record<Verb, readonly ((key: Key, nowMs: number) => unknown)[]>> = {
  use: [(key, nowMs) => sealed(space, key, 'x', nowMs)],
  'set-access-policy': [(key, nowMs) => setAccessPolicy(space, key, POLICY, nowMs)],
  'delete-material': [(key, nowMs) => deleteMaterial(space, key, undefined, nowMs)],
  annotate: [
    (key, nowMs) => describeAs(space, key, 'text', nowMs),
    (key, nowMs) => tag(space, key, [{ key: 'a', value: '' }], nowMs),
    (key, nowMs) => untag(space, key, ['a'], nowMs),
  ],
  'take-alias': [(key, nowMs) => createAlias(space, key, 'alias/a', nowMs)],
  'schedule-deletion': [(key, nowMs) => scheduleDeletion(space, key, 7, nowMs)],
  'prepare-import': [(key, nowMs) => prepareImport(space, key, 'RSAES_OAEP_SHA_256', wrappingPair(), nowMs, random)],
  enable: [(key, nowMs) => enable(space, key, nowMs)],
  disable: [(key, nowMs) => disable(space, key, nowMs)],
  'cancel-deletion': [(key, nowMs) => cancelDeletion(space, key, nowMs)],
  delete: [(key, nowMs) => deleteKey(space, key, 'IBMid-1', nowMs)],
  restore: [(key, nowMs) => restore(space, key, nowMs)],
  purge: [(key, nowMs) => purge(space, key, nowMs)],
};

describe('conditions', () => {
  it.each(CONDITIONS)('%s is what it is called', (condition) => {
    expect(conditionOf(keyIn[condition], timeOf(condition))).toBe(condition);
  });

  it('a destroyed key is gone for ever', () => {
    const destroyed = keyAfter(space, destroy({ space, key: keyIn.gone }, [], LATER));
    expect(conditionOf(destroyed, 0)).toBe('gone');
    expect(codeOf(() => requireState(destroyed, 'cancel-deletion', NOW))).toBe('key-not-found');
  });

  it('a deletion becomes due to the millisecond', () => {
    const dueAtMs = NOW + 7 * DAY;
    expect(conditionOf(keyIn.gone, dueAtMs - 1)).toBe('pending-deletion');
    expect(conditionOf(keyIn.gone, dueAtMs)).toBe('gone');
  });

  it('material expires to the millisecond, and any material that ever encrypted counts', () => {
    const expiring = importedKey(space, material, { expiresAtMs: NOW + 5 });
    expect(conditionOf(expiring, NOW + 4)).toBe('enabled');
    expect(conditionOf(expiring, NOW + 5)).toBe('pending-import');
    const second = bring(space, expiring, randomBytes(32), { kind: 'new' });
    const rotated = keyAfter(space, rotateOnDemand({ space, key: second }, [], NOW, random));
    expect(rotated.versions.map(({ stage }) => stage)).toEqual(['previous', 'current']);
    expect(conditionOf(rotated, NOW + 5)).toBe('pending-import');
    expect(codeOf(() => sealed(space, rotated, 'x', NOW + 5))).toBe('key-pending-import');
  });

  it('material that waits for a rotation does not count', () => {
    const waiting = bring(space, imported, randomBytes(32), { kind: 'new', expiresAtMs: NOW + 5 });
    expect(conditionOf(waiting, NOW + 5)).toBe('enabled');
  });
});

describe('states and verbs', () => {
  it.each(cells)('%s while %s: %s', (verb, condition, expected) => {
    expect(codeOf(() => requireState(keyIn[condition], verb, timeOf(condition)))).toBe(expected);
    for (const run of REAL[verb] ?? []) {
      expect(codeOf(() => run(keyIn[condition], timeOf(condition)))).toBe(expected);
    }
  });

  it.each(CONDITIONS)('rotate while %s, by the verb itself', (condition) => {
    const expected = TABLE.rotate[CONDITIONS.indexOf(condition)];
    const code = codeOf(() => rotateOnDemand({ space, key: keyIn[condition] }, [], timeOf(condition), random));
    expect(code).toBe(expected === Y ? 'no-pending-material' : expected);
  });

  it.each(CONDITIONS)('import while %s, by the verb itself', (condition) => {
    const expected = TABLE.import[CONDITIONS.indexOf(condition)];
    // At LATER the token has expired too: the state is told first.
    expect(codeOf(() => importInto(keyIn[condition], timeOf(condition)))).toBe(expected);
  });
});

describe('switching', () => {
  const generated = newKey(space);

  it('off and on, each once', () => {
    const off = disable(space, generated, NOW);
    const offKey = keyAfter(space, off);
    expect([offKey.state, offKey.revision, off.value]).toEqual(['suspended', 2, offKey]);
    expect(disable(space, offKey, NOW)).toEqual({ value: offKey, writes: [] });
    const on = keyAfter(space, enable(space, offKey, NOW));
    expect([on.state, on.revision]).toEqual(['active', 3]);
    expect(enable(space, on, NOW)).toEqual({ value: on, writes: [] });
  });

  it('works again after on, with what was encrypted before off', () => {
    const ciphertext = sealed(space, generated, 'before');
    const off = keyAfter(space, disable(space, generated, NOW));
    expect(codeOf(() => sealed(space, off, 'x'))).toBe('key-disabled');
    const on = keyAfter(space, enable(space, off, NOW));
    expect(sealed(space, on, 'x').handle).toEqual(ciphertext.handle);
  });
});

describe('deletion', () => {
  const generated = newKey(space);

  it.each([7, 30])('waits %d days', (days) => {
    const { deletion, state } = keyAfter(space, scheduleDeletion(space, generated, days, NOW));
    expect(state).toBe('pending-deletion');
    expect(deletion).toEqual({ scheduledAtMs: NOW, windowDays: days, dueAtMs: NOW + days * DAY });
  });

  it.each([6, 31, 0, -7, 7.5, Number.NaN, Number.POSITIVE_INFINITY])('does not wait %d days', (days) => {
    expect(codeOf(() => scheduleDeletion(space, generated, days, NOW))).toBe('deletion-window-out-of-range');
  });

  it('called back, the key is off', () => {
    const pending = keyAfter(space, scheduleDeletion(space, generated, 7, NOW));
    const back = keyAfter(space, cancelDeletion(space, pending, NOW + 7 * DAY - 1));
    expect([back.state, back.deletion, conditionOf(back, LATER)]).toEqual(['suspended', undefined, 'disabled']);
    expect(codeOf(() => cancelDeletion(space, pending, NOW + 7 * DAY))).toBe('key-not-found');
  });

  it('destroys what is due and nothing else', () => {
    const aliased = keyAfter(space, createAlias(space, generated, 'alias/dies', NOW));
    const pending = keyAfter(space, scheduleDeletion(space, aliased, 7, NOW));
    for (const [key, nowMs] of [
      [generated, LATER],
      [pending, NOW + 7 * DAY - 1],
    ] as const) {
      expect(isDestructionDue(key, nowMs)).toBe(false);
      expect(codeOf(() => destroy({ space, key }, [], nowMs))).toBe('key-not-pending-deletion');
    }
    expect(isDestructionDue(pending, NOW + 7 * DAY)).toBe(true);
    const change = destroy({ space, key: pending }, [], NOW + 7 * DAY);
    const tombstone = keyAfter(space, change);
    expect(tombstone).toMatchObject({ state: 'destroyed', aliases: [], importTokens: [] });
    expect(tombstone.versions.map((version) => version.material)).toEqual([null]);
    expect(isDestructionDue(tombstone, LATER)).toBe(false);
    // The tombstone leaves the lists of the region and gives its alias free; its handle stays taken.
    const write = change.writes[0] as Put;
    const released = write.release?.map(({ name }) => name);
    expect([write.put.scope, write.claim]).toEqual(['destroyed:eu-central-1', []]);
    expect(released).toContain('alias/dies');
    expect(released).not.toContain(tombstone.versions[0]?.handle);
  });
});

describe('expired material', () => {
  const expiring = importedKey(space, material, { expiresAtMs: NOW + 5 });

  it('is refused from its time on, and forgotten by the sweep', () => {
    expect(hasExpiredMaterial(expiring, NOW + 4)).toBe(false);
    expect(hasExpiredMaterial(expiring, NOW + 5)).toBe(true);
    const dropped = keyAfter(space, dropExpiredMaterial(space, expiring, NOW + 5));
    expect(dropped.versions[0]).toMatchObject({ material: null, stage: 'current' });
    expect(conditionOf(dropped, NOW + 5)).toBe('pending-import');
    expect(hasExpiredMaterial(dropped, NOW + 5)).toBe(false);
    expect(hasExpiredMaterial(imported, LATER)).toBe(false);
  });

  it('keeps what has not expired', () => {
    const second = bring(space, expiring, randomBytes(32), { kind: 'new' });
    const dropped = keyAfter(space, dropExpiredMaterial(space, second, NOW + 5));
    expect(dropped.versions.map((version) => version.material === null)).toEqual([true, false]);
  });
});

it('changes answer what they write', () => {
  const changes: Change<Key>[] = [
    describeAs(space, imported, 'other', NOW),
    setAccessPolicy(space, imported, POLICY.replace('kms:*', '*'), NOW),
    scheduleDeletion(space, imported, 7, NOW),
    cancelDeletion(space, keyIn['pending-deletion'], NOW),
  ];
  for (const change of changes) expect(change.value).toEqual(keyAfter(space, change));
});

it.each([
  ['{"Statement":', 'access-policy-malformed'],
  ['{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Condition":[]}}', 'access-policy-malformed'],
])('an access policy %s is %s, for a new key too', (text, code) => {
  expect(codeOf(() => setAccessPolicy(space, imported, text, NOW))).toBe(code);
  expect(codeOf(() => newKey(space, { accessPolicy: text }))).toBe(code);
});
