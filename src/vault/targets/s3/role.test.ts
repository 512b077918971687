import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server, type S3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import { S3Proxy } from './s3-proxy.fixture.ts';
import { credentialsOf, s3Target } from './s3.fixture.ts';

const EXTERNAL_ID = 'keystead-111122223333';

describe.skipIf(!hasS3Server)('a bucket that a role opens', () => {
  let server: S3Server;
  let proxy: S3Proxy;
  let roleArn: string;
  let bucket: string;

  beforeAll(async () => {
    server = await s3Server();
    const s3 = server.client();
    proxy = await S3Proxy.start(server.endpoint, s3);
    const name = `vault-${randomBytes(4).toString('hex')}`;
    // The stranger owns nothing, and may assume the role of one who does.
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: [`arn:aws:iam:::user/${server.stranger.id}`] },
          Action: ['sts:AssumeRole'],
        },
      ],
    };
    const role = JSON.parse(
      await server.admin('role', 'create', `--role-name=${name}`, `--assume-role-policy-doc=${JSON.stringify(trust)}`),
    ) as { Arn?: string; RoleArn?: string };
    roleArn = role.Arn ?? role.RoleArn ?? `arn:aws:iam:::role/${name}`;
    bucket = await server.bucket();
    const permission = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:*'], Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] },
      ],
    };
    const policy = `--policy-doc=${JSON.stringify(permission)}`;
    await server.admin('role-policy', 'put', `--role-name=${name}`, '--policy-name=vault', policy);
    const allow = { ...permission.Statement[0], Principal: { AWS: [roleArn] } };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    s3.destroy();
  });
  afterAll(async () => await proxy.stop());

  const open = (arn: string) =>
    s3Target({
      bucket,
      endpoint: proxy.endpoint,
      credentials: credentialsOf(server.stranger),
      role: { arn, externalId: EXTERNAL_ID },
    });

  it('is reached as the role, which is assumed once, with the external id', async () => {
    const alone = await s3Target({ bucket, credentials: credentialsOf(server.stranger) });
    await expect(alone.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'target-denied' });
    const target = await open(roleArn);
    proxy.fails(() => undefined);
    await Promise.all(['a', 'b', 'c'].map((name) => target.put(name, Buffer.from(name))));
    expect((await target.get('b', 10)).toString()).toBe('b');
    const assumed = proxy.seen.filter(({ body }) => body.includes('Action=AssumeRole'));
    expect(assumed.length).toBe(1);
    const parameters = new URLSearchParams(assumed[0]?.body.toString());
    expect(parameters.get('ExternalId')).toBe(EXTERNAL_ID);
    expect(parameters.get('RoleArn')).toBe(roleArn);
    await target.close();
    await alone.close();
  });

  it('says that the role lets nobody in', async () => {
    const target = await open('arn:aws:iam:::role/no-such-role');
    await expect(target.put('a', Buffer.from('x'))).rejects.toMatchObject({
      code: 'target-credentials',
      message: expect.stringContaining('The role arn:aws:iam:::role/no-such-role could not be assumed') as string,
    });
    await target.close();
  });
});
