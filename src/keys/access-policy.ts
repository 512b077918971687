import { PolicyError } from '../access/policy-error.ts';
import { parsePolicy, type AccessPolicy } from '../access/policy.ts';
import { KeyError } from './errors.ts';

/**
 * Parses the access policy that a key is to have. A key whose policy cannot be evaluated could not be used by anybody.
 *
 * @throws {KeyError} `access-policy-malformed`
 */
export function requireAccessPolicy(text: string, keyId?: string): AccessPolicy {
  try {
    return parsePolicy(text, 'key');
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new KeyError('access-policy-malformed', { ...(keyId !== undefined && { keyId }), detail: error.message });
  }
}
