import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';

/** A store with everything it takes to use it: what a run is handed. */
export type StorageAccess = FolderAccess | BucketPlace;

export interface FolderAccess {
  readonly type: 'folder';
  readonly path: string;
}

/** A prefix of a bucket, and as whom it is reached. */
export interface BucketPlace {
  readonly type: 'bucket';
  readonly provider: 'aws-s3' | 'ibm-cos' | 's3-compatible';
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly lock?: { readonly mode: 'governance' | 'compliance'; readonly days: number };
  readonly serverSideKey?: string;
  /** `environment`: what the AWS SDK finds on this machine. */
  readonly credentials: AwsCredentials | 'environment';
  /** A role that these credentials assume first. */
  readonly role?: { readonly arn: string; readonly externalId: string };
  /** Where the role is assumed; absent: AWS's STS of the region, or the store itself where it is not AWS's. */
  readonly stsEndpoint?: string;
}
