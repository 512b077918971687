import type { Json } from '../../bytes/canonical-json.ts';
import type { RequestContext } from '../../access/request.ts';
import type { Random } from '../../crypto/random.ts';
import type { KeyCache } from '../../keys/key-cache.ts';
import type { OpenKey } from '../../keys/open-key.ts';
import { isThere } from '../../keys/state.ts';
import type { ExposedKey, XksOperation } from '../../keys/xks-endpoint.ts';
import type { Act, Done } from '../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { kmsKeyArn } from './arn.ts';
import { XksError } from './errors.ts';
import type { FoundEndpoint } from './find-endpoint.ts';
import { notedMetadata, type RequestMetadata } from './request-metadata.ts';
import type { Throttle } from './throttle.ts';
import { requireWithinLimits } from './usage-limits.ts';

/** What every operation reaches for. */
export interface XksPorts {
  readonly keys: KeyCache;
  readonly random: Random;
  readonly throttle: Throttle;
  /** What health tells of this installation. */
  readonly installationId: string;
  readonly version: string;
  readonly isReady: () => boolean;
}

/** A request of a proven endpoint. */
export interface XksContext extends XksPorts {
  readonly found: FoundEndpoint;
  /** The Region of AWS in the credential scope. */
  readonly awsRegion: string;
}

/** An answer as it goes to the wire. */
export type XksAnswer = Readonly<Record<string, unknown>>;

/** One use of an exposed key, once its body is read. */
export interface KeyUse {
  readonly xksKeyId: string;
  /** Absent where only facts are asked for. */
  readonly operation?: XksOperation;
  readonly action: string;
  readonly metadata: RequestMetadata;
  run(open: OpenKey, nowMs: number): Done<XksAnswer>;
}

/** Finds the exposed key, holds the use against its limits, and makes an act of it. */
export function keyAct(context: XksContext, use: KeyUse, nowMs: number): MaybePromise<Act<XksAnswer>> {
  const { endpoint, instance } = context.found;
  const exposed = endpoint.keys.find(({ xksKeyId }) => xksKeyId === use.xksKeyId);
  if (exposed === undefined) throw keyNotFound();
  requireWithinLimits(exposed, use.operation, use.metadata, context.awsRegion);
  requireRate(context, exposed, nowMs);
  return andThen(context.keys.find(instance, exposed.keyId), (open) => {
    if (open === undefined || !isThere(open.key, nowMs)) throw keyNotFound();
    const { region, accountId } = instance;
    const resource = kmsKeyArn(region, accountId, exposed.keyId);
    return {
      targets: [{ action: use.action, resource, key: open, accountId, context: contextOf(context, use) }],
      details: detailsOf(context, use.metadata, use.xksKeyId),
      run: (runAtMs) => use.run(open, runAtMs),
    };
  });
}

/** What the entry says of a request: who is behind it at AWS, and AWS's own request id. */
export function detailsOf(
  { found, awsRegion }: XksContext,
  metadata: RequestMetadata,
  xksKeyId?: string,
): { readonly [name: string]: Json } {
  return {
    awsRegion,
    endpoint: found.endpoint.name,
    ...(xksKeyId !== undefined && { xksKeyId }),
    requestMetadata: notedMetadata(metadata),
  };
}

function requireRate({ found, throttle }: XksContext, { xksKeyId, perSecond }: ExposedKey, nowMs: number): void {
  if (perSecond === undefined || throttle.take(`${found.endpoint.id} ${xksKeyId}`, perSecond, nowMs)) return;
  throw new XksError('ThrottlingException', `The external key is exposed for ${perSecond} requests per second.`);
}

function keyNotFound(): XksError {
  return new XksError('KeyNotFoundException', 'There is no such external key here.');
}

/** What conditions of policies may ask: docs/spec/xks.md. */
function contextOf({ awsRegion }: XksContext, { metadata, xksKeyId }: KeyUse): RequestContext {
  const values: Readonly<Record<string, string | undefined>> = {
    'keystead:xkskeyid': xksKeyId,
    'keystead:awsprincipalarn': metadata.awsPrincipalArn,
    'keystead:awsregion': awsRegion,
    'keystead:kmskeyarn': metadata.kmsKeyArn,
    'keystead:kmsoperation': metadata.kmsOperation,
    'keystead:kmsviaservice': metadata.kmsViaService,
    'aws:sourcevpc': metadata.awsSourceVpc,
    'aws:sourcevpce': metadata.awsSourceVpce,
  };
  return {
    values: (key) => {
      const value = Object.hasOwn(values, key) ? values[key] : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}
