import { evaluate } from './evaluate.ts';
import { parsePolicy, type AccessPolicy } from './policy.ts';
import type { AccessRequest, Subject } from './request.ts';

export const ACCOUNT = '111122223333';
export const OTHER = '444455556666';
export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
export const KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`;

export type Fields = Record<string, unknown>;
export const keyPolicy = (...statements: Fields[]): AccessPolicy =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'key');
export const ownPolicy = (...statements: Fields[]): AccessPolicy =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
export const allow = (fields: Fields = {}): Fields => ({ Effect: 'Allow', Action: 'kms:*', Resource: '*', ...fields });
export const deny = (fields: Fields = {}): Fields => ({ ...allow(fields), Effect: 'Deny' });
export const others = (...arns: string[]): Fields => ({ ...deny(), NotPrincipal: { AWS: arns } });
export const to = (...arns: string[]) => ({ Principal: { AWS: arns } });
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/monday`;
export const session = (limits: AccessPolicy[] | undefined, ...policies: AccessPolicy[]): Subject => ({
  ...subject(SESSION, ...policies),
  names: [ROLE],
  ...(limits && { sessionPolicies: limits }),
});
export const scoped = (scopes: AccessPolicy[], who: Subject): Subject => ({
  ...who,
  scopes: scopes.map((scope, index) => ({ ...scope, name: `scope-${index + 1}` })),
});
export const refusingScopes = (...scopes: AccessPolicy[]) =>
  evaluate(ask(scoped(scopes, subject(ALICE, ownPolicy(allow()))), undefined)).scopes;
export const service = (name: string): Subject => ({ ...subject(`arn:aws:iam::${OTHER}:user/s`), service: name });
export const subject = (arn: string, ...policies: AccessPolicy[]): Subject => ({
  arn,
  accountId: arn.split(':')[4] as string,
  policies,
});
export const ask = (who: Subject, policy: AccessPolicy | undefined, action = 'kms:Encrypt'): AccessRequest => ({
  subject: who,
  action,
  resource: KEY_ARN,
  ...(policy && { key: { accountId: ACCOUNT, policy } }),
});
