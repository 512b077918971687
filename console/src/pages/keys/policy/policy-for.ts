/** What those may do who use a key, by what it is for. */
const USES: Readonly<Record<string, readonly string[]>> = {
  'encrypt-decrypt': ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
  'sign-verify': ['kms:Sign', 'kms:Verify', 'kms:GetPublicKey', 'kms:DescribeKey'],
  'generate-verify-mac': ['kms:GenerateMac', 'kms:VerifyMac', 'kms:DescribeKey'],
  'key-agreement': ['kms:DeriveSharedSecret', 'kms:GetPublicKey', 'kms:DescribeKey'],
  'encapsulate-decapsulate': ['kms:Encapsulate', 'kms:Decapsulate', 'kms:GetPublicKey', 'kms:DescribeKey'],
};

/**
 * A key policy by which these may use the key, beside those whom policies and roles of the account let do so.
 *
 * @param users ARNs
 */
export function policyFor(accountId: string, usage: string, users: readonly string[]): string {
  const statements = [
    {
      Sid: 'Policies and roles of the account decide',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'Users of the key',
      Effect: 'Allow',
      Principal: { AWS: users },
      Action: USES[usage] ?? ['kms:DescribeKey'],
      Resource: '*',
    },
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
}
