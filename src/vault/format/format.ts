import type { Reader } from '../../bytes/reader.ts';
import { VaultError } from '../errors.ts';

/** docs/spec/backup-format.md: one number for everything on this page. */
export const FORMAT = 1;
/** AES-256-GCM, HKDF-SHA-256, HMAC-SHA-256, Ed25519, zstd. */
export const SUITE = 1;

export const KEY_ID_LENGTH = 16;
export const ID_LENGTH = 32;
export const SALT_LENGTH = 32;
export const COMMITMENT_LENGTH = 32;
export const TAG_LENGTH = 16;
export const SIGNATURE_LENGTH = 64;

export const MAX_CHUNK_LENGTH = 8 << 20;
export const MAX_PACK_LENGTH = 64 << 20;
export const MAX_INDEX_LENGTH = 64 << 20;
export const MAX_HEAD_LENGTH = 16 << 20;
/** A manifest: what a snapshot of 60 TB refers to has room in it. */
export const MAX_MANIFEST_LENGTH = 128 << 20;
export const MAX_JSON_OBJECT_LENGTH = 1 << 20;
export const MAX_DEPTH = 4096;

const KIB = 1024;

/** The length that an object of `length` bytes is brought to: a power of two from 4 to 64 KiB, then whole 64 KiB. */
export function paddedLength(length: number): number {
  for (let step = 4 * KIB; step <= 64 * KIB; step *= 2) if (length <= step) return step;
  return Math.ceil(length / (64 * KIB)) * 64 * KIB;
}

/** What lies in a chunk. */
export const ChunkKind = { content: 0, tree: 1 } as const;
/** How a chunk is stored. */
export const Codec = { stored: 0, zstd: 1 } as const;

/** Where one chunk lies in its pack, and how to read it. */
export interface ChunkEntry {
  readonly id: Buffer;
  readonly kind: number;
  readonly codec: number;
  /** Bytes from the start of the pack. */
  readonly offset: number;
  /** Bytes of ciphertext and tag. */
  readonly stored: number;
  /** Bytes of plaintext. */
  readonly plain: number;
}

/** Runs a parser of untrusted bytes: whatever it throws becomes a `malformed` that names the object. */
export function parsing<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof VaultError) throw cause;
    throw new VaultError('malformed', `${what} is not of the backup format`, cause);
  }
}

/** Refuses a chunk entry that no writer makes. */
export function checkEntry(entry: Omit<ChunkEntry, 'id'>, packLength: number): void {
  const sound =
    entry.kind <= ChunkKind.tree &&
    entry.codec <= Codec.zstd &&
    entry.plain <= MAX_CHUNK_LENGTH &&
    entry.stored >= TAG_LENGTH &&
    entry.offset + entry.stored <= packLength &&
    (entry.codec === Codec.stored
      ? entry.stored === entry.plain + TAG_LENGTH
      : entry.stored < entry.plain + TAG_LENGTH);
  if (!sound) throw new VaultError('malformed', 'A chunk entry has a kind, codec or length that no writer makes');
}

/** Bytes of a chunk entry in an index object. */
export const ENTRY_LENGTH = ID_LENGTH + 14;

/** Writes one chunk entry; answers where the next goes. */
export function writeEntry(out: Buffer, start: number, entry: ChunkEntry): number {
  out.set(entry.id, start);
  let at = out.writeUInt8(entry.kind, start + ID_LENGTH);
  at = out.writeUInt8(entry.codec, at);
  at = out.writeUInt32BE(entry.offset, at);
  at = out.writeUInt32BE(entry.stored, at);
  return out.writeUInt32BE(entry.plain, at);
}

/** Reads one chunk entry of a pack that is `packLength` bytes long. */
export function readEntry(reader: Reader, packLength: number): ChunkEntry {
  const entry = {
    id: reader.take(ID_LENGTH),
    kind: reader.u8(),
    codec: reader.u8(),
    offset: reader.u32(),
    stored: reader.u32(),
    plain: reader.u32(),
  };
  checkEntry(entry, packLength);
  return entry;
}
