import type { KeyObject } from 'node:crypto';
import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import { lengthPrefixed } from '../bytes/encoding.ts';
import { TAG_LENGTH } from './aead.ts';
import { COMMITMENT_LENGTH, openCommitted, SALT_LENGTH, sealCommitted } from './committed.ts';
import { label } from './kdf.ts';

/** A secret as it lies in a record: docs/spec/key-hierarchy.md, "Wrapped secret". */
export type WrappedSecret = Bytes<'WrappedSecret'>;

/** What a wrapped secret is and where it belongs. Its number and order of fields is fixed for each purpose. */
export type Binding =
  | readonly ['barrier-key', sealId: string]
  | readonly ['tenant-key', tenantId: string]
  | readonly ['instance-key', tenantId: string, region: string]
  | readonly [
      'material',
      tenantId: string,
      region: string,
      keyId: string,
      versionId: string,
      spec: string,
      usage: string,
      origin: string,
      extractable: '0' | '1',
      materialId: string,
      format: 'raw' | 'pkcs8',
    ]
  | readonly ['import-key', tenantId: string, region: string, keyId: string, tokenId: string, algorithm: string]
  | readonly ['instance-import-key', tenantId: string, region: string, tokenId: string, algorithm: string]
  | readonly ['instance-import-nonce', tenantId: string, region: string, tokenId: string]
  | readonly ['import-token', tenantId: string, region: string, keyId: string]
  | readonly ['grant-token', tenantId: string]
  | readonly ['list-marker', tenantId: string, region: string, list: string, of: string]
  | readonly ['credential', tenantId: string, credentialId: string]
  | readonly ['sign-in-password' | 'sign-in-totp' | 'sign-in-recovery', tenantId: string, userId: string]
  | readonly ['sign-in-setup', tenantId: string, userId: string, use: string]
  | readonly ['service-events', tenantId: string, serviceId: string]
  | readonly ['xks-secret', tenantId: string, endpointId: string, accessKeyId: string]
  | readonly ['key-store-secret', tenantId: string, region: string, keyStoreId: string, name: string]
  | readonly ['checkpoint-key', installationId: string]
  | readonly ['token-signing-key', kid: string]
  | readonly ['identity-provider-secret', tenantId: string, providerId: string]
  | readonly ['provider-sign-in', installationId: string]
  | readonly ['environment-secret', tenantId: string, environmentId: string, name: string]
  | readonly ['source-secret', tenantId: string, sourceId: string, name: string]
  | readonly ['channel-secret', tenantId: string, channelId: string, name: string]
  | readonly ['run-outcome', tenantId: string, runId: string];

const LABEL = label('keystead/wrap/v1');
const MAGIC_AND_FORMAT = Buffer.from([0x4b, 0x57, 0x01]);
const HEADER_LENGTH = MAGIC_AND_FORMAT.length + SALT_LENGTH;
const OVERHEAD = HEADER_LENGTH + COMMITMENT_LENGTH + TAG_LENGTH;
const MAX_SECRET = 16_384;

/**
 * Wraps 1 to 16,384 bytes under a wrapping key. `salt`: 32 bytes that no other secret has: `hedgedSalt`.
 *
 * @throws {RangeError} the secret or the salt has another length
 */
export function wrapSecret(
  wrappingKey: KeyObject,
  binding: Binding,
  salt: Uint8Array,
  secret: Uint8Array,
): WrappedSecret {
  if (secret.byteLength < 1 || secret.byteLength > MAX_SECRET) throw new RangeError('a secret has 1 to 16384 bytes');
  if (salt.byteLength !== SALT_LENGTH) throw new RangeError(`a salt has ${SALT_LENGTH} bytes`);
  const header = Buffer.concat([MAGIC_AND_FORMAT, salt], HEADER_LENGTH);
  return bytesOf(sealCommitted(wrappingKey, LABEL, header, lengthPrefixed(...binding), secret));
}

/**
 * Opens a wrapped secret. The caller wipes what it gets.
 *
 * @throws {UnwrapError} it is damaged, was wrapped by another key, or belongs to another place
 */
export function unwrapSecret(wrappingKey: KeyObject, binding: Binding, wrapped: Uint8Array): Buffer {
  const bytes = bytesOf<'WrappedSecret'>(wrapped);
  const fits = bytes.length > OVERHEAD && bytes.length <= OVERHEAD + MAX_SECRET;
  if (!fits || !bytes.subarray(0, MAGIC_AND_FORMAT.length).equals(MAGIC_AND_FORMAT)) throw new UnwrapError(binding[0]);
  const secret = openCommitted(wrappingKey, LABEL, bytes, HEADER_LENGTH, lengthPrefixed(...binding));
  if (typeof secret === 'string') throw new UnwrapError(binding[0]);
  return secret;
}

/** A wrapped secret did not open. Says which kind of secret, nothing of its content. */
export class UnwrapError extends Error {
  override readonly name = 'UnwrapError';

  constructor(purpose: string) {
    super(`the wrapped ${purpose} does not open: it is damaged, was moved, or was wrapped by another key`);
  }
}
