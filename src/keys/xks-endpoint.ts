import { randomBytes } from 'node:crypto';
import { bytesOf, wipe, type Bytes } from '../bytes/bytes.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';

/** What an exposed key may be used for, in the words of the wire. */
export type XksOperation = 'ENCRYPT' | 'DECRYPT';

/** A key of ours that stands behind an external key store, and the limits of its use there. */
export interface ExposedKey {
  /** By which the key store names it: 1 to 128 of `A-Za-z0-9._-`. */
  readonly xksKeyId: string;
  readonly keyId: string;
  readonly operations: readonly XksOperation[];
  /** Most encryptions and decryptions in a second; absent: not limited here. */
  readonly perSecond?: number;
  /** Patterns (`*`, `?`) of who may be behind a request at AWS; absent: anybody whom AWS lets. */
  readonly awsPrincipals?: readonly string[];
  /** Regions of AWS that requests may come from. */
  readonly awsRegions?: readonly string[];
  /** Patterns of the KMS keys at AWS for which it may be used. */
  readonly kmsKeyArns?: readonly string[];
}

/** What an AWS KMS signs its requests with. */
export interface XksCredential {
  /** 26 of `A-Z2-7`. */
  readonly accessKeyId: string;
  /** Base64 of the wrapped secret. */
  readonly secret: string;
  readonly createdAtMs: number;
}

/** A place where an AWS KMS finds an external key store: under one path, with its own credentials and keys. */
export interface XksEndpoint {
  readonly tenantId: string;
  readonly id: string;
  readonly revision: number;
  /** Unique in the tenant. */
  readonly name: string;
  /** Where the keys that it exposes live. */
  readonly region: string;
  /** What comes before `/kms/xks/v1`: empty, or `/...`. Unique in the installation. */
  readonly pathPrefix: string;
  /** The newest first; at most {@link MAX_CREDENTIALS}. */
  readonly credentials: readonly XksCredential[];
  readonly keys: readonly ExposedKey[];
  readonly createdAtMs: number;
}

export type XksSecret = Bytes<'CredentialSecret'>;

/** The old and the new one, while AWS KMS is told of the new one (specification, "SigV4 credentials rotation"). */
const MAX_CREDENTIALS = 2;
export const MAX_EXPOSED_KEYS = 1000;
export const XKS_PATH = '/kms/xks/v1';
/** What AWS takes as the part of the path before {@link XKS_PATH}; the whole has at most 128 characters. */
export const PATH_PREFIX = /^(?=.{0,117}$)(?:\/[A-Za-z0-9_-]+)*$/;
/** Path segments that mean another place are no ids. */
export const XKS_KEY_ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ACCESS_KEY_ID_LENGTH = 26;

/** Makes an endpoint with its first credential. The caller wipes the secret after showing it. */
export function makeXksEndpoint(
  tenantKey: TenantKey,
  wanted: { readonly name: string; readonly region: string; readonly pathPrefix: string | undefined },
  nowMs: number,
  random: Random,
): { readonly endpoint: XksEndpoint; readonly secret: XksSecret } {
  const id = uuid(random);
  const { name, region, pathPrefix = `/${id}` } = wanted;
  const { credential, secret } = issue(tenantKey, id, nowMs, random);
  const { tenantId } = tenantKey;
  const endpoint = { tenantId, id, revision: 0, name, region, pathPrefix, keys: [], createdAtMs: nowMs };
  return { endpoint: { ...endpoint, credentials: [credential] }, secret };
}

/** Gives an endpoint a new credential. The one before goes on to work until the next rotation. */
export function rotateXksCredential(
  tenantKey: TenantKey,
  endpoint: XksEndpoint,
  nowMs: number,
  random: Random,
): { readonly endpoint: XksEndpoint; readonly secret: XksSecret } {
  const { credential, secret } = issue(tenantKey, endpoint.id, nowMs, random);
  const credentials = [credential, ...endpoint.credentials].slice(0, MAX_CREDENTIALS);
  return { endpoint: { ...endpoint, credentials }, secret };
}

/** The endpoint with a key exposed, in place of what its id named before. */
export function exposeKey(endpoint: XksEndpoint, exposed: ExposedKey): XksEndpoint {
  const others = endpoint.keys.filter(({ xksKeyId }) => xksKeyId !== exposed.xksKeyId);
  return { ...endpoint, keys: [...others, exposed] };
}

/** The endpoint without a key. What was encrypted stays readable to whoever exposes the key again. */
export function hideKey(endpoint: XksEndpoint, xksKeyId: string): XksEndpoint {
  return { ...endpoint, keys: endpoint.keys.filter((key) => key.xksKeyId !== xksKeyId) };
}

/** The secret that signs. The caller wipes it. */
export function openXksSecret(tenantKey: TenantKey, { id }: XksEndpoint, credential: XksCredential): XksSecret {
  const binding = ['xks-secret', tenantKey.tenantId, id, credential.accessKeyId] as const;
  return bytesOf(tenantKey.unwrap(binding, Buffer.from(credential.secret, 'base64')));
}

function issue(
  tenantKey: TenantKey,
  endpointId: string,
  nowMs: number,
  random: Random,
): { readonly credential: XksCredential; readonly secret: XksSecret } {
  const accessKeyId = [...random(ACCESS_KEY_ID_LENGTH)].map((byte) => BASE32[byte & 31]).join('');
  const bytes = randomBytes(32);
  const secret = bytesOf<'CredentialSecret'>(Buffer.from(bytes.toString('base64'), 'ascii'));
  wipe(bytes);
  const binding = ['xks-secret', tenantKey.tenantId, endpointId, accessKeyId] as const;
  const wrapped = tenantKey.wrap(binding, secret, random).toString('base64');
  return { credential: { accessKeyId, secret: wrapped, createdAtMs: nowMs }, secret };
}
