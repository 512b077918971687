import type { EgressGuard } from '../../../clients/egress.ts';
import { VaultError } from '../../errors.ts';
import { checkObjectName, isObjectName } from '../object-name.ts';
import type { Pace } from '../pace.ts';
import type { BucketPlace } from '../storage-access.ts';
import type {
  HiddenObject,
  ObjectLock,
  StoredObject,
  Target,
  TargetCapabilities,
  TargetDescription,
} from '../target.ts';
import { again } from './again.ts';
import { readBody } from './body.ts';
import { call, isVaultError } from './call.ts';
import { S3Connection } from './connection.ts';
import { CreateOnly } from './create-only.ts';
import { codeOf } from './errors.ts';
import type { S3Limits } from './limits.ts';
import { removeAbandonedParts } from './multipart.ts';
import { lockOf, type LockRights } from './lock-of.ts';
import { removeOnly, removeVersions } from './remove.ts';
import { holdObject, lockUntil } from './retention.ts';
import type { Creation } from './write.ts';
import { plainKey, versioningOf, versionsUnder, type Version } from './versions.ts';

export interface S3Options {
  readonly limits?: Partial<S3Limits>;
  /** The bandwidth that it shares with others. */
  readonly pace?: Pace;
  /** The credentials may put, under the condition that there is nothing of the name, and nothing else: nothing is ever looked at. */
  readonly writeOnly?: boolean;
}

/** Parts that were left lying are found by listing them: who may not does without parts. */
const WHOLE: Partial<S3Limits> = { multipartAbove: Number.POSITIVE_INFINITY };

/** A prefix of a bucket: at AWS, at IBM Cloud, or at anything that speaks S3 and creates under a condition. */
export class S3Target implements Target {
  readonly capabilities: TargetCapabilities;
  readonly connection: S3Connection;
  readonly #place: BucketPlace;
  readonly #creation: CreateOnly;
  #versioning: ReturnType<typeof versioningOf> | undefined;
  #tidied = false;
  readonly #lockRights: LockRights = {};

  constructor(place: BucketPlace, guard: EgressGuard, { limits, pace, writeOnly = false }: S3Options = {}) {
    this.#place = place;
    this.connection = new S3Connection(place, guard, writeOnly ? { ...limits, ...WHOLE } : limits, pace);
    this.#creation = new CreateOnly(this.connection, writeOnly);
    this.capabilities = { delete: !writeOnly, lock: place.lock !== undefined };
  }

  describe(): TargetDescription {
    const { provider, bucket, prefix, region } = this.#place;
    return { kind: provider, location: prefix === '' ? bucket : `${bucket}/${prefix}`, region };
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const [key, subject] = this.#named(name);
    if (bytes.length > this.connection.limits.multipartAbove) await this.#tidy();
    await this.#creation.put(key, subject, bytes);
  }

  /** How the store keeps objects from being written over; undefined: it has not shown it yet. */
  async creation(): Promise<Creation | undefined> {
    return await this.#creation.creation();
  }

  async get(name: string, atMost: number): Promise<Buffer> {
    const [key, subject] = this.#named(name);
    return await this.#read(key, subject, atMost);
  }

  async getRange(name: string, offset: number, length: number): Promise<Buffer> {
    const [key, subject] = this.#named(name);
    if (length === 0) {
      await call(this.connection, 'read', subject, async ({ sdk, client }) => {
        await client.send(new sdk.HeadObjectCommand({ Bucket: this.#place.bucket, Key: key }));
      });
      return Buffer.alloc(0);
    }
    try {
      return await this.#read(key, subject, length, `bytes=${offset}-${offset + length - 1}`);
    } catch (error) {
      if (isVaultError(error, 'target-failed') && codeOf(error.cause) === 'InvalidRange') return Buffer.alloc(0);
      throw error;
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const { bucket, prefix: root } = this.#place;
    let at: string | undefined;
    do {
      const { Contents, NextContinuationToken, IsTruncated } = await call(
        this.connection,
        'listed',
        prefix === '' ? `The bucket ${bucket}` : `The objects under ${prefix}`,
        async ({ sdk, client }) =>
          await client.send(
            new sdk.ListObjectsV2Command({
              Bucket: bucket,
              Prefix: root + prefix,
              EncodingType: 'url',
              ...(at !== undefined && { ContinuationToken: at }),
            }),
          ),
      );
      for (const { Key = '', Size = 0, LastModified } of Contents ?? []) {
        const name = plainKey(Key).slice(root.length);
        // What was not asked for is no answer.
        if (!isObjectName(name) || !name.startsWith(prefix) || !plainKey(Key).startsWith(root)) continue;
        yield { name, length: Size, ...(LastModified && { storedMs: LastModified.getTime() }) };
      }
      // A list that does not go on where it says that it does is not whole, and nobody may take it for that.
      if (IsTruncated && (NextContinuationToken === undefined || NextContinuationToken === at)) {
        throw new VaultError('target-failed', `The store breaks its list of the objects under ${prefix || bucket} off`);
      }
      at = IsTruncated ? NextContinuationToken : undefined;
    } while (at !== undefined);
  }

  async *hidden(prefix: string): AsyncGenerator<HiddenObject> {
    const [{ prefix: root }, subject] = [this.#place, `The versions under ${this.#place.prefix}${prefix}`];
    if (['off', 'unknown'].includes(await this.#versioned())) return;
    const opened = await call(this.connection, 'listed', subject, (client) => Promise.resolve(client));
    let group: Version[] = [];
    const versions = versionsUnder(this.connection, opened, root + prefix);
    for (;;) {
      const { value, done } = await call(this.connection, 'listed', subject, async () => await versions.next());
      if (!done && (group.length === 0 || value.key === group[0]?.key)) group.push(value);
      else {
        yield* hiddenIn(group, root);
        if (done) return;
        group = [value];
      }
    }
  }

  async delete(name: string): Promise<void> {
    const [key, subject] = this.#named(name);
    const remove = (await this.#versioned()) === 'off' ? removeOnly : removeVersions;
    try {
      await remove(this.connection, key, subject);
    } catch (error) {
      // Who may not see versions may still delete where there are none.
      if (!isVaultError(error, 'target-denied') || remove === removeOnly) throw error;
      if ((await this.#versioned()) !== 'unknown') throw error;
      await removeOnly(this.connection, key, subject);
    }
  }

  async lock(name: string, untilMs: number): Promise<void> {
    await lockUntil(this.connection, ...this.#named(name), untilMs);
  }

  async hold(name: string, on: boolean): Promise<void> {
    await holdObject(this.connection, ...this.#named(name), on);
  }

  async lockOf(name: string): Promise<ObjectLock> {
    return await lockOf(this.connection, this.#lockRights, ...this.#named(name));
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  #named(name: string): [key: string, subject: string] {
    return [this.#place.prefix + checkObjectName(name), `The object ${name}`];
  }

  async #read(key: string, subject: string, atMost: number, range?: string): Promise<Buffer> {
    const { pace, limits } = this.connection;
    return await call(this.connection, 'read', subject, async ({ sdk, client }) => {
      const input = { Bucket: this.#place.bucket, Key: key, ...(range !== undefined && { Range: range }) };
      return await again(limits.maxAttempts, async () => {
        const answer = await client.send(new sdk.GetObjectCommand(input));
        return await readBody(answer, subject, atMost, pace);
      });
    });
  }

  /** Whether the bucket keeps versions: asked once. */
  async #versioned(): ReturnType<typeof versioningOf> {
    const asking = (this.#versioning ??= call(this.connection, 'read', `The versioning`, (opened) =>
      versioningOf(this.connection, opened),
    ));
    try {
      return await asking;
    } catch (error) {
      this.#versioning = undefined;
      throw error;
    }
  }

  /** Once, before the first object that goes in parts. */
  async #tidy(): Promise<void> {
    if (this.#tidied || this.#place.provider !== 'aws-s3') return;
    this.#tidied = true;
    // Who may not list them leaves them to the bucket's life cycle rules.
    await call(this.connection, 'listed', 'The unfinished uploads', (opened) =>
      removeAbandonedParts(this.connection, opened),
    ).catch(() => undefined);
  }
}

/** What is hidden of one object, given all its versions. */
function* hiddenIn(versions: readonly Version[], root: string): Generator<HiddenObject> {
  const latest = versions.find(({ isLatest }) => isLatest);
  const kept = versions.filter(({ isMarker }) => !isMarker);
  const name = versions[0]?.key.slice(root.length) ?? '';
  if (latest === undefined || kept.length === 0 || !isObjectName(name)) return;
  if (latest.isMarker) yield { name, by: 'delete-marker', sinceMs: latest.storedMs };
  else if (kept.length > 1) yield { name, by: 'newer-version', sinceMs: latest.storedMs };
}
