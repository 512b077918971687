import type { AwsCredentials } from '../aws-kms/connection.ts';

/** As whom something of AWS, or of what speaks its protocols, is called. The owner wipes the secrets. */
export interface AwsIdentity {
  /**
   * `environment`: what the AWS SDK finds on this machine (variables, shared files, the instance's role). Right for a
   * command that a person runs; for a server that acts for tenants only where its operator lends them its own rights.
   */
  readonly credentials: AwsCredentials | 'environment';
  /** A role that these credentials assume first. */
  readonly role?: { readonly arn: string; readonly externalId: string };
  /** Where the role is assumed; absent: where whoever calls says. */
  readonly stsEndpoint?: string;
}

/** Whether what one may do the other may, as far as can be told without asking. */
export function isSameIdentity(a: AwsIdentity, b: AwsIdentity): boolean {
  if (a.role?.arn !== b.role?.arn || a.role?.externalId !== b.role?.externalId) return false;
  if (a.stsEndpoint !== b.stsEndpoint) return false;
  if (a.credentials === 'environment' || b.credentials === 'environment') return a.credentials === b.credentials;
  return a.credentials.accessKeyId === b.credentials.accessKeyId;
}
