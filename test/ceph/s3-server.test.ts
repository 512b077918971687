import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from './s3-server.fixture.ts';

describe.skipIf(!hasS3Server)('the S3 server of the tests', () => {
  it('is the same for everybody who asks, and refuses strangers and wrong signatures', async () => {
    const [server, again] = await Promise.all([s3Server(), s3Server()]);
    expect(again.endpoint).toBe(server.endpoint);
    const Bucket = await server.bucket();
    const s3 = server.client();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const stranger = server.client(server.stranger);
    const liar = server.client({ ...server.user, secretAccessKey: 'another' });
    await expect(stranger.send(new GetObjectCommand({ Bucket, Key: 'a' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(liar.send(new ListBucketsCommand())).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'y', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('has buckets that keep versions, and such as keep locked ones', async () => {
    const server = await s3Server();
    const s3 = server.client();
    const Bucket = await server.bucket({ locked: true });
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(Date.now() + 60_000) } as const;
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...lock }));
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});
