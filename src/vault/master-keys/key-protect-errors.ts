import { KeyProtectApiError } from '../../clients/key-protect/api-error.ts';
import type { KeyProtectKey } from '../../clients/key-protect/client.ts';
import type { MasterKeyFailure } from './master-key-error.ts';
import type { MasterKeyFacts } from './master-key.ts';

/** `ask`: only the state of the key, which its metadata tells, says it. */
type Meaning = MasterKeyFailure | 'ask';

/** The codes that matter here: https://cloud.ibm.com/docs/key-protect?topic=key-protect-troubleshooting */
const CODES: { readonly [code: string]: Meaning } = {
  KEY_ACTION_INVALID_STATE_ERR: 'ask',
  KEY_INVALID_STATE_ERR: 'ask',
  KEY_DELETED_ERR: 'ask',
  KEY_NOT_FOUND_ERR: 'deleted',
  UNPROCESSABLE_CIPHERTEXT_ERR: 'wrong-context-or-tampered',
};

/** What an answer, or that there was none, means for who asked. */
export function meaningOf(error: unknown): Meaning {
  if (!(error instanceof KeyProtectApiError)) return 'unreachable';
  const { status, code, field } = error;
  const meaning = code === undefined ? undefined : CODES[code];
  if (meaning !== undefined) return meaning;
  // A ciphertext that is no base64, or that no wrap made.
  if (code === 'INVALID_FIELD_ERR' && field === 'ciphertext') return 'wrong-context-or-tampered';
  if (status === 410) return 'ask';
  if (status === 429) return 'throttled';
  // Another refusal of the request as such: repeating it, or looking at the network, would not help.
  return status >= 400 && status < 500 ? 'denied' : 'unreachable';
}

/** What stands in the way of a key in this state; `undefined` where nothing does. */
export function failureOfState(
  key: Pick<KeyProtectKey, 'state' | 'restoreAllowed'>,
): Exclude<MasterKeyFacts['state'], 'enabled'> | undefined {
  if (key.state === 1) return undefined;
  // A deleted key can be brought back for a while: until then nothing is lost.
  if (key.state === 5) return key.restoreAllowed ? 'pending-deletion' : 'deleted';
  return ({ 0: 'material-missing', 2: 'disabled', 3: 'expired' } as const)[key.state] ?? 'unreachable';
}
