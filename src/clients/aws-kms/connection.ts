import type { Bytes } from '../../bytes/bytes.ts';
import type { AwsIdentity } from '../aws/identity.ts';

/** Long-lived or temporary credentials of an AWS principal. The owner wipes the secrets. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Bytes<'AwsSecretAccessKey'>;
  readonly sessionToken?: Bytes<'AwsSessionToken'>;
}

/**
 * Where a key service is and as whom it is called. A role is assumed at AWS's STS of the region, or at the key service
 * itself where that is not AWS's.
 */
export interface AwsKmsConnection extends AwsIdentity {
  readonly region: string;
  /** Absent: the region's own endpoint of AWS. */
  readonly endpoint?: string;
}

/** How long a call may take and how often it is made. */
export interface AwsKmsLimits {
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** The first call and the repetitions after throttling, 5xx and broken connections together. */
  readonly maxAttempts: number;
}

/** A few seconds at most for a call that fails, as the master-key port wants it. */
export const DEFAULT_LIMITS: AwsKmsLimits = { connectionTimeoutMs: 3_000, requestTimeoutMs: 10_000, maxAttempts: 4 };
