import type { Instance } from '../../identity/tenant.ts';

/** The name of an instance as a whole in policies, the same on every wire that knows it. */
export function instanceArn({ region, accountId, instanceId }: Instance): string {
  return `arn:aws:kms:${region}:${accountId}:instance/${instanceId}`;
}

/** The name of a key in policies, the same on every wire (AWS service authorization reference, "AWS KMS"). */
export function keyArn(region: string, accountId: string, keyId: string): string {
  return `arn:aws:kms:${region}:${accountId}:${keyId.startsWith('alias/') ? keyId : `key/${keyId}`}`;
}
