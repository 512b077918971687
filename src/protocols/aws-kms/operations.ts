import type { OperationTable } from './operation.ts';
import { createKey } from './operations/create-key.ts';
import { decrypt } from './operations/decrypt.ts';
import { describeKey } from './operations/describe-key.ts';
import { disableKey } from './operations/disable-key.ts';
import { enableKey } from './operations/enable-key.ts';
import { encrypt } from './operations/encrypt.ts';
import { generateDataKey } from './operations/generate-data-key.ts';
import { generateDataKeyWithoutPlaintext } from './operations/generate-data-key-without-plaintext.ts';
import { getParametersForImport } from './operations/get-parameters-for-import.ts';
import { importKeyMaterial } from './operations/import-key-material.ts';
import { reEncrypt } from './operations/re-encrypt.ts';

/** The whole API, in the order of its documentation. */
export const OPERATIONS: OperationTable = {
  // Key lifecycle and metadata
  CreateKey: createKey,
  DescribeKey: describeKey,
  ListKeys: 'not-implemented',
  UpdateKeyDescription: 'not-implemented',
  EnableKey: enableKey,
  DisableKey: disableKey,
  ScheduleKeyDeletion: 'not-implemented',
  CancelKeyDeletion: 'not-implemented',
  GetKeyLastUsage: 'not-implemented',
  GetPublicKey: 'not-implemented',
  // Cryptographic operations
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateDataKeyPair: 'not-implemented',
  GenerateDataKeyPairWithoutPlaintext: 'not-implemented',
  GenerateRandom: 'not-implemented',
  Sign: 'not-implemented',
  Verify: 'not-implemented',
  GenerateMac: 'not-implemented',
  VerifyMac: 'not-implemented',
  DeriveSharedSecret: 'not-implemented',
  Encapsulate: 'not-implemented',
  Decapsulate: 'not-implemented',
  // Imported key material
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteImportedKeyMaterial: 'not-implemented',
  // Rotation
  EnableKeyRotation: 'not-implemented',
  DisableKeyRotation: 'not-implemented',
  GetKeyRotationStatus: 'not-implemented',
  RotateKeyOnDemand: 'not-implemented',
  ListKeyRotations: 'not-implemented',
  // Aliases
  CreateAlias: 'not-implemented',
  UpdateAlias: 'not-implemented',
  DeleteAlias: 'not-implemented',
  ListAliases: 'not-implemented',
  // Grants
  CreateGrant: 'not-implemented',
  ListGrants: 'not-implemented',
  ListRetirableGrants: 'not-implemented',
  RetireGrant: 'not-implemented',
  RevokeGrant: 'not-implemented',
  // Policies
  GetKeyPolicy: 'not-implemented',
  PutKeyPolicy: 'not-implemented',
  ListKeyPolicies: 'not-implemented',
  // Tags
  TagResource: 'not-implemented',
  UntagResource: 'not-implemented',
  ListResourceTags: 'not-implemented',
  // Multi-Region
  ReplicateKey: 'not-implemented',
  UpdatePrimaryRegion: 'not-implemented',
  // Custom key stores
  CreateCustomKeyStore: 'not-implemented',
  ConnectCustomKeyStore: 'not-implemented',
  DisconnectCustomKeyStore: 'not-implemented',
  DescribeCustomKeyStores: 'not-implemented',
  UpdateCustomKeyStore: 'not-implemented',
  DeleteCustomKeyStore: 'not-implemented',
};
