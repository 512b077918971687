/** A key as policies name it, on every wire. */
export function kmsKeyArn(region: string, accountId: string, keyId: string): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

/** An endpoint as policies name it: who asks through it. */
export function xksEndpointArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:xks-endpoint/${name}`;
}
