import { lengthPrefixed } from '../bytes/encoding.ts';
import { Reader, ReadError } from '../bytes/reader.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import { UnwrapError, type Binding } from '../crypto/wrapped-secret.ts';
import { KeyError } from './errors.ts';
import type { Grant } from './grant.ts';

/** What a grant token names. */
export type GrantName = Pick<Grant, 'tenantId' | 'region' | 'keyId' | 'id'>;

/** "KG" and the format: docs/spec/grants.md, "Grant token". */
const MAGIC_AND_FORMAT = Buffer.from([0x4b, 0x47, 0x01]);
const TENANT_LENGTH = 16;
const HEADER_LENGTH = MAGIC_AND_FORMAT.length + TENANT_LENGTH;
const MAX_FIELD = 128;

/** A token that names a grant: a new one each time, all of them as good. No secret, but nobody else can make one. */
export function makeGrantToken(tenantKey: TenantKey, grant: GrantName, random: Random): string {
  const { tenantId, region, keyId, id } = grant;
  const tenant = Buffer.from(tenantId.replaceAll('-', ''), 'hex');
  const sealed = tenantKey.wrap(bindingOf(tenantId), lengthPrefixed(region, keyId, id), random);
  return Buffer.concat([MAGIC_AND_FORMAT, tenant, sealed]).toString('base64url');
}

/**
 * The tenant whose keys a token must open under. Nothing is proven yet.
 *
 * @throws {KeyError} `grant-token-invalid`
 */
export function tenantOfGrantToken(token: string): string {
  const hex = bytesOf(token).subarray(MAGIC_AND_FORMAT.length, HEADER_LENGTH).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Reads a token of {@link makeGrantToken}. Whether the grant is still there is not said.
 *
 * @throws {KeyError} `grant-token-invalid`: it is damaged, cut, or not one of this tenant
 */
export function openGrantToken(tenantKey: TenantKey, token: string): GrantName {
  const { tenantId } = tenantKey;
  const sealed = bytesOf(token).subarray(HEADER_LENGTH);
  if (tenantOfGrantToken(token) !== tenantId) throw invalid();
  try {
    const reader = new Reader(tenantKey.unwrap(bindingOf(tenantId), sealed));
    const [region, keyId, id] = [text(reader), text(reader), text(reader)];
    reader.end();
    return { tenantId, region, keyId, id };
  } catch (error) {
    if (error instanceof UnwrapError || error instanceof ReadError) throw invalid();
    throw error;
  }
}

function bytesOf(token: string): Buffer {
  const bytes = Buffer.from(token, 'base64url');
  // Node passes over what is not base64url: one token has one spelling.
  const isSpelled = bytes.toString('base64url') === token;
  const isOurs = bytes.length > HEADER_LENGTH && bytes.subarray(0, MAGIC_AND_FORMAT.length).equals(MAGIC_AND_FORMAT);
  if (!isSpelled || !isOurs) throw invalid();
  return bytes;
}

function text(reader: Reader): string {
  return reader.prefixed(MAX_FIELD).toString('utf8');
}

function bindingOf(tenantId: string): Binding {
  return ['grant-token', tenantId];
}

function invalid(): KeyError {
  return new KeyError('grant-token-invalid');
}
