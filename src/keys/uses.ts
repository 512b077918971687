/**
 * The actions that use a key's material, by the names that audit entries give them: what counts as a use of a key
 * (https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyLastUsageData.html). A use of another protocol gets a
 * row here.
 */
export const KEY_USES: ReadonlySet<string> = new Set([
  'kms:Decapsulate',
  'kms:Decrypt',
  'kms:DeriveSharedSecret',
  'kms:Encapsulate',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyPair',
  'kms:GenerateDataKeyPairWithoutPlaintext',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:GenerateMac',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:Sign',
  'kms:Verify',
  'kms:VerifyMac',
]);
