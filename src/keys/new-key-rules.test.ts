import { beforeEach, describe, expect, it } from 'vitest';
import { keySpec } from '../crypto/key-spec.ts';
import type { KeySpecRow } from '../crypto/key-spec.ts';
import {
  NO_INSTANCE_POLICIES,
  setInstancePolicies,
  type InstancePolicies,
  type InstancePolicySetting,
} from './instance-policies.ts';
import { codeOf, DAY, makeSpace, newKey, NOW } from './key-space.fixture.ts';
import { requireCreatable, requireTokenIfEnforced } from './new-key-rules.ts';
import type { KeySpace } from './key-space.ts';

const ALL = {
  createWrapping: true,
  createSecret: true,
  importWrapping: true,
  importSecret: true,
  enforceToken: false,
};

function policies(...settings: InstancePolicySetting[]): InstancePolicies {
  return setInstancePolicies(NO_INSTANCE_POLICIES, settings, 'IBMid-1', NOW);
}
const creation = (rights: Partial<typeof ALL>, isEnabled = true) =>
  policies({ kind: 'creation', isEnabled, terms: { ...ALL, ...rights } });

describe('what the policies of an instance let be made', () => {
  const ORIGINS = ['generated', 'imported', 'remote'] as const;
  const CASES = [
    ['createWrapping', ['generated', 'remote'], false],
    ['importWrapping', ['imported'], false],
    ['createSecret', ['generated', 'remote'], true],
    ['importSecret', ['imported'], true],
  ] as const;

  for (const [right, refused, isSecret] of CASES) {
    it(`${right} is asked for ${refused.join(' and ')} ${isSecret ? 'secrets' : 'keys'} alone`, () => {
      const found = ORIGINS.flatMap((origin) =>
        [false, true]
          .filter(
            (extractable) =>
              codeOf(() => requireCreatable(creation({ [right]: false }), { origin, extractable })) ===
              'creation-forbidden',
          )
          .map((extractable) => [origin, extractable]),
      );
      expect(found).toEqual(refused.map((origin) => [origin, isSecret]));
    });
  }

  it('asks for nothing while the policy is off, or was never set', () => {
    for (const open of [NO_INSTANCE_POLICIES, creation({ createWrapping: false, enforceToken: true }, false)]) {
      expect(codeOf(() => requireCreatable(open, { origin: 'generated', extractable: false }))).toBe('allowed');
      expect(codeOf(() => requireTokenIfEnforced(open, false))).toBe('allowed');
    }
  });

  it('asks for an import token where it is enforced', () => {
    expect(codeOf(() => requireTokenIfEnforced(creation({ enforceToken: true }), false))).toBe('import-token-required');
    expect(codeOf(() => requireTokenIfEnforced(creation({ enforceToken: true }), true))).toBe('allowed');
  });
});

describe('a key that is made', () => {
  let space: KeySpace;
  beforeEach(() => void (space = makeSpace()));
  const both = policies(
    { kind: 'dualAuthorization', isEnabled: true, terms: {} },
    { kind: 'rotation', isEnabled: true, terms: { intervalDays: 60 } },
  );

  it('takes over dual authorisation and rotation', () => {
    const key = newKey(space, { instancePolicies: both });
    expect(key.dualAuthorization).toEqual({});
    expect(key.rotation).toEqual({ periodDays: 60, nextAtMs: NOW + 60 * DAY });
    expect(key.ruleNotes?.rotation).toMatchObject({ intervalDays: 60, createdAtMs: NOW });
    expect(key.ruleNotes?.dualAuthorization?.id).not.toBe(key.ruleNotes?.rotation?.id);
  });

  it('takes over no rotation that it cannot have', () => {
    const hmac = keySpec('hmac-256') as KeySpecRow;
    const kinds = [
      newKey(space, { instancePolicies: both, origin: 'imported' }),
      newKey(space, { instancePolicies: both, spec: hmac, usage: 'generate-verify-mac' }),
    ];
    expect(kinds.map(({ rotation, dualAuthorization }) => [rotation, dualAuthorization])).toEqual([
      [undefined, {}],
      [undefined, {}],
    ]);
  });

  it('takes over nothing from policies that are off', () => {
    const off = setInstancePolicies(
      both,
      [
        { kind: 'dualAuthorization', isEnabled: false, terms: {} },
        { kind: 'rotation', isEnabled: false, terms: {} },
      ],
      'IBMid-2',
      NOW + DAY,
    );
    expect(off.rotation).toEqual({
      isEnabled: false,
      createdAtMs: NOW,
      createdBy: 'IBMid-1',
      updatedAtMs: NOW + DAY,
      updatedBy: 'IBMid-2',
    });
    const key = newKey(space, { instancePolicies: off });
    expect([key.rotation, key.dualAuthorization, key.ruleNotes]).toEqual([undefined, undefined, undefined]);
  });

  it('is not made where the policies forbid it', () => {
    const make = () => newKey(space, { instancePolicies: creation({ createWrapping: false }) });
    expect(codeOf(make)).toBe('creation-forbidden');
  });
});
