import type { KeyUsage, Origin } from '../../../crypto/key-spec.ts';
import type { Condition } from '../../../keys/state.ts';
import { ORIGIN_WORDS, USAGE_WORDS } from '../../../pipeline/policy-words.ts';
import type { KeyState, KeyUsageType, OriginType } from '../model.gen.ts';

/** AWS's word for each usage of a key. */
export const USAGES: Record<KeyUsage, KeyUsageType> = {
  ...USAGE_WORDS,
  // AWS has no word for it, and needs none: keys that are for this are not found on its wire.
  store: 'STORE' as KeyUsageType,
};

/** AWS's word for where material comes from. */
export const ORIGINS: Record<Origin, OriginType> = ORIGIN_WORDS;

/** AWS's word for what a key is good for. One that is deleted or gone is not found, so it has none. */
export const STATES: Record<Exclude<Condition, 'gone' | 'deleted'>, KeyState> = {
  enabled: 'Enabled',
  disabled: 'Disabled',
  deactivated: 'Disabled',
  'pending-import': 'PendingImport',
  unavailable: 'Unavailable',
  'pending-deletion': 'PendingDeletion',
  'pending-replica-deletion': 'PendingReplicaDeletion',
};

/** A time of ours as the wire has it: seconds since 1970, with a fraction. */
export function seconds(ms: number): number {
  return ms / 1000;
}
