import { ListMultipartUploadsCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server, type S3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import { Pace } from '../pace.ts';
import type { BucketPlace } from '../storage-access.ts';
import { targetContract } from '../target.contract.ts';
import { removeAbandonedParts } from './multipart.ts';
import { S3Proxy, type Fault, type Seen } from './s3-proxy.fixture.ts';
import { s3Target } from './s3.fixture.ts';
import type { S3Options, S3Target } from './s3.ts';

describe.skipIf(!hasS3Server)('a bucket behind a bad network', () => {
  let server: S3Server;
  let proxy: S3Proxy;
  let bucket: string;
  const opened: S3Target[] = [];

  beforeAll(async () => {
    server = await s3Server();
    bucket = await server.bucket();
    proxy = await S3Proxy.start(server.endpoint, server.client());
  });
  afterAll(async () => {
    await Promise.all(opened.map((target) => target.close()));
    await proxy.stop();
  });
  beforeEach(() => {
    proxy.fails(() => undefined);
    proxy.clockAheadSeconds = 0;
    proxy.ignoresConditions = false;
  });

  async function open(changes: Partial<BucketPlace> = {}, options: S3Options = {}): Promise<S3Target> {
    const target = await s3Target({ bucket, endpoint: proxy.endpoint, ...changes }, options);
    opened.push(target);
    return target;
  }

  /** A target that has shown that it creates only. */
  async function proven(changes: Partial<BucketPlace> = {}, options: S3Options = {}): Promise<S3Target> {
    const target = await open(changes, options);
    await target.put('proof', Buffer.from('x'));
    return target;
  }

  const first = (count: number, fault: Fault, method?: string) => {
    let left = count;
    return (seen: Seen): Fault | undefined =>
      (method === undefined || seen.method === method) && left-- > 0 ? fault : undefined;
  };

  const FAULTS: readonly (readonly [string, Fault])[] = [
    ['asks for fewer calls', { status: 503, code: 'SlowDown' }],
    ['has a fault of its own', { status: 500, code: 'InternalError' }],
    ['is away', 'never-sent'],
    ['gives no answer', 'answer-lost'],
  ];

  it.each(FAULTS)('tries again when the store %s', async (_, fault) => {
    const target = await proven();
    const bytes = randomBytes(10_000);
    proxy.fails(first(1, fault));
    await target.put('a', bytes);
    proxy.fails(first(1, fault));
    expect((await target.get('a', 10_000)).equals(bytes)).toBe(true);
    proxy.fails(first(1, fault));
    expect((await target.getRange('a', 5, 5)).equals(bytes.subarray(5, 10))).toBe(true);
    proxy.fails(first(1, fault));
    const names: string[] = [];
    for await (const { name } of target.list('')) names.push(name);
    expect(names).toEqual(['a', 'proof']);
    proxy.fails(first(1, fault));
    await target.delete('a');
    await expect(target.get('a', 10)).rejects.toMatchObject({ code: 'object-missing' });
  });

  it('reads again what broke off within its bytes', async () => {
    const target = await proven();
    const bytes = randomBytes(100_000);
    await target.put('a', bytes);
    proxy.fails(first(2, 'body-broken', 'GET'));
    expect((await target.get('a', 100_000)).equals(bytes)).toBe(true);
    expect(proxy.seen.length).toBe(3);
  });

  it('asks again where two writers met at the same moment', async () => {
    const target = await proven();
    proxy.fails(first(2, { status: 409, code: 'ConditionalRequestConflict' }, 'PUT'));
    await target.put('a', Buffer.from('x'));
    expect(proxy.seen.length).toBe(3);
  });

  it('gives up after a bounded number of attempts, and says what to do', async () => {
    const target = await proven({}, { limits: { maxAttempts: 3 } });
    proxy.fails(() => ({ status: 503, code: 'SlowDown' }));
    await expect(target.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'target-unreachable' });
    expect(proxy.seen.length).toBe(3);
  });

  it.each([false, true])(
    'tells its own object from that of another when an answer is lost (versions: %s)',
    async (versioned) => {
      const place = versioned ? { bucket: await server.bucket({ versioned }) } : {};
      const target = await proven(place);
      proxy.fails(first(1, 'answer-lost', 'PUT'));
      await target.put('own', Buffer.from('mine'));
      expect((await target.get('own', 10)).toString()).toBe('mine');
      const { bucket: Bucket, prefix } = target.connection.place;
      const s3 = server.client();
      await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}other`, Body: 'theirs' }));
      proxy.fails(first(1, 'never-sent', 'PUT'));
      await expect(target.put('other', Buffer.from('mine'))).rejects.toMatchObject({ code: 'object-exists' });
      expect((await target.get('other', 10)).toString()).toBe('theirs');
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: prefix }));
      expect(Versions.map(({ Key }) => Key?.slice(prefix.length))).toEqual(['other', 'own', 'proof']);
      s3.destroy();
    },
  );

  it('is not used where nothing keeps objects from being written over', async () => {
    proxy.ignoresConditions = true;
    const target = await open();
    await expect(target.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: 'target-overwrites' });
    await expect(target.put('b', Buffer.from('x'))).rejects.toMatchObject({ code: 'target-overwrites' });
    const names: string[] = [];
    for await (const { name } of target.list('')) names.push(name);
    expect(names).toEqual(['a']);
  });

  it.each([
    [404, 'NoSuchBucket', 'target-missing'],
    [403, 'AccessDenied', 'target-denied'],
    [403, 'InvalidAccessKeyId', 'target-credentials'],
    [403, 'SignatureDoesNotMatch', 'target-credentials'],
    [400, 'ExpiredToken', 'target-credentials'],
    [400, 'AuthorizationHeaderMalformed', 'target-region'],
    [403, 'QuotaExceeded', 'target-full'],
    [507, 'XMinioStorageFull', 'target-full'],
    [400, 'EntityTooLarge', 'target-failed'],
    [400, 'SomethingNew', 'target-failed'],
    [403, 'SomethingNew', 'target-denied'],
  ])('says what %i %s means', async (status, code, expected) => {
    const target = await proven({}, { limits: { maxAttempts: 2 } });
    proxy.fails(() => ({ status, code }));
    await expect(target.put('a', Buffer.from('x'))).rejects.toMatchObject({ code: expected });
  });

  it('names the region in which the bucket really is', async () => {
    const target = await proven();
    proxy.fails(() => ({ status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-3' } }));
    await expect(target.get('a', 10)).rejects.toMatchObject({
      code: 'target-region',
      message: expect.stringContaining('is in eu-west-3, not in default') as string,
    });
  });

  it('knows how far the clock of the store is away', async () => {
    const target = await open();
    expect(target.connection.clockSkewMs).toBeUndefined();
    proxy.clockAheadSeconds = 200;
    await target.put('a', Buffer.from('x'));
    expect(Math.abs((target.connection.clockSkewMs ?? 0) - 200_000)).toBeLessThan(100_000);
  });

  describe('in parts', () => {
    const limits = { multipartAbove: 1 << 20, partLength: 5 << 20, partsAtOnce: 3 };
    const inParts = async (): Promise<S3Target> => await proven({ provider: 'aws-s3' }, { limits });

    it('keeps large objects, as they were', async () => {
      const target = await inParts();
      const bytes = randomBytes((11 << 20) + 7);
      proxy.fails(() => undefined);
      await target.put('packs/ab/large', bytes);
      expect(proxy.seen.filter(({ query }) => query.has('partNumber')).length).toBe(3);
      expect((await target.get('packs/ab/large', bytes.length)).equals(bytes)).toBe(true);
      await expect(target.put('packs/ab/large', randomBytes(2 << 20))).rejects.toMatchObject({
        code: 'object-exists',
      });
    });

    it('lets one of many writers of a name win', async () => {
      const target = await inParts();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => target.put('race', Buffer.alloc(2 << 20, i))),
      );
      const winners = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
      expect(winners.length).toBe(1);
      expect((await target.get('race', 2 << 20)).equals(Buffer.alloc(2 << 20, winners[0]))).toBe(true);
    });

    it('survives lost answers of every call', async () => {
      const target = await inParts();
      const bytes = randomBytes(6 << 20);
      const lost = new Set<string>();
      proxy.fails(({ method, query }) => {
        const kind = `${method} ${query.has('uploads')} ${query.get('partNumber')}`;
        if (method === 'GET' || method === 'DELETE' || lost.has(kind)) return undefined;
        lost.add(kind);
        return 'answer-lost';
      });
      await target.put('a', bytes);
      expect(lost.size).toBe(4);
      expect((await target.get('a', bytes.length)).equals(bytes)).toBe(true);
    });

    it('leaves no parts when one cannot be put, and clears away those of dead processes', async () => {
      const target = await inParts();
      const { bucket: Bucket, prefix } = target.connection.place;
      const s3 = server.client();
      const uploads = async (): Promise<number> =>
        (await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }))).Uploads?.length ?? 0;
      proxy.fails(({ query }) =>
        query.get('partNumber') === '2' ? { status: 403, code: 'QuotaExceeded' } : undefined,
      );
      await expect(target.put('a', randomBytes(12 << 20))).rejects.toMatchObject({ code: 'target-full' });
      await expect(target.get('a', 100)).rejects.toMatchObject({ code: 'object-missing' });
      expect(await uploads()).toBe(0);
      proxy.fails(({ method, query }) =>
        query.get('partNumber') === '2' || method === 'DELETE' ? { status: 403, code: 'QuotaExceeded' } : undefined,
      );
      await expect(target.put('a', randomBytes(12 << 20))).rejects.toMatchObject({ code: 'target-full' });
      expect(await uploads()).toBe(1);
      proxy.fails(() => undefined);
      const client = await target.connection.open();
      expect(await removeAbandonedParts(target.connection, client)).toBe(0);
      expect(await removeAbandonedParts(target.connection, client, Date.now() + 25 * 3_600_000)).toBe(1);
      expect(await uploads()).toBe(0);
      s3.destroy();
    });
  });

  it('takes no more bandwidth than it is given, in both directions and by all calls together', async () => {
    const target = await proven({}, { pace: new Pace(1 << 20) });
    const bytes = randomBytes(256 << 10);
    const startMs = performance.now();
    await Promise.all([target.put('a', bytes), target.put('b', bytes)]);
    expect((await target.get('a', bytes.length)).equals(bytes)).toBe(true);
    const tookMs = performance.now() - startMs;
    expect(tookMs).toBeGreaterThan(600);
  });

  it('tries again at its pace', async () => {
    const target = await proven({}, { pace: new Pace(10 << 20) });
    const bytes = randomBytes(300_000);
    proxy.fails(first(2, 'answer-lost', 'PUT'));
    await target.put('a', bytes);
    expect((await target.get('a', bytes.length)).equals(bytes)).toBe(true);
  });
});

describe.skipIf(!hasS3Server)('through parts', () => {
  let proxy: S3Proxy | undefined;
  afterAll(async () => await proxy?.stop());
  targetContract('bucket of AWS', async () => {
    const server = await s3Server();
    proxy ??= await S3Proxy.start(server.endpoint, server.client());
    const limits = { multipartAbove: 4096, partLength: 5 << 20 };
    return await s3Target({ provider: 'aws-s3', endpoint: proxy.endpoint }, { limits });
  });
});
