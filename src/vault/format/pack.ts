import { hash, randomBytes } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { Reader } from '../../bytes/reader.ts';
import { idOf } from './domain.ts';
import type { KeyObject } from 'node:crypto';
import { decompressInto, type Compressor } from './compress.ts';
import { VaultError } from '../errors.ts';
import {
  checkEntry,
  ID_LENGTH,
  MAX_PACK_LENGTH,
  paddedLength,
  parsing,
  SUITE,
  TAG_LENGTH,
  type ChunkEntry,
} from './format.ts';
import { checkCommitment, deriveObjectKey, openSealed, sealInto, type HeldKey, type ObjectKey } from './object-key.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import { release } from '../release.ts';

const MAGIC = Buffer.from('KSPACK01', 'latin1');
/** Bytes before the first chunk. */
export const PACK_HEADER_LENGTH = 90;
/** Where a pack is closed. */
const PACK_TARGET = 16 << 20;
/** Bytes of the buffer that a pack is made in. */
export const PACK_BUFFER_LENGTH = PACK_TARGET + (64 << 10);
const FOOTER_ENTRY = ID_LENGTH + 10;

/** A finished pack: its name, its bytes, and what lies where. */
export interface SealedPack {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly id: string;
  readonly keyId: string;
  readonly bytes: Buffer;
  readonly entries: readonly ChunkEntry[];
}

function aadOf(id: Uint8Array, kind: number, codec: number, plain: number): Buffer {
  const aad = Buffer.allocUnsafe(ID_LENGTH + 6);
  aad.set(id);
  aad[ID_LENGTH] = kind;
  aad[ID_LENGTH + 1] = codec;
  aad.writeUInt32BE(plain, ID_LENGTH + 2);
  return aad;
}

/** Fills one pack: compresses, encrypts, remembers what lies where. */
export class PackWriter {
  readonly #held: HeldKey;
  readonly #key: ObjectKey;
  readonly #bytes: Buffer;
  readonly #entries: ChunkEntry[] = [];
  readonly #compressor: Compressor;
  #length = PACK_HEADER_LENGTH;

  /** `buffer` has {@link PACK_BUFFER_LENGTH} bytes; whatever is in it is overwritten. */
  constructor(
    held: HeldKey,
    vaultId: string,
    compressor: Compressor,
    buffer = Buffer.from(new ArrayBuffer(PACK_BUFFER_LENGTH)),
    salt = randomBytes(32),
  ) {
    this.#held = held;
    this.#compressor = compressor;
    this.#key = deriveObjectKey('pack', held, vaultId, salt);
    this.#bytes = buffer;
    this.#bytes.set(MAGIC, 0);
    this.#bytes.writeUInt16BE(SUITE, 8);
    this.#bytes.set(Buffer.from(held.id, 'hex'), 10);
    this.#bytes.set(salt, 26);
    this.#bytes.set(this.#key.commitment, 58);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether a chunk of this many bytes of plaintext finds room for sure. */
  fits(plainLength: number): boolean {
    const footer = (this.#entries.length + 1) * FOOTER_ENTRY + 4 + TAG_LENGTH + 4;
    return this.#length + plainLength + TAG_LENGTH + footer <= PACK_TARGET;
  }

  add(id: Buffer, kind: number, plaintext: Uint8Array): void {
    const { codec, bytes } = this.#compressor.compress(plaintext);
    const offset = this.#length;
    const aad = aadOf(id, kind, codec, plaintext.length);
    const stored = sealInto(this.#key.key, aad, bytes, this.#bytes, offset);
    this.#length += stored;
    this.#entries.push({ id, kind, codec, offset, stored, plain: plaintext.length });
  }

  /** Writes the footer. The pack takes no chunk any more. */
  finish(): SealedPack {
    const table = 4 + this.#entries.length * FOOTER_ENTRY;
    const total = paddedLength(this.#length + table + TAG_LENGTH + 4);
    const footer = Buffer.alloc(total - this.#length - TAG_LENGTH - 4);
    footer.writeUInt32BE(this.#entries.length);
    this.#entries.forEach((entry, i) => {
      let at = 4 + i * FOOTER_ENTRY;
      footer.set(entry.id, at);
      at += ID_LENGTH;
      footer[at] = entry.kind;
      footer[at + 1] = entry.codec;
      footer.writeUInt32BE(entry.stored, at + 2);
      footer.writeUInt32BE(entry.plain, at + 6);
    });
    const header = this.#bytes.subarray(0, PACK_HEADER_LENGTH);
    const length = sealInto(this.#key.key, header, footer, this.#bytes, this.#length);
    this.#bytes.writeUInt32BE((length ^ this.#key.mask.readUInt32BE()) >>> 0, total - 4);
    const bytes = this.#bytes.subarray(0, total);
    return { id: hash('sha256', bytes, 'hex'), keyId: this.#held.id, bytes, entries: this.#entries };
  }
}

/** The key id that a pack's header names, hexadecimal. @throws {VaultError} `malformed`, `unknown-format` */
export function packKeyId(header: Buffer): string {
  if (header.length < PACK_HEADER_LENGTH || !header.subarray(0, 8).equals(MAGIC)) {
    throw new VaultError('malformed', 'An object under packs/ does not begin as a pack');
  }
  if (header.readUInt16BE(8) !== SUITE)
    throw new VaultError('unknown-format', 'A pack names a suite that is not known');
  return header.subarray(10, 26).toString('hex');
}

/**
 * Derives a pack's key from its header, which has to name this data key, and proves it.
 *
 * @throws {VaultError} `malformed`, `unknown-format`, `commitment-mismatch`
 */
export function packKey(header: Buffer, held: HeldKey, vaultId: string): ObjectKey {
  if (packKeyId(header) !== held.id) throw new VaultError('malformed', 'A pack names another key than its index');
  const key = deriveObjectKey('pack', held, vaultId, header.subarray(26, 58));
  checkCommitment('A pack', key.commitment, header.subarray(58, PACK_HEADER_LENGTH));
  return key;
}

/** Decrypts and unpacks one chunk into `into`, which has its length, without checking its id. */
function unpackChunk(key: KeyObject, entry: ChunkEntry, sealed: Uint8Array, into: Buffer): void {
  const aad = aadOf(entry.id, entry.kind, entry.codec, entry.plain);
  const opened = openSealed('A chunk', key, aad, sealed, entry.offset);
  decompressInto(entry.codec, opened, into);
  release(opened);
}

/** Decrypts and unpacks one chunk, without checking its id. */
export function openChunkUnchecked(key: KeyObject, entry: ChunkEntry, sealed: Uint8Array): Buffer {
  const plaintext = Buffer.allocUnsafe(entry.plain);
  unpackChunk(key, entry, sealed, plaintext);
  return plaintext;
}

/**
 * Decrypts and unpacks one chunk into `into`, which has its length, and recomputes its id. Nothing that was changed
 * comes through: what `into` holds after a refusal is wiped.
 */
export function openChunkInto(
  key: KeyObject,
  idKey: KeyObject,
  entry: ChunkEntry,
  sealed: Uint8Array,
  into: Buffer,
): void {
  unpackChunk(key, entry, sealed, into);
  if (constantTimeEqual(idOf(idKey, into), entry.id)) return;
  wipe(into);
  throw new VaultError('tampered', 'A chunk is not what its id says');
}

/** As {@link openChunkInto}, in a buffer of its own. */
export function openChunk(key: KeyObject, idKey: KeyObject, entry: ChunkEntry, sealed: Uint8Array): Buffer {
  const plaintext = Buffer.allocUnsafe(entry.plain);
  openChunkInto(key, idKey, entry, sealed, plaintext);
  return plaintext;
}

/** The bytes of a chunk in a whole pack, ciphertext and tag. @throws {VaultError} `malformed` */
export function sealedChunk(pack: Buffer, { offset, stored }: ChunkEntry): Buffer {
  if (offset + stored > pack.length) throw new VaultError('malformed', 'A chunk is beyond its pack');
  return pack.subarray(offset, offset + stored);
}

/** Refuses a pack whose bytes are not those that its name stands for. @throws {VaultError} `wrong-name`, `malformed` */
function checkPackName(name: string, bytes: Buffer): void {
  if (hash('sha256', bytes, 'hex') !== name) {
    throw new VaultError('wrong-name', `The pack ${name} was changed after it was written`);
  }
  if (bytes.length > MAX_PACK_LENGTH) throw new VaultError('malformed', `The pack ${name} is too long`);
}

/** What is in a pack, and what opens it. */
export interface PackTable {
  readonly key: ObjectKey;
  readonly entries: readonly ChunkEntry[];
}

/** Reads the chunk table of a whole pack, after comparing the pack with its name. @throws {VaultError} */
export function readPackTable(name: string, bytes: Buffer, held: HeldKey, vaultId: string): PackTable {
  checkPackName(name, bytes);
  return readTable(name, bytes, held, vaultId);
}

/** As {@link readPackTable}, under whatever data key its header names, which is asked for when the bytes are those of the name. */
export async function openPackTable(
  name: string,
  bytes: Buffer,
  keyFor: (keyId: string) => Promise<HeldKey>,
  vaultId: string,
): Promise<PackTable> {
  checkPackName(name, bytes);
  return readTable(name, bytes, await keyFor(packKeyId(bytes)), vaultId);
}

function readTable(name: string, bytes: Buffer, held: HeldKey, vaultId: string): PackTable {
  const key = packKey(bytes, held, vaultId);
  return parsing(`The pack ${name}`, () => {
    const length = (bytes.readUInt32BE(bytes.length - 4) ^ key.mask.readUInt32BE()) >>> 0;
    const start = bytes.length - 4 - length;
    if (start < PACK_HEADER_LENGTH) throw new VaultError('malformed', `The pack ${name} has a footer that is too long`);
    const header = bytes.subarray(0, PACK_HEADER_LENGTH);
    const sealed = bytes.subarray(start, bytes.length - 4);
    const reader = new Reader(openSealed(`The footer of pack ${name}`, key.key, header, sealed, start));
    const entries: ChunkEntry[] = [];
    let offset = PACK_HEADER_LENGTH;
    for (let left = reader.u32(); left > 0; left--) {
      const id = reader.take(ID_LENGTH);
      const entry = { id, kind: reader.u8(), codec: reader.u8(), offset, stored: reader.u32(), plain: reader.u32() };
      checkEntry(entry, start);
      entries.push(entry);
      offset += entry.stored;
    }
    if (offset !== start) throw new VaultError('malformed', `The chunks of pack ${name} do not fill it`);
    checkPadding(reader.rest());
    return { key, entries };
  });
}

/** Refuses padding that is not zero: it could carry something else. */
export function checkPadding(padding: Buffer): void {
  if (padding.some((byte) => byte !== 0)) throw new VaultError('malformed', 'Padding is not zero');
}
