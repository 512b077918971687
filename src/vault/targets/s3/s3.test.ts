import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server } from '../../../../test/ceph/s3-server.fixture.ts';
import type { BucketPlace } from '../storage-access.ts';
import { targetContract } from '../target.contract.ts';
import { credentialsOf, s3Target } from './s3.fixture.ts';
import type { S3Options, S3Target } from './s3.ts';

const DAY_MS = 86_400_000;
const opened: S3Target[] = [];
afterAll(async () => void (await Promise.all(opened.map((target) => target.close()))));

async function open(changes: Partial<BucketPlace> = {}, options: S3Options = {}): Promise<S3Target> {
  const target = await s3Target(changes, options);
  opened.push(target);
  return target;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.skipIf(!hasS3Server)('a bucket as target', () => {
  const buckets = new Map<string, Promise<string>>();
  const shared = async (kind: 'plain' | 'versioned' | 'locked'): Promise<string> => {
    const bucket =
      buckets.get(kind) ??
      s3Server().then((server) => server.bucket({ versioned: kind === 'versioned', locked: kind === 'locked' }));
    buckets.set(kind, bucket);
    return await bucket;
  };

  targetContract('bucket', async () => await open({ bucket: await shared('plain') }));
  targetContract('bucket that keeps versions', async () => await open({ bucket: await shared('versioned') }));
  targetContract(
    'bucket under object lock',
    async () => await open({ bucket: await shared('locked'), lock: { mode: 'governance', days: 1 } }),
  );
  targetContract(
    'bucket with encryption of its own',
    async () => await open({ bucket: await shared('plain'), serverSideKey: 'testkey-1' }),
  );

  it('lists more objects than fit into one answer', async () => {
    const target = await open({ bucket: await shared('plain') });
    const names = Array.from({ length: 1010 }, (_, i) => `index/${String(i).padStart(4, '0')}`);
    const oldest = Date.now() - 2000;
    await target.put('first', Buffer.from('x'));
    await Promise.all(names.map((name) => target.put(name, Buffer.from(name))));
    const listed = await collect(target.list('index/'));
    expect(listed.map(({ name }) => name)).toEqual(names);
    const newest = Date.now() + 2000;
    for (const { length, storedMs } of listed) {
      expect(length).toBe(10);
      expect(storedMs).toBeGreaterThan(oldest);
      expect(storedMs).toBeLessThan(newest);
    }
  });

  it('passes over what is no object of a vault, however it is called', async () => {
    const target = await open();
    const server = await s3Server();
    const { bucket: Bucket, prefix } = target.connection.place;
    const s3 = server.client();
    for (const name of ['a b+c', 'Ünter', 'folder/', 'x\u0001y', '%41'])
      await s3.send(new PutObjectCommand({ Bucket, Key: prefix + name, Body: 'x' }));
    await target.put('own', Buffer.from('x'));
    expect((await collect(target.list(''))).map(({ name }) => name)).toEqual(['own']);
    s3.destroy();
  });

  it('deletes every version, those behind a delete marker too', async () => {
    const target = await open({ bucket: await shared('versioned') });
    const { bucket: Bucket, prefix } = target.connection.place;
    const s3 = (await s3Server()).client();
    await target.put('a', Buffer.from('first'));
    await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}a`, Body: 'second' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: `${prefix}a` }));
    await target.put('ab', Buffer.from('another'));
    await target.delete('a');
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket, Prefix: prefix }),
    );
    expect([Versions.map(({ Key }) => Key), DeleteMarkers]).toEqual([[`${prefix}ab`], []]);
    s3.destroy();
  });

  it('shows what somebody has deleted or written over', async () => {
    const target = await open({ bucket: await shared('versioned') });
    const { bucket: Bucket, prefix } = target.connection.place;
    const s3 = (await s3Server()).client();
    const earliestMs = Date.now() - 2000;
    for (const name of ['packs/aa/1', 'packs/ab/2', 'packs/ac/3', 'other']) await target.put(name, Buffer.from(name));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: `${prefix}packs/aa/1` }));
    await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}packs/ac/3`, Body: 'x' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: `${prefix}other` }));
    const found = await collect(target.hidden('packs/'));
    expect(found.map(({ name, by }) => [name, by])).toEqual([
      ['packs/aa/1', 'delete-marker'],
      ['packs/ac/3', 'newer-version'],
    ]);
    for (const { sinceMs } of found) {
      expect([sinceMs >= earliestMs, sinceMs <= Date.now() + 2000]).toEqual([true, true]);
    }
    expect((await collect(target.hidden(''))).length).toBe(3);
    expect(await collect((await open({ bucket: await shared('plain') })).hidden(''))).toEqual([]);
    s3.destroy();
  });

  describe.each(['governance', 'compliance'] as const)('under %s', (mode) => {
    it('locks what it puts, and says until when it may not be deleted', async () => {
      const target = await open({ bucket: await shared('locked'), lock: { mode, days: 2 } });
      expect(target.capabilities).toEqual({ delete: true, lock: true });
      const inTwoDays = (): string => new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 10);
      const before = inTwoDays();
      await target.put('a', Buffer.from('x'));
      // Midnight may have come meanwhile.
      const days = `(?:${before}|${inTwoDays()})`;
      await expect(target.delete('a')).rejects.toMatchObject({
        code: 'object-locked',
        message: expect.stringMatching(`locked until ${days}`) as string,
      });
      expect((await target.get('a', 10)).toString()).toBe('x');
    });

    it('extends locks and never shortens them', async () => {
      const target = await open({ bucket: await shared('locked'), lock: { mode, days: 2 } });
      await target.put('a', Buffer.from('x'));
      const until = async (): Promise<string> =>
        await target.delete('a').then(
          () => 'deleted',
          (error: Error) => /until (\S+?Z)/.exec(error.message)?.[1] ?? error.message,
        );
      const untilMs = Math.ceil((Date.now() + 9 * DAY_MS) / 1000) * 1000;
      await target.lock('a', untilMs - 300);
      expect(await until()).toBe(new Date(untilMs).toISOString());
      await target.lock('a', Date.now() + 1000);
      expect(await until()).toBe(new Date(untilMs).toISOString());
      await expect(target.lock('none', untilMs)).rejects.toMatchObject({ code: 'object-missing' });
    });
  });

  it('says of every object what keeps it, and does not take silence for an answer', async () => {
    const server = await s3Server();
    const bucket = await shared('locked');
    const lock = { mode: 'compliance', days: 2 } as const;
    const target = await open({ bucket, lock });
    const earliestMs = Date.now() + 2 * DAY_MS;
    await target.put('locked', Buffer.from('x'));
    const latestMs = Date.now() + 2 * DAY_MS;
    const { untilMs = 0, ...rest } = await target.lockOf('locked');
    expect(rest).toEqual({ mode: 'compliance', isHeld: false });
    // Stores keep whole seconds.
    expect([untilMs > earliestMs - 1000, untilMs < latestMs + 1000]).toEqual([true, true]);
    const { prefix } = target.connection.place;
    const bare = await open({ bucket, prefix });
    await bare.put('bare', Buffer.from('x'));
    expect(await target.lockOf('bare')).toEqual({ isHeld: false });
    await target.hold('bare', true);
    expect(await target.lockOf('bare')).toEqual({ isHeld: true });
    await target.hold('bare', false);
    // Somebody who may read objects and nothing else.
    const s3 = server.client();
    const resource = `arn:aws:s3:::${bucket}`;
    const allow = { Effect: 'Allow', Principal: { AWS: [`arn:aws:iam:::user/${server.stranger.id}`] } };
    const Statement = [{ ...allow, Action: ['s3:GetObject'], Resource: [`${resource}/*`] }];
    await s3.send(
      new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
    );
    const reader = await open({ bucket, prefix, lock, credentials: credentialsOf(server.stranger) });
    await expect(reader.lockOf('bare')).rejects.toMatchObject({ code: 'target-denied' });
    s3.destroy();
  });

  it('keeps what is on legal hold until it is released', async () => {
    const target = await open({ bucket: await shared('locked') });
    await target.put('a', Buffer.from('x'));
    await target.hold('a', true);
    await expect(target.delete('a')).rejects.toMatchObject({
      code: 'object-locked',
      message: expect.stringContaining('legal hold') as string,
    });
    await target.hold('a', false);
    await target.delete('a');
    await expect(target.get('a', 10)).rejects.toMatchObject({ code: 'object-missing' });
  });

  it('tells apart why a store does not let it in', async () => {
    const server = await s3Server();
    const bucket = await shared('plain');
    const none = await open({ bucket: 'no-such-bucket-anywhere' });
    const stranger = await open({ bucket, credentials: credentialsOf(server.stranger) });
    const nowhere = await open({ bucket, endpoint: 'http://127.0.0.1:1' }, { limits: { maxAttempts: 2 } });
    const metadata = await open({ bucket, endpoint: 'https://169.254.169.254' });
    const lockless = await open({ bucket, lock: { mode: 'compliance', days: 1 } });
    const codes = [];
    for (const target of [none, stranger, nowhere, metadata, lockless]) {
      codes.push(await target.put('a', Buffer.from('x')).catch((error: { code: string }) => error.code));
    }
    expect(codes).toEqual(['target-missing', 'target-denied', 'target-unreachable', 'target-failed', 'target-failed']);
    await expect(metadata.put('a', Buffer.from('x'))).rejects.toThrow('link-local or metadata address');
  });

  it('is used at once by many, without one of them waiting for all others', async () => {
    const target = await open({ bucket: await shared('plain') });
    const bytes = randomBytes(1 << 20);
    await Promise.all(Array.from({ length: 40 }, (_, i) => target.put(`packs/aa/${i}`, bytes)));
    const back = await Promise.all(Array.from({ length: 40 }, (_, i) => target.get(`packs/aa/${i}`, 1 << 20)));
    expect(back.every((one) => one.equals(bytes))).toBe(true);
  });
});
