import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasS3Server, s3Server, type S3Server } from '../../../test/ceph/s3-server.fixture.ts';
import { bytesOf } from '../../bytes/bytes.ts';
import { EgressGuard } from '../../clients/egress.ts';
import { backup } from '../backup/backup.ts';
import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format/format.ts';
import { enrolWriter } from '../further-writers.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { createRepository, openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { FolderSource } from '../sources/folder.ts';
import { bucketPlace, credentialsOf } from '../targets/s3/s3.fixture.ts';
import { S3Target } from '../targets/s3/s3.ts';
import type { BucketPlace } from '../targets/storage-access.ts';
import { noise, picture, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { makeDedupeKey, openKnown, openWriteOnly } from '../write-only/open-write-only.ts';
import { ensurePair } from '../write-only/pairs.ts';
import { wordFor } from '../write-only/word.ts';
import { writerOf } from '../format/writer-key.ts';
import { takingOwnForPut } from './host/lost-answers.ts';
import { agentStorePolicy } from './store-policy.ts';

const masterKeys = [new FixtureMasterKey('primary')];

describe.runIf(hasS3Server)('the least that a host needs of a bucket', () => {
  let server: S3Server;
  let place: BucketPlace;
  let folder: string;
  let owner: Repository;
  let thief: S3Client;
  const key = writerKey();
  const { id: writerId, publicKey } = writerOf(key);
  const creatorKey = writerKey();

  beforeAll(async () => {
    server = await s3Server();
    folder = scratch();
    place = await bucketPlace();
    const identity = { tenant: 'tenant-1', environment: 'environment-1' };
    const target = new S3Target(place, new EgressGuard());
    owner = await createRepository(target, { identity, masterKeys, writerKey: creatorKey });
    const { bucket: Bucket, prefix } = place;
    const statements = agentStorePolicy({ bucket: Bucket, prefix, writerId, locked: false, aws: false });
    const Principal = { AWS: [`arn:aws:iam:::user/${server.stranger.id}`] };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        ...statements.map((statement) => ({ ...statement, Principal })),
        // Who puts an object owns it in this store: the bucket's owner gets at it by the policy.
        {
          Effect: 'Allow',
          Principal: { AWS: [`arn:aws:iam:::user/${server.user.id}`] },
          Action: ['s3:*'],
          Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
        },
      ],
    });
    const s3 = server.client();
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    s3.destroy();
    thief = server.client(server.stranger);
    mkdirSync(join(folder, 'source'));
    for (let i = 0; i < 4; i++) writeFileSync(join(folder, 'source', `${i}`), noise(`${i}`, 30_000));
  });
  afterAll(() => {
    owner?.close();
    thief?.destroy();
    removeScratch(folder);
  });

  it('is enough for backups that are whole, after a loss of everything it remembers as well', async () => {
    const { pair, bytes } = await ensurePair(owner);
    await enrolWriter(owner, publicKey);
    const descriptor = await owner.target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH);
    const { creator, vault } = owner.descriptor;
    const known = { descriptor, creator, vault, pair: bytes, pairId: pair.key };
    const dedupe = await makeDedupeKey(openKnown(known), key);
    const reader = await openRepository(owner.target, { masterKeys, writerKey: creatorKey });
    const run = async () => {
      const theirs = { ...place, credentials: credentialsOf(server.stranger) };
      const target = takingOwnForPut(new S3Target(theirs, new EgressGuard(), { writeOnly: true }));
      await target.put(dedupe.name, dedupe.envelope);
      const repository = openWriteOnly(target, {
        known,
        writerKey: key,
        dedupe: { id: dedupe.id, key: bytesOf(Buffer.from(dedupe.key)) },
        server: { ask: () => wordFor(reader, writerId), prove: async () => void (await wordFor(reader, writerId)) },
        stateFolder: join(folder, 'state'),
      });
      try {
        return await backup({ repository, source: new FolderSource(join(folder, 'source'), 's'), threads: 0 });
      } finally {
        repository.close();
        await target.close();
      }
    };
    expect(await run()).toMatchObject({ newBytes: 120_000, problems: [], warnings: [] });
    const second = await run();
    expect(second).toMatchObject({ unchangedFiles: 4, head: { sequence: 2 } });
    rmSync(join(folder, 'state'), { recursive: true });
    expect(await run()).toMatchObject({ newBytes: 120_000, head: { sequence: 3 } });
    await restore({ repository: reader, snapshotId: second.snapshotId, to: join(folder, 'back'), threads: 0 });
    expect(picture(join(folder, 'back'))).toEqual(picture(join(folder, 'source')));
    reader.close();
  });

  it.each([
    ['read what it wrote', () => new GetObjectCommand(at(`snapshots/${writerId}/0000000001`))],
    ['ask whether something is there', () => new HeadObjectCommand(at(DESCRIPTOR_NAME))],
    ['list', () => new ListObjectsV2Command({ Bucket: place.bucket, Prefix: place.prefix })],
    ['delete what it wrote', () => new DeleteObjectCommand(at(`snapshots/${writerId}/0000000001`))],
    ['write into the chain of somebody else', () => put(`snapshots/${owner.descriptor.creator}/0000000001`)],
    ['put a later revision of an envelope', () => put(`keys/${owner.descriptor.dedupeKey}/00000002.json`)],
    ['write the descriptor', () => put(DESCRIPTOR_NAME)],
    ['enrol a writer', () => put(`writers/${writerId}/00000002.json`)],
    ['mark something to be deleted', () => put('marks/0000000000001-00000000000000000000000000000000.json')],
    ['put a tombstone', () => put(`tombstones/${writerId}/0000000001.json`)],
    ['put another pair', () => put(`pairs/${'ab'.repeat(16)}.json`)],
  ])('is not enough to %s', async (_, command) => {
    await expect(thief.send(command() as never)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  const at = (name: string) => ({ Bucket: place.bucket, Key: place.prefix + name });
  const put = (name: string) => new PutObjectCommand({ ...at(name), Body: 'x' });
});
