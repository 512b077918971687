import { beforeEach, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../crypto/key-spec.ts';
import { setKeyRules, type KeyRules } from './key-rules.ts';
import { NO_INSTANCE_POLICIES, setInstancePolicies } from './instance-policies.ts';
import { codeOf, DAY, keyAfter, makeSpace, newKey, NOW, random } from './key-space.fixture.ts';
import type { KeySpace } from './key-space.ts';
import type { Key } from './key.ts';
import { disable } from './lifecycle.ts';
import { rotateOnDemand } from './rotate.ts';
import { disableRotation, enableRotation } from './rotation-policy.ts';

let space: KeySpace;
let key: Key;

beforeEach(() => {
  space = makeSpace();
  key = newKey(space);
});

const set = (of: Key, rules: KeyRules, nowMs = NOW, by = 'IBMid-1') =>
  keyAfter(space, setKeyRules(space, of, rules, by, nowMs, random));
const every = (months: number) => ({ rotation: { isEnabled: true, intervalDays: 30 * months } });
const ON = { rotation: { isEnabled: true } };
const OFF = { rotation: { isEnabled: false } };

describe('the rotation of a key by rule', () => {
  it('is due an interval after the creation, or at once where that is over', () => {
    const due = (nowMs: number) => set(key, every(1), nowMs).rotation?.nextAtMs;
    expect([due(NOW), due(NOW + 29 * DAY), due(NOW + 30 * DAY), due(NOW + 90 * DAY)]).toEqual([
      NOW + 30 * DAY,
      NOW + 30 * DAY,
      NOW + 30 * DAY,
      NOW + 90 * DAY,
    ]);
  });

  it('is due an interval after the last rotation', () => {
    const rotated = keyAfter(space, rotateOnDemand({ space, key }, [], NOW + 10 * DAY, random));
    expect(set(rotated, every(2), NOW + 20 * DAY).rotation).toEqual({ periodDays: 60, nextAtMs: NOW + 70 * DAY });
  });

  it('keeps its interval while it is off, and who asked for it first', () => {
    const off = set(set(key, every(3)), OFF, NOW + DAY, 'IBMid-2');
    expect([off.rotation, off.ruleNotes?.rotation]).toMatchObject([
      undefined,
      { intervalDays: 90, createdBy: 'IBMid-1', createdAtMs: NOW, updatedBy: 'IBMid-2', updatedAtMs: NOW + DAY },
    ]);
    const on = set(off, ON, NOW + 2 * DAY);
    expect([on.rotation?.periodDays, on.ruleNotes?.rotation?.id]).toEqual([90, off.ruleNotes?.rotation?.id]);
  });

  it('is not put off by whoever repeats it', () => {
    const once = set(key, every(1));
    expect(set(once, every(1), NOW + 20 * DAY).rotation).toEqual(once.rotation);
  });

  it('is the one that other protocols switch on and off', () => {
    const aws = keyAfter(space, enableRotation({ space, key }, [], 365, NOW));
    const off = set(aws, OFF);
    expect([off.rotation, off.ruleNotes?.rotation?.intervalDays]).toEqual([undefined, 365]);
    const back = keyAfter(space, disableRotation({ space, key: set(key, every(1)) }, [], NOW));
    expect([back.rotation, back.ruleNotes?.rotation?.intervalDays]).toEqual([undefined, 30]);
  });

  it('is refused where a key cannot have it', () => {
    const hmac = newKey(space, { spec: keySpec('hmac-256') as KeySpecRow, usage: 'generate-verify-mac' });
    const answers = [
      codeOf(() => set(newKey(space, { origin: 'imported' }), every(1))),
      codeOf(() => set(hmac, every(1))),
      codeOf(() => set(key, ON)),
      codeOf(() => set(key, OFF)),
      codeOf(() => set(keyAfter(space, disable(space, key, NOW)), every(1))),
    ];
    expect(answers).toEqual([
      'wrong-origin',
      'not-a-wrapping-key',
      'rotation-period-out-of-range',
      'rotation-period-out-of-range',
      'key-disabled',
    ]);
  });
});

describe('that two people delete a key', () => {
  const DUAL = { dualAuthorization: { isEnabled: true } };
  const NOT = { dualAuthorization: { isEnabled: false } };

  it('cannot be taken back once it is asked for', () => {
    const not = set(key, NOT);
    expect([not.dualAuthorization, not.ruleNotes?.dualAuthorization?.createdBy]).toEqual([undefined, 'IBMid-1']);
    const dual = set(not, DUAL);
    expect(dual.dualAuthorization).toEqual({});
    expect(codeOf(() => set(dual, NOT))).toBe('dual-authorization-stays');
    expect(codeOf(() => set(dual, { ...NOT, ...every(1) }))).toBe('dual-authorization-stays');
  });

  it('is set together with the rotation, in one change', () => {
    const both = set(key, { ...DUAL, ...every(1) });
    expect([both.revision, both.dualAuthorization, both.rotation?.periodDays]).toEqual([2, {}, 30]);
    expect(Object.keys(both.ruleNotes ?? {}).toSorted()).toEqual(['dualAuthorization', 'rotation']);
  });
});

describe('rules that a new key has of its own', () => {
  const policies = setInstancePolicies(
    NO_INSTANCE_POLICIES,
    [
      { kind: 'dualAuthorization', isEnabled: true, terms: {} },
      { kind: 'rotation', isEnabled: true, terms: { intervalDays: 30 } },
    ],
    'IBMid-1',
    NOW,
  );
  const make = (rules: KeyRules) => newKey(space, { instancePolicies: policies, rules });

  it('stand in for those of the instance, each for itself', () => {
    const facts = ({ rotation, dualAuthorization, ruleNotes }: Key) => [
      rotation?.periodDays,
      dualAuthorization,
      ruleNotes?.rotation?.intervalDays,
    ];
    expect([
      facts(make({})),
      facts(make(every(5))),
      facts(make(OFF)),
      facts(make({ rotation: { isEnabled: false, intervalDays: 60 } })),
      facts(make({ dualAuthorization: { isEnabled: false } })),
    ]).toEqual([
      [30, {}, 30],
      [150, {}, 150],
      [undefined, {}, undefined],
      [undefined, {}, 60],
      [30, undefined, 30],
    ]);
  });

  it('are refused where the key cannot have them', () => {
    const refused = [codeOf(() => make(ON)), codeOf(() => newKey(space, { origin: 'imported', rules: every(1) }))];
    expect(refused).toEqual(['rotation-period-out-of-range', 'wrong-origin']);
  });
});
