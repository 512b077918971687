/** The ARN of a key of this installation, taken apart. */
export interface KeysteadArn {
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  readonly keyId: string;
}

/** Regions are named as AWS does or as IBM Cloud does: `us-east-1`, `eu-de`. */
const ARN = /^arn:aws:kms:([a-z]{2}(?:-[a-z]+)+(?:-?\d)?):(\d{12}):key\/([A-Za-z0-9-]{1,64})$/;

/** Reads the ARN of a key; `undefined` for an alias, a bare id and everything else. */
export function parseKeysteadArn(text: string): KeysteadArn | undefined {
  const match = ARN.exec(text);
  if (match === null) return undefined;
  const [arn, region, accountId, keyId] = match as unknown as [string, string, string, string];
  return { arn, region, accountId, keyId };
}
