import { wipe } from '../bytes/bytes.ts';
import {
  unwrapImported,
  type WrappingAlgorithmName,
  type WrappingKeyPair,
  type WrappingKeySpec,
} from '../crypto/import-wrapping.ts';
import { keySpecByAwsName, type KeySpecRow } from '../crypto/key-spec.ts';
import { maxPlaintext } from '../crypto/public-key-encryption.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import { edit, type Change } from './change.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { KeyError } from './errors.ts';
import type { ImportToken, Key } from './key.ts';
import type { KeySpace } from './key-space.ts';
import { requireState } from './state.ts';

/** How long a wrapping key and its token serve, in milliseconds: 24 hours. */
export const IMPORT_TOKEN_LIFETIME_MS = 86_400_000;
/** Tokens that one key holds at a time. A new one pushes the oldest out. */
const MAX_TOKENS = 8;

/** Makes a token for an import: the wrapping key's private half, wrapped, in the key's record. */
export function prepareImport(
  space: KeySpace,
  key: Key,
  algorithm: WrappingAlgorithmName,
  pair: WrappingKeyPair,
  nowMs: number,
  random: Random,
): Change<ImportToken> {
  requireImported(key);
  requireState(key, 'prepare-import', nowMs);
  const id = uuid(random);
  const privateKeyDer = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const privateKey = space.instanceKey.wrap(tokenBinding(key, id, algorithm), privateKeyDer, random).toString('base64');
  wipe(privateKeyDer);
  const token = { id, algorithm, privateKey, expiresAtMs: nowMs + IMPORT_TOKEN_LIFETIME_MS };
  // Expired tokens stay for another day, so that their owner hears that they have expired.
  const kept = key.importTokens.filter(({ expiresAtMs }) => expiresAtMs > nowMs - IMPORT_TOKEN_LIFETIME_MS);
  return { ...edit(space, key, { importTokens: [...kept, token].slice(-MAX_TOKENS) }), value: token };
}

/**
 * Decrypts what was sent with a token. The caller wipes what it gets. A promise where the wrapping key works aside.
 *
 * @throws {KeyError} `import-token-invalid`, `import-token-expired`, `import-undecryptable`
 */
export function openImport(
  space: KeySpace,
  key: Key,
  tokenId: string,
  encrypted: Uint8Array,
  nowMs: number,
): MaybePromise<Buffer> {
  const token = key.importTokens.find(({ id }) => id === tokenId);
  if (token === undefined) throw new KeyError('import-token-invalid', { keyId: key.id });
  if (token.expiresAtMs <= nowMs) throw new KeyError('import-token-expired', { keyId: key.id });
  const binding = tokenBinding(key, token.id, token.algorithm);
  const privateKey = space.instanceKey.unwrap(binding, Buffer.from(token.privateKey, 'base64'));
  try {
    const unwrapping = unwrapImported(token.algorithm, privateKey, encrypted);
    return andThen<Buffer | undefined, Buffer>(unwrapping, (brought) => {
      if (brought === undefined) throw new KeyError('import-undecryptable', { keyId: key.id });
      return brought;
    });
  } finally {
    wipe(privateKey);
  }
}

/** Bytes of PKCS#8 as tools write it, where it is too long for some wrapping key. RSA keys fit none. */
const USUAL_LENGTH: Readonly<Record<string, number>> = { 'ec-p521': 241 };

/**
 * Whether material of the key can be wrapped in this way at all: what is sent by RSA alone must fit into one block.
 *
 * @throws {KeyError} `import-wrapping-unfit`
 */
export function requireWrapping(key: Key, algorithm: WrappingAlgorithmName, wrappingKey: WrappingKeySpec): void {
  if (algorithm !== 'RSAES_OAEP_SHA_1' && algorithm !== 'RSAES_OAEP_SHA_256') return;
  const room = maxPlaintext(algorithm, keySpecByAwsName(wrappingKey) as KeySpecRow);
  const usual = key.spec.family === 'rsa' ? Number.POSITIVE_INFINITY : (USUAL_LENGTH[key.spec.name] ?? 0);
  if (usual <= room) return;
  throw new KeyError('import-wrapping-unfit', {
    keyId: key.id,
    detail: `Key material of key spec ${key.spec.aws} does not fit wrapping algorithm ${algorithm} with wrapping key spec ${wrappingKey}. Use RSA_AES_KEY_WRAP_SHA_256.`,
  });
}

/** @throws {KeyError} `wrong-origin` */
export function requireImported(key: Key): void {
  if (key.origin !== 'imported') throw new KeyError('wrong-origin', { keyId: key.id });
}

function tokenBinding(key: Key, tokenId: string, algorithm: string): Binding {
  return ['import-key', key.tenantId, key.region, key.id, tokenId, algorithm];
}
