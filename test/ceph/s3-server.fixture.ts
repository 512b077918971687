import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  S3Client,
  type CreateBucketCommandInput,
} from '@aws-sdk/client-s3';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hasCeph, radosgwAdmin, type CephUser } from './ceph.ts';
import { USERS } from './users.ts';

const START_MS = 200_000;

/** Whether tests of a real S3 server run here: always where nothing may be missing, and fail then if it is. */
export const hasS3Server = hasCeph() || process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';

/** A real S3 server: a Ceph Object Gateway that all test files of one vitest run share. */
export interface S3Server {
  readonly endpoint: string;
  /** The region that its buckets declare. */
  readonly region: string;
  /** Whose the buckets are. */
  readonly user: CephUser;
  /** Somebody else, who owns nothing. */
  readonly stranger: CephUser;
  /** A new, empty bucket of its own name; with object lock it is versioned, too. */
  bucket(options?: BucketOptions): Promise<string>;
  /** The official SDK, for what a test does around the code at test. The caller destroys it. */
  client(user?: CephUser): S3Client;
  /** What the operator of the gateway does, by `radosgw-admin`. */
  admin(...args: string[]): Promise<string>;
}

/** What a bucket keeps: versions, versions no more, or locked versions. */
export interface BucketOptions {
  readonly versioned?: boolean;
  readonly suspended?: boolean;
  readonly locked?: boolean;
}

/** The S3 server of this vitest run: starts with the first test that asks for it. */
export async function s3Server(): Promise<S3Server> {
  const { endpoint, settingsFile } = await started();
  const client = (user: CephUser = USERS.first): S3Client =>
    new S3Client({ endpoint, region: 'default', forcePathStyle: true, credentials: { ...user } });
  return {
    endpoint,
    region: 'default',
    user: USERS.first,
    stranger: USERS.second,
    client,
    admin: async (...args) => await radosgwAdmin(settingsFile, ...args),
    bucket: async ({ versioned = false, suspended = false, locked = false } = {}) => {
      const Bucket = `keystead-${randomBytes(8).toString('hex')}`;
      const s3 = client();
      const input: CreateBucketCommandInput = { Bucket, ObjectLockEnabledForBucket: locked };
      await s3.send(new CreateBucketCommand(input));
      const states = suspended ? (['Enabled', 'Suspended'] as const) : versioned ? (['Enabled'] as const) : [];
      for (const Status of states) {
        await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
      }
      s3.destroy();
      return Bucket;
    },
  };
}

async function started(): Promise<{ readonly endpoint: string; readonly settingsFile: string }> {
  const folder = process.env['KEYSTEAD_TEST_CEPH'];
  if (folder === undefined) throw new Error('The S3 server runs under vitest with the global setup of test/ceph');
  if (!hasCeph()) throw new Error('Ceph is not installed here (radosgw ceph-mon ceph-osd ceph-common)');
  if (isFirst(folder)) {
    const args = [join(import.meta.dirname, 'keeper.ts'), folder, process.env['KEYSTEAD_TEST_CEPH_PARENT'] as string];
    const keeper = spawn(process.execPath, args, { stdio: 'ignore', detached: true });
    writeFileSync(join(folder, 'keeper.pid'), String(keeper.pid));
    keeper.unref();
  }
  const ready = join(folder, 'ready.json');
  const failed = join(folder, 'failed.txt');
  for (const endMs = Date.now() + START_MS; ; await wait(50)) {
    if (existsSync(ready)) return JSON.parse(readFileSync(ready, 'utf8'));
    if (existsSync(failed)) throw new Error(`Ceph did not start: ${readFileSync(failed, 'utf8')}`);
    if (Date.now() > endMs) throw new Error(`Ceph did not start within ${START_MS} ms`);
  }
}

/** Of all threads that ask, one starts it. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'asked'));
    return true;
  } catch {
    return false;
  }
}
