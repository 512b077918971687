import type { OperationTable } from './operation.ts';

/** The whole API, in the order of its documentation. */
export const OPERATIONS: OperationTable = {
  // Key lifecycle and metadata
  CreateKey: 'not-implemented',
  DescribeKey: 'not-implemented',
  ListKeys: 'not-implemented',
  UpdateKeyDescription: 'not-implemented',
  EnableKey: 'not-implemented',
  DisableKey: 'not-implemented',
  ScheduleKeyDeletion: 'not-implemented',
  CancelKeyDeletion: 'not-implemented',
  GetKeyLastUsage: 'not-implemented',
  GetPublicKey: 'not-implemented',
  // Cryptographic operations
  Encrypt: 'not-implemented',
  Decrypt: 'not-implemented',
  ReEncrypt: 'not-implemented',
  GenerateDataKey: 'not-implemented',
  GenerateDataKeyWithoutPlaintext: 'not-implemented',
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
  GetParametersForImport: 'not-implemented',
  ImportKeyMaterial: 'not-implemented',
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
