/** A folder of the machine that the server runs on, or mounted there (NFS). */
export interface FolderStorage {
  readonly type: 'folder';
  /** Absolute and real, below one of the operator's roots. */
  readonly path: string;
  /** Where the data is said to lie. It must be the region of the primary master key. */
  readonly region: string;
}

/** A bucket of the customer's own. */
export interface BucketStorage {
  readonly type: 'aws-s3' | 'ibm-cos' | 's3-compatible';
  readonly bucket: string;
  /** Empty, or ends with `/`: several environments may share a bucket, never a prefix. */
  readonly prefix: string;
  readonly region: string;
  /** Absent: the provider's own address of the region. */
  readonly endpoint?: string;
  /** Object lock for everything that is written, extended while it is still needed. */
  readonly lock?: BucketLock;
  /** A key of the provider that encrypts once more at rest (SSE-KMS), beneath the vault's own encryption. */
  readonly serverSideKey?: string;
  readonly access: BucketAccess;
}

export interface BucketLock {
  readonly mode: 'governance' | 'compliance';
  readonly days: number;
}

/** As whom a bucket is reached. */
export type BucketAccess =
  | AccessKeyAccess
  | {
      readonly kind: 'role';
      readonly roleArn: string;
      /** Named in the role's trust policy, so that nobody else can have this server assume it. Never chosen by who asks. */
      readonly externalId: string;
      /** Who assumes the role; absent: the server's own credentials, where the operator lets environments use them. */
      readonly base?: AccessKeyAccess;
    }
  /** What the operator has given the server's process itself. Only where the operator allows it. */
  | { readonly kind: 'environment' };

export interface AccessKeyAccess {
  readonly kind: 'access-key';
  readonly accessKeyId: string;
  /** Base64 of the wrapped secret access key. */
  readonly secretAccessKey: string;
}

/** The operator's own store, apart for each tenant and environment. */
export interface HostedStorage {
  readonly type: 'hosted';
  readonly region: string;
}

/** Where a vault's data goes, as the environment's record holds it. */
export type EnvironmentStorage = FolderStorage | BucketStorage | HostedStorage;
