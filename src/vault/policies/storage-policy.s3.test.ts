import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../../test/ceph/s3-server.fixture.ts';
import { credentialsOf, s3Target } from '../targets/s3/s3.fixture.ts';
import type { S3Target } from '../targets/s3/s3.ts';
import type { Target } from '../targets/target.ts';
import { storagePolicy } from './storage-policy.ts';
import type { VaultRole } from './role.ts';

const PREFIX = 'production/';
const opened: S3Target[] = [];
afterAll(async () => void (await Promise.all(opened.map((target) => target.close()))));

/** A real S3 server evaluates the policies as they are printed; the user has nothing but what they give. */
describe.skipIf(!hasS3Server)('the bucket policy of each role', () => {
  async function under(role: VaultRole, prefix = PREFIX) {
    const server = await s3Server();
    const bucket = await server.bucket({ versioned: role === 'maintenance' });
    const principal = `arn:aws:iam:::user/${server.stranger.id}`;
    const Policy = JSON.stringify(storagePolicy([role], { bucket, prefix: PREFIX, principal }));
    const s3 = server.client();
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    s3.destroy();
    const owner = await s3Target({ bucket, prefix });
    const user = await s3Target({ bucket, prefix, credentials: credentialsOf(server.stranger) });
    opened.push(owner, user);
    return { owner, user };
  }

  const names = async (target: Target): Promise<string[]> => {
    const found: string[] = [];
    for await (const { name } of target.list('')) found.push(name);
    return found.toSorted();
  };
  const denied = expect.objectContaining({ name: 'VaultError', code: expect.stringMatching(/^target-/) });
  const bytes = Buffer.from('what is stored');

  it('lets a writer put, read and list, and delete nothing but what a pre-flight left', async () => {
    const { owner, user } = await under('writer');
    await user.put('packs/aa', bytes);
    await user.put('packs/large', Buffer.alloc(17 << 20, 7));
    expect(await user.get('packs/aa', 100)).toEqual(bytes);
    await expect(user.put('packs/aa', Buffer.from('other'))).rejects.toMatchObject({ code: 'object-exists' });
    expect(await names(user)).toEqual(['packs/aa', 'packs/large']);
    await expect(user.delete('packs/aa')).rejects.toEqual(denied);
    await user.put('preflight/probe', bytes);
    await user.delete('preflight/probe');
    expect(await names(owner)).toEqual(['packs/aa', 'packs/large']);
  });

  it('lets a reader read and list alone', async () => {
    const { owner, user } = await under('reader');
    await owner.put('packs/aa', bytes);
    expect(await user.get('packs/aa', 100)).toEqual(bytes);
    expect(await names(user)).toEqual(['packs/aa']);
    await expect(user.put('packs/bb', bytes)).rejects.toEqual(denied);
    await expect(user.delete('packs/aa')).rejects.toEqual(denied);
  });

  it('lets maintenance take away what nobody needs, all versions of it', async () => {
    const { owner, user } = await under('maintenance');
    await owner.put('packs/aa', bytes);
    await user.put('marks/one', bytes);
    await user.delete('packs/aa');
    expect(await names(owner)).toEqual(['marks/one']);
    await owner.put('packs/aa', Buffer.from('again'));
  });

  it.each(['writer', 'reader', 'maintenance'] as const)('keeps a %s out of other prefixes', async (role) => {
    const { owner, user } = await under(role, 'elsewhere/');
    await owner.put('packs/aa', bytes);
    await expect(user.get('packs/aa', 100)).rejects.toEqual(denied);
    await expect(user.put('packs/bb', bytes)).rejects.toEqual(denied);
    await expect(user.delete('packs/aa')).rejects.toEqual(denied);
    await expect(names(user)).rejects.toEqual(denied);
  });
});
