import { KeyError, type KeyErrorCode } from '../keys/errors.ts';
import type { Key } from '../keys/key.ts';
import { conditionOf, type Condition } from '../keys/state.ts';
import { WAITING_MS } from '../keys/waiting-times.ts';
import { AccessDeniedError, ThrottledError } from '../pipeline/errors.ts';
import type { KeysteadRefusal } from '../vault/master-keys/keystead-service.ts';
import type { MasterKeyFailure } from '../vault/master-keys/master-key-error.ts';
import type { MasterKeyFacts } from '../vault/master-keys/master-key.ts';

type State = MasterKeyFacts['state'];

const STATES: Record<Condition, State> = {
  enabled: 'enabled',
  disabled: 'disabled',
  deactivated: 'expired',
  'pending-import': 'material-missing',
  unavailable: 'unreachable',
  'pending-deletion': 'pending-deletion',
  'pending-replica-deletion': 'pending-deletion',
  // It can be brought back for a while.
  deleted: 'pending-deletion',
  gone: 'deleted',
};

/** What a refusal says that is not one of the key's state; every other one is a right that is missing. */
const REFUSALS: Partial<Record<KeyErrorCode, MasterKeyFailure>> = {
  'key-not-found': 'deleted',
  'invalid-ciphertext': 'wrong-context-or-tampered',
  'incorrect-key': 'wrong-context-or-tampered',
  'unknown-ciphertext-key': 'wrong-context-or-tampered',
  'record-not-authentic': 'unreachable',
};

/** What a key is good for now, in the words of the port. */
export function stateOf(key: Key, nowMs: number): Pick<MasterKeyFacts, 'state' | 'deletionDateMs'> {
  const { deletion, removal } = key;
  const condition = conditionOf(key, nowMs);
  const goneMs = removal === undefined ? deletion?.dueAtMs : removal.atMs + WAITING_MS.restorable;
  if (condition === 'deleted' && goneMs !== undefined && goneMs <= nowMs) return { state: 'deleted' };
  const state = STATES[condition];
  return { state, ...(state === 'pending-deletion' && goneMs !== undefined && { deletionDateMs: goneMs }) };
}

/** What an error of the pipeline means for who asked; `key` is the one that was found. */
export function refusalOf(error: unknown, keyId: string, key: Key | undefined, nowMs: number): KeysteadRefusal {
  if (error instanceof AccessDeniedError) return { code: 'denied', keyId };
  if (error instanceof ThrottledError) return { code: 'throttled', keyId };
  if (!(error instanceof KeyError)) return { code: 'unreachable', keyId };
  const refusal = REFUSALS[error.code];
  if (refusal !== undefined) return { code: refusal, keyId };
  const { state, deletionDateMs } = key === undefined ? { state: 'deleted' as const } : stateOf(key, nowMs);
  if (state === 'enabled') return { code: 'denied', keyId };
  return { code: state, keyId, ...(deletionDateMs !== undefined && { deletionDateMs }) };
}
