import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketAclCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server, type S3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import { EgressGuard } from '../../../clients/egress.ts';
import { S3Proxy } from '../../targets/s3/s3-proxy.fixture.ts';
import { bucketPlace, credentialsOf } from '../../targets/s3/s3.fixture.ts';
import type { BucketPlace } from '../../targets/storage-access.ts';
import { BUCKET_CHECKS } from './bucket.ts';
import { checkedBucket } from './bucket/checked-bucket.ts';
import { runChecks, type Check } from './check.ts';

describe.skipIf(!hasS3Server)('what is looked at of a bucket', () => {
  let server: S3Server;
  let plain: string;
  let proxy: S3Proxy;

  beforeAll(async () => {
    server = await s3Server();
    plain = await server.bucket();
    proxy = await S3Proxy.start(server.endpoint, server.client());
  });
  afterAll(async () => await proxy.stop());

  async function look(changes: Partial<BucketPlace> = {}, hasVault = false) {
    const place = await bucketPlace({ bucket: plain, ...changes });
    return { place, checks: await lookAt(place, hasVault) };
  }

  async function lookAt(place: BucketPlace, hasVault = false): Promise<Map<string, Check>> {
    const bucket = checkedBucket(place, hasVault, new EgressGuard());
    const checks = await runChecks(BUCKET_CHECKS, bucket);
    await bucket.target.close();
    return new Map(checks.map((check) => [check.check.replace('storage-', ''), check]));
  }

  const outcomes = (checks: Map<string, Check>): Record<string, string> =>
    Object.fromEntries([...checks].map(([name, { outcome }]) => [name, outcome]));

  async function leftIn({ bucket, prefix }: BucketPlace): Promise<number> {
    const s3 = server.client();
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }),
    );
    s3.destroy();
    return Versions.length + DeleteMarkers.length;
  }

  it('is all well in a bucket of its own, and nothing of the looking stays', async () => {
    const { place, checks } = await look();
    expect(outcomes(checks)).toEqual({
      reachable: 'passed',
      clock: 'passed',
      region: 'passed',
      objects: 'passed',
      'create-only': 'passed',
      lock: 'skipped',
      versioning: 'warned',
      hidden: 'skipped',
      free: 'passed',
      public: 'passed',
    });
    expect(await leftIn(place)).toBe(0);
  });

  it('says what versions mean, and how names are kept from being written over there', async () => {
    const { place, checks } = await look({ bucket: await server.bucket({ versioned: true }) });
    expect(outcomes(checks)).toMatchObject({ versioning: 'passed', 'create-only': 'warned', objects: 'passed' });
    expect(await leftIn(place)).toBe(0);
    const suspended = await look({ bucket: await server.bucket({ suspended: true }) });
    expect(outcomes(suspended.checks)).toMatchObject({ versioning: 'warned' });
  });

  it.each(['governance', 'compliance'] as const)('tries whether %s holds', async (mode) => {
    const bucket = await server.bucket({ locked: true });
    const { checks } = await look({ bucket, lock: { mode, days: 30 } });
    expect(outcomes(checks)).toMatchObject({ lock: 'passed', objects: 'passed', versioning: 'passed' });
    expect(checks.get('lock')?.what).toContain(`for 30 days (${mode})`);
    expect(checks.get('lock')?.what.includes('s3:BypassGovernanceRetention')).toBe(mode === 'governance');
  });

  it('finds that the bucket cannot lock, or locks what nobody asked it to', async () => {
    const { checks } = await look({ lock: { mode: 'compliance', days: 30 } });
    expect(checks.get('lock')).toMatchObject({
      outcome: 'failed',
      what: expect.stringContaining('has no object lock') as string,
      next: expect.stringContaining('another bucket') as string,
    });
    const bucket = await server.bucket({ locked: true });
    const s3 = server.client();
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
    s3.destroy();
    const surprised = (await look({ bucket })).checks;
    expect(outcomes(surprised)).toMatchObject({ lock: 'warned', objects: 'failed' });
    expect(surprised.get('objects')?.what).toContain('the bucket locks it by itself');
    expect(surprised.get('lock')?.what).toContain('for 1 days by itself (governance)');
  });

  it.each([
    ['another bucket', { bucket: 'no-such-bucket-anywhere' }, 'There is no bucket no-such-bucket-anywhere'],
    ['an address that nobody answers at', { endpoint: 'http://127.0.0.1:1' }, 'nothing answers at its address'],
    ['a name without an address', { endpoint: 'https://store.invalid' }, '(DNS)'],
    ['a metadata address', { endpoint: 'http://169.254.169.254' }, 'link-local or metadata'],
    ['an address with a path', { endpoint: 'https://localhost/x' }, 'more than a scheme, a host and a port'],
  ])('tells %s apart, and looks no further', async (_, changes, text) => {
    const { checks } = await look(changes);
    expect(checks.get('reachable')).toMatchObject({ outcome: 'failed' });
    expect(checks.get('reachable')?.what).toContain(text);
    expect(checks.get('reachable')?.next).toBeTruthy();
    const others = [...checks.values()].slice(1);
    expect(new Set(others.map(({ outcome }) => outcome))).toEqual(new Set(['skipped']));
  });

  it('tells that a stranger may not come in', async () => {
    const { checks } = await look({ credentials: credentialsOf(server.stranger) });
    expect(checks.get('reachable')).toMatchObject({ outcome: 'failed' });
    expect(checks.get('reachable')?.what).toContain('does not allow it');
  });

  it('finds what lies there already', async () => {
    const place = await bucketPlace({ bucket: plain });
    const s3 = server.client();
    await s3.send(new PutObjectCommand({ Bucket: plain, Key: `${place.prefix}Letters/to X`, Body: 'x' }));
    const foreign = (await lookAt(place)).get('free');
    expect(foreign).toMatchObject({ outcome: 'failed' });
    expect(foreign?.what).toContain('Letters/to X');
    await s3.send(new PutObjectCommand({ Bucket: plain, Key: `${place.prefix}vault.json`, Body: 'x' }));
    expect((await lookAt(place)).get('free')?.what).toContain('a vault already');
    expect((await lookAt(place, true)).get('free')?.outcome).toBe('passed');
    s3.destroy();
  });

  it('finds what somebody has hidden of the vault', async () => {
    const place = await bucketPlace({ bucket: await server.bucket({ versioned: true }) });
    const s3 = server.client();
    const object = { Bucket: place.bucket, Key: `${place.prefix}packs/ab/cd` };
    await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
    expect((await lookAt(place, true)).get('hidden')?.outcome).toBe('passed');
    await s3.send(new DeleteObjectCommand(object));
    const found = (await lookAt(place, true)).get('hidden');
    expect(found).toMatchObject({ outcome: 'warned' });
    expect(found?.what).toContain('packs/ab/cd (deleted)');
    s3.destroy();
  });

  it('holds the region against what the provider tells', async () => {
    const mute = (await look({ region: 'eu-central-1' })).checks.get('region');
    expect(mute).toMatchObject({ outcome: 'skipped', what: expect.stringContaining('does not tell') as string });
    const aws = (await look({ provider: 'aws-s3', region: 'eu-central-1' })).checks.get('region');
    expect(aws).toMatchObject({
      outcome: 'failed',
      what: expect.stringContaining('is in default, not in eu-central-1') as string,
    });
    const cos = (await look({ provider: 'ibm-cos', region: 'eu-de' })).checks.get('region');
    expect(cos).toMatchObject({ outcome: 'failed' });
  });

  it('finds a clock that is off, and a store that writes over', async () => {
    proxy.clockAheadSeconds = 200;
    proxy.ignoresConditions = true;
    const { checks } = await look({ endpoint: proxy.endpoint });
    expect(checks.get('clock')).toMatchObject({ outcome: 'failed' });
    expect(checks.get('clock')?.what).toMatch(/clock is (?:19\d|20\d) s behind/);
    expect(checks.get('objects')).toMatchObject({ outcome: 'failed' });
    expect(checks.get('objects')?.next).toContain('If-None-Match');
    expect(checks.get('create-only')?.outcome).toBe('skipped');
  });

  it('warns of a bucket that is open to everybody', async () => {
    const bucket = await server.bucket();
    const s3 = server.client();
    await s3.send(new PutBucketAclCommand({ Bucket: bucket, ACL: 'public-read' }));
    s3.destroy();
    const { checks } = await look({ bucket });
    expect(checks.get('public')).toMatchObject({
      outcome: 'warned',
      what: expect.stringMatching(/open to everybody by its (?:policy|access control list)/) as string,
    });
  });
});
