import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { requireAccess, type CredentialRules, type WantedCredentials } from './wanted-credentials.ts';

const ROLE = 'arn:aws:iam::111122223333:role/keystead-vault';
const VPC = 'https://vpce-0a1b2c3d-4e5f6a7b.kms.eu-central-1.vpce.amazonaws.com';
const key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from('a secret')),
};
const LENT: CredentialRules = { lendsCredentials: true };
const NAMED: CredentialRules = { lendsCredentials: true, lendsTo: (endpoint) => endpoint === VPC };
const own = { kind: 'environment' } as const;

function outcome(rules: CredentialRules, wanted: WantedCredentials, endpoint?: string): string {
  try {
    return requireAccess(rules, wanted, endpoint, 'storage-malformed').kind;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('as whom something of AWS is reached', () => {
  it.each<[string, CredentialRules, WantedCredentials, string | undefined, string]>([
    ['an access key, anywhere', {}, { kind: 'access-key', ...key }, 'https://s3.example.com', 'access-key'],
    ['an access key and a role, anywhere', {}, { kind: 'role', roleArn: ROLE, ...key }, VPC, 'role'],
    ["the server's own, which are not lent", {}, own, undefined, 'credentials-not-lent'],
    ["the server's own, at AWS", LENT, own, undefined, 'environment'],
    ["a role with the server's own, at AWS", LENT, { kind: 'role', roleArn: ROLE }, undefined, 'role'],
    ["at AWS's FIPS endpoint", LENT, own, 'https://kms-fips.us-east-1.amazonaws.com', 'environment'],
    ["at AWS's dual-stack endpoint", LENT, own, 'https://s3.dualstack.eu-west-1.amazonaws.com', 'environment'],
    ['at an endpoint in a VPC', LENT, own, VPC, 'credentials-not-lent'],
    ['at one that the operator names', NAMED, own, VPC, 'environment'],
    ['at one that nobody names', NAMED, own, 'https://kms.example.com', 'credentials-not-lent'],
    ['a role there', NAMED, { kind: 'role', roleArn: ROLE }, 'https://kms.example.com', 'credentials-not-lent'],
    ['half of a key', LENT, { kind: 'role', roleArn: ROLE, accessKeyId: 'A' }, undefined, 'storage-malformed'],
    ['what is no role', LENT, { kind: 'role', roleArn: 'arn:aws:iam::1:role/x' }, undefined, 'storage-malformed'],
    ['a member that it does not take', LENT, { ...own, roleArn: ROLE }, undefined, 'storage-malformed'],
  ])('%s', (_, rules, wanted, endpoint, expected) => expect(outcome(rules, wanted, endpoint)).toBe(expected));
});
