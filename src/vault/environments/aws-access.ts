import { bytesOf } from '../../bytes/bytes.ts';
import type { AwsIdentity } from '../../clients/aws/identity.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { keepSecret, openSecret } from './secret.ts';
import { requireLent, type CredentialRules } from './wanted-credentials.ts';

/** As whom something of AWS, or of what speaks its protocols, is reached: as the environment's record holds it. */
export type AwsAccess = AccessKeyAccess | RoleAccess | OperatorAccess;

export interface AccessKeyAccess {
  readonly kind: 'access-key';
  readonly accessKeyId: string;
  /** Base64 of the wrapped secret access key. */
  readonly secretAccessKey: string;
}

export interface RoleAccess {
  readonly kind: 'role';
  readonly roleArn: string;
  /** Named in the role's trust policy, so that nobody else can have this server assume it. Never chosen by who asks. */
  readonly externalId: string;
  /** Who assumes the role; absent: the server's own credentials, where the operator lets environments use them. */
  readonly base?: AccessKeyAccess;
}

/** What the operator has given the server's process itself. Only where the operator allows it. */
export interface OperatorAccess {
  readonly kind: 'environment';
}

/** The same as it comes in. The caller wipes the secrets. */
export type NewAwsAccess =
  | { readonly kind: 'access-key'; readonly credentials: AwsCredentials }
  | { readonly kind: 'role'; readonly roleArn: string; readonly base?: AwsCredentials }
  | { readonly kind: 'environment' };

/**
 * What a role's trust policy must demand as its external id: one for each tenant, made here and never chosen, so that no
 * tenant can have this server assume a role that trusts it for another. Not a secret.
 */
export function externalIdOf(tenantId: string): string {
  return `keystead-${tenantId}`;
}

/** Wraps the secrets of an access for the record of an environment. */
export function keepAwsAccess(
  tenantKey: TenantKey,
  environmentId: string,
  access: NewAwsAccess,
  random: Random,
): AwsAccess {
  const keep = ({ accessKeyId, secretAccessKey }: AwsCredentials): AccessKeyAccess => ({
    kind: 'access-key',
    accessKeyId,
    secretAccessKey: keepSecret(tenantKey, environmentId, secretName(accessKeyId), secretAccessKey, random),
  });
  if (access.kind === 'access-key') return keep(access.credentials);
  if (access.kind === 'environment') return { kind: 'environment' };
  const { roleArn, base } = access;
  return { kind: 'role', roleArn, externalId: externalIdOf(tenantKey.tenantId), ...(base && { base: keep(base) }) };
}

/** As whom a new access calls, before anything is kept of it. The caller wipes the secrets. */
export function identityOf(tenantId: string, access: NewAwsAccess): AwsIdentity {
  if (access.kind === 'access-key') return { credentials: access.credentials };
  if (access.kind === 'environment') return { credentials: 'environment' };
  const { roleArn: arn, base } = access;
  return { credentials: base ?? 'environment', role: { arn, externalId: externalIdOf(tenantId) } };
}

/**
 * Opens an access. The caller wipes the secrets.
 *
 * @param endpoint where it is used; absent: at AWS's own
 * @throws {EnvironmentError} `credentials-not-lent`: it is the server's own, and the operator does not lend that (any more)
 */
export function openAwsAccess(
  tenantKey: TenantKey,
  environmentId: string,
  access: AwsAccess,
  rules: CredentialRules,
  endpoint: string | undefined,
): AwsIdentity {
  if (isOperators(access)) requireLent(rules, endpoint);
  const open = ({ accessKeyId, secretAccessKey }: AccessKeyAccess): AwsCredentials => ({
    accessKeyId,
    secretAccessKey: bytesOf(openSecret(tenantKey, environmentId, secretName(accessKeyId), secretAccessKey)),
  });
  if (access.kind === 'access-key') return { credentials: open(access) };
  if (access.kind === 'environment') return { credentials: 'environment' };
  const { roleArn, externalId, base } = access;
  return { credentials: base ? open(base) : 'environment', role: { arn: roleArn, externalId } };
}

/** Whether the server's own credentials are used, at least to assume a role. */
export function isOperators(access: AwsAccess | NewAwsAccess): boolean {
  return access.kind === 'environment' || (access.kind === 'role' && access.base === undefined);
}

function secretName(accessKeyId: string): string {
  return `aws-secret-access-key:${accessKeyId}`;
}
