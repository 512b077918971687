import type { SignatureRefusal } from '../sigv4/refusal.ts';
import { XksError } from './errors.ts';

/** Which access keys exist is not told: an unknown one and a wrong signature are the same. */
const WRONG = 'it is not one that a credential of an endpoint makes';

const WORDS: Record<SignatureRefusal['code'], string> = {
  missing: 'there is none',
  incomplete: 'parts of it are missing',
  malformed: 'it has another form than Signature Version 4',
  'unknown-key': WRONG,
  mismatch: WRONG,
  'token-invalid': WRONG,
  'token-expired': WRONG,
  expired: 'it was made more than 5 minutes ago: compare the clocks',
  'not-yet-valid': 'it was made more than 5 minutes ahead: compare the clocks',
  'wrong-scope': 'it is not for the service kms-xks-proxy, or not for the day of its date',
  'unsigned-header': 'host, date or an x-amz-* header is not under it',
  'unsigned-payload': 'the body is not under it',
};

/** Why a signature was not taken, as far as it may be told. */
export function signatureError({ code }: SignatureRefusal): XksError {
  return new XksError('AuthenticationFailedException', `The signature was not taken: ${WORDS[code]}.`);
}
