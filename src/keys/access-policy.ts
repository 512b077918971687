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

/** The policy of a key whose maker gave none: the account decides by the policies of its principals. */
export function defaultAccessPolicy(accountId: string): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] }, undefined, 2);
}
