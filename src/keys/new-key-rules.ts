import type { Origin } from '../crypto/key-spec.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import { KeyError } from './errors.ts';
import { ALL_CREATION, type CreationRights, type InstancePolicies } from './instance-policies.ts';
import type { KeyRules } from './key-rules.ts';
import type { Key, RuleNote, RuleNotes } from './key.ts';

const DAY_MS = 86_400_000;

/** What is asked of the policies of an instance before a key is made in it, or its material is brought. */
export interface Coming {
  readonly origin: Origin;
  /** Whether it is a stored secret. All other keys count as wrapping keys, whatever they are for: none leaves. */
  readonly extractable: boolean;
}

/**
 * Whether the policies of an instance let such a key be made in it. Asked again when its material is brought, where that
 * comes later.
 *
 * @throws {KeyError} `creation-forbidden`
 */
export function requireCreatable({ creation }: InstancePolicies, { origin, extractable }: Coming): void {
  const way = origin === 'imported' ? 'import' : 'create';
  const right = `${way}${extractable ? 'Secret' : 'Wrapping'}` as const;
  if (!rights(creation)[right]) throw new KeyError('creation-forbidden', { detail: right });
}

/**
 * Whether material may be brought that no import token protects: when a key is made, rotated or restored.
 *
 * @throws {KeyError} `import-token-required`
 */
export function requireTokenIfEnforced({ creation }: InstancePolicies, hasToken: boolean): void {
  if (!hasToken && rights(creation).enforceToken) throw new KeyError('import-token-required');
}

/**
 * What of a key the policies of its instance decide when it is made, where it is not wanted otherwise; changed
 * afterwards, they leave it as it is.
 */
export function newKeyRules(
  { dualAuthorization, rotation }: InstancePolicies,
  key: Pick<Key, 'origin' | 'spec' | 'extractable' | 'createdBy'>,
  nowMs: number,
  random: Random,
  wanted: KeyRules = {},
): Pick<Key, 'dualAuthorization' | 'rotation' | 'ruleNotes'> {
  const noted = () => newRuleNote(key.createdBy ?? '', nowMs, random);
  const isRotatable = key.spec.family === 'aes' && key.origin === 'generated' && !key.extractable;
  const ofRotation = isRotatable ? (wanted.rotation ?? ruleOf(rotation)) : undefined;
  const isDual = wanted.dualAuthorization?.isEnabled ?? dualAuthorization?.isEnabled === true;
  const intervalDays = ofRotation?.intervalDays;
  const ruleNotes: RuleNotes = {
    ...(intervalDays !== undefined && { rotation: { ...noted(), intervalDays } }),
    ...((isDual || wanted.dualAuthorization !== undefined) && { dualAuthorization: noted() }),
  };
  return {
    ...(isDual && { dualAuthorization: {} }),
    ...(intervalDays !== undefined &&
      ofRotation?.isEnabled === true && {
        rotation: { periodDays: intervalDays, nextAtMs: nowMs + intervalDays * DAY_MS },
      }),
    ...(Object.keys(ruleNotes).length > 0 && { ruleNotes }),
  };
}

function ruleOf(policy: InstancePolicies['rotation']): KeyRules['rotation'] {
  return policy?.isEnabled === true ? policy : undefined;
}

/**
 * Whether a new key can have the rules that are wanted for it.
 *
 * @throws {KeyError} `not-a-wrapping-key`, `wrong-origin`, `rotation-period-out-of-range`
 */
export function requireRulesFit({ rotation }: KeyRules, key: Pick<Key, 'origin' | 'spec' | 'extractable'>): void {
  if (rotation === undefined) return;
  if (key.extractable || key.spec.family !== 'aes') throw new KeyError('not-a-wrapping-key');
  if (rotation.isEnabled && key.origin !== 'generated') throw new KeyError('wrong-origin');
  if (rotation.isEnabled && rotation.intervalDays === undefined) throw new KeyError('rotation-period-out-of-range');
}

/** A note of a rule that is set for the first time. */
export function newRuleNote(by: string, nowMs: number, random: Random): RuleNote {
  return { id: uuid(random), createdAtMs: nowMs, createdBy: by, updatedAtMs: nowMs, updatedBy: by };
}

function rights(creation: InstancePolicies['creation']): CreationRights {
  return creation?.isEnabled === true ? creation : ALL_CREATION;
}
