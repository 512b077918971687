import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { VaultError } from '../errors.ts';

/** DER of an Ed25519 public key up to the 32 raw bytes (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** What is signed: a signature of one kind of object never verifies as another. */
export type SignedKind =
  | 'descriptor'
  | 'envelope'
  | 'index'
  | 'manifest'
  | 'pair'
  | 'writer'
  | 'tombstone'
  | 'mark'
  | 'hold'
  | 'retired';

/** A writer with its signing key, for this process alone. */
export interface WriterKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** A writer that the descriptor names, or that its creator has enrolled. */
export interface Writer {
  /** 32 hexadecimal digits, from the public key. */
  readonly id: string;
  /** 32 raw bytes. */
  readonly publicKey: Buffer;
  /** Enrolled after the vault was made. It writes snapshots of its own, and has no say in what is others'. */
  readonly isFurther?: true;
  /** Of a writer that was let go: the last sequence that counts. */
  readonly through?: number;
}

/** Whose key this is. @throws {TypeError} for a key that is not Ed25519. */
export function writerOf(privateKey: KeyObject): Writer {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('a writer signs with an Ed25519 key');
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const publicKey = der.subarray(SPKI_PREFIX.length);
  return { id: writerId(publicKey), publicKey };
}

/** hex of the first 16 bytes of SHA-256 of the raw public key. */
export function writerId(publicKey: Uint8Array): string {
  return hash('sha256', publicKey, 'buffer').subarray(0, 16).toString('hex');
}

/** Signs, 64 bytes (RFC 8032 section 5.1). */
export function signAs(kind: SignedKind, privateKey: KeyObject, message: Uint8Array): Buffer {
  return sign(null, lengthPrefixed(`keystead/backup/${kind}/v1`, message), privateKey);
}

/** Refuses a message that this writer did not sign. @throws {VaultError} `bad-signature` */
export function checkSignature(
  kind: SignedKind,
  what: string,
  writer: Writer,
  message: Uint8Array,
  signature: Uint8Array,
): void {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, writer.publicKey]), format: 'der', type: 'spki' });
  if (!verify(null, lengthPrefixed(`keystead/backup/${kind}/v1`, message), key, signature)) {
    throw new VaultError('bad-signature', `${what} does not carry a valid signature of its writer`);
  }
}

/** The writer of that id among those of the vault. @throws {VaultError} `unknown-writer` */
export function writerNamed(writers: readonly Writer[], id: string, what: string): Writer {
  const writer = writers.find((candidate) => candidate.id === id);
  if (!writer) throw new VaultError('unknown-writer', `${what} is by a writer that the vault does not name`);
  return writer;
}
