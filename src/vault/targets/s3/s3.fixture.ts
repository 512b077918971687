import { randomBytes } from 'node:crypto';
import { s3Server, type S3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import { bytesOf } from '../../../bytes/bytes.ts';
import type { AwsCredentials } from '../../../clients/aws-kms/connection.ts';
import { EgressGuard } from '../../../clients/egress.ts';
import type { BucketPlace } from '../storage-access.ts';
import { S3Target, type S3Options } from './s3.ts';

type User = S3Server['user'];

export function credentialsOf({ accessKeyId, secretAccessKey }: User): AwsCredentials {
  return { accessKeyId, secretAccessKey: bytesOf(Buffer.from(secretAccessKey)) };
}

/** A place in a bucket of the tests' S3 server: a prefix of its own, and a new bucket where none is named. */
export async function bucketPlace(changes: Partial<BucketPlace> = {}): Promise<BucketPlace> {
  const server = await s3Server();
  const bucket = changes.bucket ?? (await server.bucket({ locked: changes.lock !== undefined }));
  return {
    type: 'bucket',
    provider: 's3-compatible',
    bucket,
    prefix: `${randomBytes(6).toString('hex')}/`,
    region: server.region,
    endpoint: server.endpoint,
    credentials: credentialsOf(server.user),
    ...changes,
  };
}

/** A target in a bucket of the tests' S3 server. */
export async function s3Target(changes: Partial<BucketPlace> = {}, options: S3Options = {}): Promise<S3Target> {
  return new S3Target(await bucketPlace(changes), new EgressGuard(), options);
}
