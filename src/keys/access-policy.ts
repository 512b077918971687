import { parsePolicy, PolicyError, type AccessPolicy } from '../access/policy.ts';
import { KeyError, type KeyErrorCode } from './errors.ts';

const CODES: Record<PolicyError['code'], KeyErrorCode> = {
  malformed: 'access-policy-malformed',
  'not-available': 'access-policy-not-available',
};

/**
 * Parses the access policy that a key is to have. A key whose policy cannot be evaluated could not be used by anybody.
 *
 * @throws {KeyError} `access-policy-malformed`, `access-policy-not-available`
 */
export function requireAccessPolicy(text: string, keyId?: string): AccessPolicy {
  try {
    return parsePolicy(text, 'key');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new KeyError(CODES[error.code], { ...(keyId !== undefined && { keyId }), detail: error.message });
  }
}
