import type { AwsIdentity } from '../../clients/aws/identity.ts';

/** A master key with everything it takes to use it: what a run is handed. The owner wipes the secrets. */
export type MasterKeyAccess = AwsKmsAccess | KeyProtectAccess | KeysteadAccess | RecoveryAccess;

/** A key in AWS KMS, or in anything that speaks its protocol. */
export interface AwsKmsAccess extends AwsIdentity {
  readonly provider: 'aws-kms';
  /** The key's ARN. */
  readonly keyId: string;
  /** Absent: AWS's own of the region. */
  readonly endpoint?: string;
}

/** A root key in IBM Key Protect, or in anything that speaks its protocol. */
export interface KeyProtectAccess {
  readonly provider: 'key-protect';
  /** The key's CRN. */
  readonly keyId: string;
  /** Absent: IBM Cloud's own of the region. */
  readonly endpoint?: string;
  /** Where API keys become tokens; absent: IBM Cloud IAM. */
  readonly iamEndpoint?: string;
  readonly apiKey: Buffer;
}

/** A key of this installation, asked for in process: no request, no credential, and the same audit entries. */
export interface KeysteadAccess {
  readonly provider: 'keystead';
  /** The key's ARN. */
  readonly keyId: string;
  /** Where there is no server in this process: its address, asked over the AWS KMS API with what the AWS SDK finds here. */
  readonly endpoint?: string;
}

/** A key pair whose private half is kept offline, for the day when every other master key is gone. */
export interface RecoveryAccess {
  readonly provider: 'recovery';
  /** Derived from the public key: docs/spec/backup-format.md. */
  readonly keyId: string;
  /** Base64. */
  readonly publicKey: string;
  /** There only when somebody brought it to restore. */
  readonly privateKey?: Buffer;
}
