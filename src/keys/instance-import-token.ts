import { wipe } from '../bytes/bytes.ts';
import { constantTimeEqual } from '../bytes/equal.ts';
import { openImportNonce } from '../crypto/import-nonce.ts';
import { unwrapImported, type WrappingAlgorithmName, type WrappingKeyPair } from '../crypto/import-wrapping.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Binding } from '../crypto/wrapped-secret.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import type { Change } from './change.ts';
import { KeyError } from './errors.ts';
import { putInstanceImportToken } from './instance-import-token-record.ts';
import type { KeySpace } from './key-space.ts';

/** How what is brought by such a token is encrypted. There is no other way. */
export const INSTANCE_IMPORT_ALGORITHM: WrappingAlgorithmName = 'RSAES_OAEP_SHA_256';
const NONCE_LENGTH = 12;

/**
 * A handle for imports of any keys of one tenant and region: a wrapping key, and a nonce that whoever imports proves to
 * have read. There is one at a time; a new one takes the place of the old one.
 */
export interface InstanceImportToken {
  readonly tenantId: string;
  readonly region: string;
  readonly revision: number;
  /** UUID. */
  readonly id: string;
  /** Base64 of the wrapped PKCS#8 of the RSA key. */
  readonly privateKey: string;
  /** Base64 of the public key (SPKI, DER). */
  readonly publicKey: string;
  /** Base64 of the wrapped nonce. */
  readonly nonce: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** How often it may be read. */
  readonly maxRetrievals: number;
  readonly remainingRetrievals: number;
}

/** How long a token is to serve, and how often it may be read. */
export interface WantedImportToken {
  readonly lifetimeMs: number;
  readonly maxRetrievals: number;
}

/**
 * Makes a token in place of the one that there is. What that one opened is to be shredded with the commit.
 *
 * @param before the token that there is
 * @param pair a fresh RSA key, which serves this token alone
 */
export function createInstanceImportToken(
  space: KeySpace,
  before: InstanceImportToken | undefined,
  { lifetimeMs, maxRetrievals }: WantedImportToken,
  pair: WrappingKeyPair,
  nowMs: number,
  random: Random,
): Change<InstanceImportToken> {
  const { tenantId, region } = space;
  const id = uuid(random);
  const privateKeyDer = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const nonce = random(NONCE_LENGTH);
  const wrap = (binding: Binding, secret: Buffer) => {
    const wrapped = space.instanceKey.wrap(binding, secret, random).toString('base64');
    wipe(secret);
    return wrapped;
  };
  const token: InstanceImportToken = {
    tenantId,
    region,
    revision: (before?.revision ?? 0) + 1,
    id,
    privateKey: wrap(keyBinding(space, id), privateKeyDer),
    publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    nonce: wrap(nonceBinding(space, id), nonce),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + lifetimeMs,
    maxRetrievals,
    remainingRetrievals: maxRetrievals,
  };
  return { value: token, writes: [putInstanceImportToken(space, before, token)] };
}

/** What reading a token gives. */
export interface RetrievedImportToken {
  readonly token: InstanceImportToken;
  /** 12 bytes, the caller's to wipe. */
  readonly nonce: Buffer;
}

/**
 * Reads a token, which counts: the count is part of the change.
 *
 * @throws {KeyError} `import-token-invalid`: there is none; `import-token-expired`: its time or its retrievals are over
 */
export function retrieveInstanceImportToken(
  space: KeySpace,
  before: InstanceImportToken | undefined,
  nowMs: number,
): Change<RetrievedImportToken> {
  const known = requireCurrent(before, nowMs);
  if (known.remainingRetrievals < 1) throw new KeyError('import-token-expired', { limit: known.maxRetrievals });
  const { revision, remainingRetrievals } = known;
  const token = { ...known, revision: revision + 1, remainingRetrievals: remainingRetrievals - 1 };
  return { value: { token, nonce: openNonce(space, token) }, writes: [putInstanceImportToken(space, before, token)] };
}

/** Material as it was sent with a token. */
export interface SentMaterial {
  /** Encrypted by {@link INSTANCE_IMPORT_ALGORITHM} with the token's public key. */
  readonly encrypted: Uint8Array;
  /** The token's nonce, encrypted under the material: see {@link openImportNonce}. */
  readonly encryptedNonce: Uint8Array;
  readonly iv: Uint8Array;
}

/**
 * Opens material that was sent with the token, and checks the proof that came with it. A token serves for as many
 * imports as come in its time, whether or not it may still be read. The caller wipes the material. A promise where the
 * wrapping key works aside.
 *
 * @throws {KeyError} `import-token-invalid`, `import-token-expired`, `import-undecryptable`, `import-wrong-length`,
 *   `import-nonce-undecryptable`, `import-nonce-wrong`
 */
export function openSentMaterial(
  space: KeySpace,
  known: InstanceImportToken | undefined,
  { encrypted, encryptedNonce, iv }: SentMaterial,
  nowMs: number,
): MaybePromise<Buffer> {
  const token = requireCurrent(known, nowMs);
  const privateKey = space.instanceKey.unwrap(keyBinding(space, token.id), Buffer.from(token.privateKey, 'base64'));
  let unwrapping: MaybePromise<Buffer | undefined>;
  try {
    unwrapping = unwrapImported(INSTANCE_IMPORT_ALGORITHM, privateKey, encrypted);
  } finally {
    wipe(privateKey);
  }
  return andThen<Buffer | undefined, Buffer>(unwrapping, (material) => {
    if (material === undefined) throw new KeyError('import-undecryptable');
    try {
      requireProof(space, token, material, encryptedNonce, iv);
      return material;
    } catch (error) {
      wipe(material);
      throw error;
    }
  });
}

function requireProof(
  space: KeySpace,
  token: InstanceImportToken,
  material: Buffer,
  encryptedNonce: Uint8Array,
  iv: Uint8Array,
): void {
  if (![16, 24, 32].includes(material.length)) {
    throw new KeyError('import-wrong-length', { detail: '16, 24 or 32 bytes are expected' });
  }
  const brought = openImportNonce(material, iv, encryptedNonce);
  if (brought === undefined) throw new KeyError('import-nonce-undecryptable');
  const nonce = openNonce(space, token);
  const isOurs = constantTimeEqual(brought, nonce);
  wipe(brought);
  wipe(nonce);
  if (!isOurs) throw new KeyError('import-nonce-wrong');
}

function requireCurrent(token: InstanceImportToken | undefined, nowMs: number): InstanceImportToken {
  if (token === undefined) throw new KeyError('import-token-invalid');
  if (token.expiresAtMs <= nowMs) throw new KeyError('import-token-expired');
  return token;
}

function openNonce(space: KeySpace, { id, nonce }: InstanceImportToken): Buffer {
  return space.instanceKey.unwrap(nonceBinding(space, id), Buffer.from(nonce, 'base64'));
}

function keyBinding({ tenantId, region }: KeySpace, tokenId: string): Binding {
  return ['instance-import-key', tenantId, region, tokenId, INSTANCE_IMPORT_ALGORITHM];
}

function nonceBinding({ tenantId, region }: KeySpace, tokenId: string): Binding {
  return ['instance-import-nonce', tenantId, region, tokenId];
}
