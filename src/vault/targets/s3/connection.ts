import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { clockSkewMs } from '../../../clients/clock-skew.ts';
import type { EgressGuard } from '../../../clients/egress.ts';
import { VaultError } from '../../errors.ts';
import type { Pace } from '../pace.ts';
import type { BucketPlace } from '../storage-access.ts';
import { credentialsFor } from './credentials.ts';
import { endpointOf } from './endpoint.ts';
import { DEFAULT_LIMITS, handlerOptions, type S3Limits } from './limits.ts';

/** The module of the SDK, which is loaded when it is first needed: that takes a fifth of a second. */
export type Sdk = typeof import('@aws-sdk/client-s3');

export interface Opened {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** What the SDK's own middleware knows of a request, as far as it matters here. */
interface HttpRequest {
  readonly body?: unknown;
}

/** A client of the bucket's service: connects when it is first used. */
export class S3Connection {
  readonly place: BucketPlace;
  readonly limits: S3Limits;
  readonly pace: Pace | undefined;
  readonly #guard: EgressGuard;
  #opened: Promise<Opened> | undefined;
  #clockSkewMs: number | undefined;

  constructor(place: BucketPlace, guard: EgressGuard, limits: Partial<S3Limits> = {}, pace?: Pace) {
    this.place = place;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.pace = pace;
    this.#guard = guard;
  }

  /** How far the store's clock is ahead of ours, in milliseconds, as of the last answer. Known to the second. */
  get clockSkewMs(): number | undefined {
    return this.#clockSkewMs;
  }

  open(): Promise<Opened> {
    return (this.#opened ??= this.#connect());
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    opened?.client.destroy();
  }

  async #connect(): Promise<Opened> {
    const { place, limits } = this;
    const endpoint = endpointOf(place);
    if (endpoint === undefined) {
      throw new VaultError('target-failed', `A store of this kind needs an endpoint, and a region like eu-central-1`);
    }
    const url = this.#guard.check(endpoint);
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      throw new VaultError(
        'target-failed',
        `The endpoint of the store has more than a scheme, a host and a port: use ${url.origin}`,
      );
    }
    const sdk = await import('@aws-sdk/client-s3');
    const credentials = await credentialsFor(place, this.#guard, limits);
    const isAws = place.provider === 'aws-s3';
    const config: S3ClientConfig = {
      region: place.region,
      maxAttempts: limits.maxAttempts,
      retryMode: 'standard',
      requestHandler: handlerOptions(this.#guard, limits),
      ...((!isAws || place.endpoint !== undefined) && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      // Newer checksums are AWS's own: others refuse them, or take them for a part of the object.
      ...(!isAws && { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
    };
    const client = new sdk.S3Client(config);
    this.#watchClock(client);
    if (this.pace) slowDown(client, this.pace);
    return { sdk, client };
  }

  #watchClock(client: S3Client): void {
    client.middlewareStack.add(
      (next) => async (input) => {
        const sentMs = Date.now();
        const result = await next(input);
        const { headers } = result.response as { headers?: Readonly<Record<string, string>> };
        this.#clockSkewMs = clockSkewMs(headers?.['date'], sentMs, Date.now()) ?? this.#clockSkewMs;
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'keysteadClockSkew' },
    );
  }
}

/** Sends bodies at a pace. Below signing and repeating, so that neither sees that the body has become a stream. */
function slowDown(client: S3Client, pace: Pace): void {
  client.middlewareStack.add(
    (next) => async (input) => {
      const { body } = input.request as HttpRequest;
      if (!(body instanceof Uint8Array)) return await next(input);
      const slow = Readable.from(pace.steps(body), { objectMode: false });
      const request = Object.assign(Object.create(Object.getPrototypeOf(input.request) as object), input.request, {
        body: slow,
      }) as unknown;
      return await next({ ...input, request });
    },
    { step: 'deserialize', priority: 'low', name: 'keysteadPace' },
  );
}
