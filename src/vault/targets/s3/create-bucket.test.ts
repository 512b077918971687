import { GetObjectLockConfigurationCommand, GetBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import { EgressGuard } from '../../../clients/egress.ts';
import type { BucketPlace } from '../storage-access.ts';
import { createBucket, type NewBucket } from './create-bucket.ts';
import { S3Proxy } from './s3-proxy.fixture.ts';
import { bucketPlace } from './s3.fixture.ts';

const CRN =
  'crn:v1:bluemix:public:kms:eu-de:a/0123456789abcdef:7c8f0f5e-7b43-4e35-9f4b-0a6d2e2b5c11:key:2291e4ae-a14c-4af9-88f0-27c0cb2739e2';

describe.skipIf(!hasS3Server)('a new bucket', () => {
  let proxy: S3Proxy;
  let s3: S3Client;
  beforeAll(async () => {
    const server = await s3Server();
    s3 = server.client();
    proxy = await S3Proxy.start(server.endpoint, s3);
  });
  afterAll(async () => {
    await proxy.stop();
    s3.destroy();
  });

  async function made(changes: Partial<BucketPlace>, wanted?: NewBucket): Promise<string> {
    const bucket = `keystead-${randomBytes(8).toString('hex')}`;
    const place = await bucketPlace({ endpoint: proxy.endpoint, ...changes, bucket });
    await createBucket(place, new EgressGuard(), wanted);
    return bucket;
  }

  it('is made as its place says, and once', async () => {
    const bucket = await made({});
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBeUndefined();
    // What the region is called is no matter of theirs.
    await made({ region: 'eu-central-1' });
    const versioned = await made({}, { versioned: true });
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: versioned }))).Status).toBe('Enabled');
    const locked = await made({ lock: { mode: 'compliance', days: 5 } });
    const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: locked }));
    expect(ObjectLockConfiguration?.ObjectLockEnabled).toBe('Enabled');
  });

  it('at IBM names its key and its place as IBM takes them', async () => {
    const answerOk = { status: 200, code: 'none' };
    proxy.fails(() => answerOk);
    await made({ provider: 'ibm-cos', region: 'eu-de' }, { rootKeyCrn: CRN });
    const [request] = proxy.seen;
    expect(request?.headers).toMatchObject({
      'ibm-sse-kp-encryption-algorithm': 'AES256',
      'ibm-sse-kp-customer-root-key-crn': CRN,
    });
    expect(request?.headers.authorization).toContain('ibm-sse-kp-customer-root-key-crn');
    expect(request?.body.toString()).toContain('<LocationConstraint>eu-de-smart</LocationConstraint>');
  });

  it.each([
    ['us-east-1', ''],
    ['eu-central-1', '<LocationConstraint>eu-central-1</LocationConstraint>'],
  ])('at AWS is made in %s', async (region, location) => {
    proxy.fails(() => ({ status: 200, code: 'none' }));
    await made({ provider: 'aws-s3', region });
    expect(proxy.seen[0]?.body.toString().includes('LocationConstraint')).toBe(location !== '');
    expect(proxy.seen[0]?.body.toString()).toContain(location);
  });

  it('says why it could not be made', async () => {
    proxy.fails(() => ({ status: 409, code: 'BucketAlreadyExists' }));
    await expect(made({})).rejects.toMatchObject({
      code: 'target-failed',
      message: expect.stringContaining('BucketAlreadyExists') as string,
    });
    proxy.fails(() => ({ status: 403, code: 'AccessDenied' }));
    await expect(made({})).rejects.toMatchObject({ code: 'target-denied' });
  });
});
