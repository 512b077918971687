import type { AwsIdentity } from '../../clients/aws/identity.ts';

/** A store with everything it takes to use it: what a run is handed. */
export type StorageAccess = FolderAccess | BucketPlace;

export interface FolderAccess {
  readonly type: 'folder';
  readonly path: string;
}

/**
 * A prefix of a bucket, and as whom it is reached. A role is assumed at AWS's STS of the region, or at the store itself
 * where that is not AWS's.
 */
export interface BucketPlace extends AwsIdentity {
  readonly type: 'bucket';
  readonly provider: 'aws-s3' | 'ibm-cos' | 's3-compatible';
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly lock?: { readonly mode: 'governance' | 'compliance'; readonly days: number };
  readonly serverSideKey?: string;
}
