import type { KeyObject } from 'node:crypto';
import { bytesOf } from '../bytes/bytes.ts';
import { TAG_LENGTH } from './aead.ts';
import { HANDLE_LENGTH, MAX_PLAINTEXT, type Ciphertext, type Handle } from './ciphertext.ts';
import { COMMITMENT_LENGTH, openCommitted, SALT_LENGTH, sealCommitted, type OpenFailure } from './committed.ts';
import { label } from './kdf.ts';
import { sha256 } from './sha256.ts';

/** What an external key makes of a message, in the parts in which its proxy answers it. */
export interface ExternalParts {
  readonly ciphertext: Buffer;
  /** 12 or 16 bytes. */
  readonly iv: Buffer;
  /** 16 bytes. */
  readonly tag: Buffer;
  /** 0 to 20 bytes. */
  readonly metadata: Buffer;
}

/** A ciphertext of the suite `external` whose frame was read. Nothing in it is authenticated yet. */
export interface ParsedExternalCiphertext {
  readonly handle: Handle;
  /** 52 bytes. */
  readonly header: Buffer;
  readonly parts: ExternalParts;
}

const LABEL = label('keystead/ciphertext/external/v1');
const PREFIX = Buffer.from([0x4b, 0x53, 0x01, 0x02]);
const HEADER_LENGTH = PREFIX.length + HANDLE_LENGTH + SALT_LENGTH;
const PARTS_AT = HEADER_LENGTH + 2;
const INNER_OVERHEAD = COMMITMENT_LENGTH + TAG_LENGTH;
const MAX_METADATA = 20;

/** A message under our own material, ready to go under the external key. */
export interface InnerSealed {
  readonly header: Buffer;
  /** What the external key encrypts: 48 bytes longer than the plaintext. */
  readonly inner: Buffer;
}

/** The first half of an encryption: under our own material, as docs/spec/ciphertext.md says of the suite `external`. */
export function sealInner(
  material: KeyObject,
  handle: Handle,
  salt: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): InnerSealed {
  if (plaintext.byteLength < 1 || plaintext.byteLength > MAX_PLAINTEXT) {
    throw new RangeError(`a plaintext has 1 to ${MAX_PLAINTEXT} bytes`);
  }
  if (handle.length !== HANDLE_LENGTH || salt.byteLength !== SALT_LENGTH) {
    throw new RangeError(`a handle has ${HANDLE_LENGTH} bytes and a salt ${SALT_LENGTH}`);
  }
  const header = Buffer.concat([PREFIX, handle, salt], HEADER_LENGTH);
  return { header, inner: sealCommitted(material, LABEL, header, aad, plaintext).subarray(HEADER_LENGTH) };
}

/** What the external key authenticates besides: our header and a digest of the context, 84 bytes. */
export function externalAad(header: Uint8Array, aad: Uint8Array): Buffer {
  return Buffer.concat([header, sha256(aad)]);
}

/** Puts the answer of the external key into our frame. `undefined` where its parts have other lengths than they may. */
export function joinExternal({ header, inner }: InnerSealed, parts: ExternalParts): Ciphertext | undefined {
  if (parts.ciphertext.length !== inner.length || !haveLengths(parts)) return undefined;
  const { iv, metadata, ciphertext, tag } = parts;
  const lengths = Buffer.from([iv.length, metadata.length]);
  return bytesOf<'Ciphertext'>(Buffer.concat([header, lengths, iv, metadata, ciphertext, tag]));
}

/** Reads the frame. `undefined` when it is not that of a ciphertext of this suite. */
export function parseExternalCiphertext(bytes: Uint8Array): ParsedExternalCiphertext | undefined {
  const all = bytesOf<'Ciphertext'>(bytes);
  if (all.length < PARTS_AT || !all.subarray(0, PREFIX.length).equals(PREFIX)) return undefined;
  const metadataAt = PARTS_AT + all.readUInt8(HEADER_LENGTH);
  const ciphertextAt = metadataAt + all.readUInt8(HEADER_LENGTH + 1);
  const tagAt = all.length - TAG_LENGTH;
  const length = tagAt - ciphertextAt;
  if (length <= INNER_OVERHEAD || length > INNER_OVERHEAD + MAX_PLAINTEXT) return undefined;
  const parts = {
    iv: all.subarray(PARTS_AT, metadataAt),
    metadata: all.subarray(metadataAt, ciphertextAt),
    ciphertext: all.subarray(ciphertextAt, tagAt),
    tag: all.subarray(tagAt),
  };
  if (!haveLengths(parts)) return undefined;
  const handle = bytesOf<'Handle'>(all.subarray(PREFIX.length, PREFIX.length + HANDLE_LENGTH));
  return { handle, header: all.subarray(0, HEADER_LENGTH), parts };
}

/** The second half of a decryption: what the external key gave back, opened under our own material. */
export function openInner(
  material: KeyObject,
  header: Uint8Array,
  inner: Uint8Array,
  aad: Uint8Array,
): Buffer | OpenFailure {
  return openCommitted(material, LABEL, Buffer.concat([header, inner]), HEADER_LENGTH, aad);
}

function haveLengths({ iv, metadata, tag }: ExternalParts): boolean {
  return (iv.length === 12 || iv.length === 16) && metadata.length <= MAX_METADATA && tag.length === TAG_LENGTH;
}
