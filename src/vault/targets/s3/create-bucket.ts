import type { CreateBucketCommandInput } from '@aws-sdk/client-s3';
import type { EgressGuard } from '../../../clients/egress.ts';
import type { BucketPlace } from '../storage-access.ts';
import { call } from './call.ts';
import { S3Connection, type Opened } from './connection.ts';

/** What a new bucket is to have besides what its place says. */
export interface NewBucket {
  /** Keeps versions; one with object lock always does. */
  readonly versioned?: boolean;
  /** IBM: the root key of Key Protect that encrypts once more at rest, by its CRN. */
  readonly rootKeyCrn?: string;
  /** IBM: `smart`, `standard`, `vault`, `cold`; part of where a bucket is. */
  readonly storageClass?: string;
}

type Location = (region: string, storageClass: string) => string | undefined;

/** How each provider is told where a bucket is to be. */
const LOCATIONS: { readonly [Provider in BucketPlace['provider']]: Location } = {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: the oldest region is named by naming none.
  'aws-s3': (region) => (region === 'us-east-1' ? undefined : region),
  // https://cloud.ibm.com/docs/cloud-object-storage?topic=cloud-object-storage-classes#classes-locationconstraint
  'ibm-cos': (region, storageClass) => `${region}-${storageClass}`,
  's3-compatible': () => undefined,
};

/**
 * Makes the bucket of a place, for these credentials alone, with object lock where the place has one. At IBM a root key
 * of Key Protect can be named, which must be in the region and be granted to Cloud Object Storage before.
 *
 * @throws {VaultError} `target-denied`, `target-failed` (the name is taken), `target-unreachable`, ...
 */
export async function createBucket(place: BucketPlace, guard: EgressGuard, wanted: NewBucket = {}): Promise<void> {
  const connection = new S3Connection(place, guard);
  try {
    await call(connection, 'made', `The bucket ${place.bucket}`, async (opened) => {
      await make(place, opened, wanted);
    });
  } finally {
    await connection.close();
  }
}

async function make(place: BucketPlace, { sdk, client }: Opened, wanted: NewBucket): Promise<void> {
  const { bucket: Bucket, lock, provider, region } = place;
  const { versioned = false, rootKeyCrn, storageClass = 'smart' } = wanted;
  const location = LOCATIONS[provider](region, storageClass) as 'eu-central-1' | undefined;
  const input: CreateBucketCommandInput = {
    Bucket,
    ...(lock && { ObjectLockEnabledForBucket: true }),
    ...(location !== undefined && { CreateBucketConfiguration: { LocationConstraint: location } }),
  };
  const command = new sdk.CreateBucketCommand(input);
  if (location === undefined) leaveLocationOut(command);
  if (rootKeyCrn !== undefined) addHeaders(command, keyProtectHeaders(rootKeyCrn));
  await client.send(command);
  if (!versioned || lock) return;
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

/** https://cloud.ibm.com/docs/cloud-object-storage?topic=cloud-object-storage-kp: the algorithm has one value. */
function keyProtectHeaders(crn: string): Readonly<Record<string, string>> {
  return { 'ibm-sse-kp-encryption-algorithm': 'AES256', 'ibm-sse-kp-customer-root-key-crn': crn };
}

/** The SDK would name the client's region, which other stores than AWS take for a place that they do not have. */
function leaveLocationOut({ middlewareStack }: InstanceType<Opened['sdk']['CreateBucketCommand']>): void {
  middlewareStack.add(
    (next) => async (args) => {
      const { CreateBucketConfiguration: _, ...input } = args.input;
      return await next({ ...args, input });
    },
    { step: 'initialize', priority: 'low', name: 'keysteadNoLocation' },
  );
}

/** Adds headers before a request is signed. */
function addHeaders(
  { middlewareStack }: InstanceType<Opened['sdk']['CreateBucketCommand']>,
  headers: Readonly<Record<string, string>>,
): void {
  middlewareStack.add(
    (next) => async (input) => {
      Object.assign((input.request as { headers: Record<string, string> }).headers, headers);
      return await next(input);
    },
    { step: 'build', name: 'keysteadKeyProtectHeaders' },
  );
}
