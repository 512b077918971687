import { hash, type KeyObject } from 'node:crypto';
import { Reader } from '../../bytes/reader.ts';
import { VaultError } from '../errors.ts';
import {
  ENTRY_LENGTH,
  COMMITMENT_LENGTH,
  ID_LENGTH,
  KEY_ID_LENGTH,
  MAX_INDEX_LENGTH,
  MAX_PACK_LENGTH,
  paddedLength,
  parsing,
  SALT_LENGTH,
  SIGNATURE_LENGTH,
  SUITE,
  TAG_LENGTH,
  readEntry,
  writeEntry,
  type ChunkEntry,
} from './format.ts';
import { checkCommitment, deriveObjectKey, openSealed, sealInto, type HeldKey } from './object-key.ts';
import { checkPadding } from './pack.ts';
import { checkSignature, signAs, writerNamed, type Writer } from './writer-key.ts';

const MAGIC = Buffer.from('KSINDX01', 'latin1');
const HEADER_LENGTH = 8 + 2 + 16 + KEY_ID_LENGTH + SALT_LENGTH + COMMITMENT_LENGTH;
const PACK_FIELDS = ID_LENGTH + KEY_ID_LENGTH + 8;

/** One pack as an index object tells of it. */
export interface IndexedPack {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly keyId: string;
  /** Bytes of the whole object. */
  readonly length: number;
  readonly entries: readonly ChunkEntry[];
}

/** An index object that was read and verified. */
export interface IndexObject {
  readonly id: string;
  readonly writer: string;
  /** The metadata key it is encrypted under. */
  readonly keyId: string;
  readonly packs: readonly IndexedPack[];
}

function encode(packs: readonly IndexedPack[], length: number): Buffer {
  const out = Buffer.alloc(length);
  let at = out.writeUInt32BE(packs.length);
  for (const pack of packs) {
    at += out.write(pack.id, at, 'hex');
    at += out.write(pack.keyId, at, 'hex');
    at = out.writeUInt32BE(pack.length, at);
    at = out.writeUInt32BE(pack.entries.length, at);
    for (const entry of pack.entries) at = writeEntry(out, at, entry);
  }
  return out;
}

function decode(plaintext: Buffer): IndexedPack[] {
  const reader = new Reader(plaintext);
  const packs: IndexedPack[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const id = reader.take(ID_LENGTH).toString('hex');
    const keyId = reader.take(KEY_ID_LENGTH).toString('hex');
    const length = reader.u32();
    if (length > MAX_PACK_LENGTH) throw new VaultError('malformed', 'An index object names a pack that is too long');
    const entries: ChunkEntry[] = [];
    for (let chunks = reader.u32(); chunks > 0; chunks--) {
      entries.push(readEntry(reader, length));
    }
    packs.push({ id, keyId, length, entries });
  }
  checkPadding(reader.rest());
  return packs;
}

/** Makes an index object; its name is `id`. */
export function sealIndex(
  packs: readonly IndexedPack[],
  held: HeldKey,
  vaultId: string,
  writer: { readonly id: string; readonly privateKey: KeyObject },
  salt: Buffer,
): { readonly id: string; readonly bytes: Buffer } {
  const plain = packs.reduce((sum, pack) => sum + PACK_FIELDS + pack.entries.length * ENTRY_LENGTH, 4);
  const total = paddedLength(HEADER_LENGTH + plain + TAG_LENGTH + SIGNATURE_LENGTH);
  const bytes = Buffer.alloc(total);
  const key = deriveObjectKey('index', held, vaultId, salt);
  let at = MAGIC.copy(bytes);
  at = bytes.writeUInt16BE(SUITE, at);
  at += bytes.write(writer.id, at, 'hex');
  at += bytes.write(held.id, at, 'hex');
  at += salt.copy(bytes, at);
  at += key.commitment.copy(bytes, at);
  const header = bytes.subarray(0, HEADER_LENGTH);
  const plaintext = encode(packs, total - HEADER_LENGTH - TAG_LENGTH - SIGNATURE_LENGTH);
  at += sealInto(key.key, header, plaintext, bytes, HEADER_LENGTH);
  signAs('index', writer.privateKey, bytes.subarray(0, at)).copy(bytes, at);
  return { id: hash('sha256', bytes, 'hex'), bytes };
}

/** Reads an index object: its name, its writer's signature, its key's commitment and its tag, in this order. */
export async function openIndex(
  id: string,
  bytes: Buffer,
  vaultId: string,
  writers: readonly Writer[],
  keyFor: (keyId: string) => Promise<HeldKey>,
): Promise<IndexObject> {
  const what = `The index object ${id}`;
  if (bytes.length < HEADER_LENGTH + TAG_LENGTH + SIGNATURE_LENGTH || bytes.length > MAX_INDEX_LENGTH) {
    throw new VaultError('malformed', `${what} has a length that none has`);
  }
  if (hash('sha256', bytes, 'hex') !== id)
    throw new VaultError('wrong-name', `${what} was changed after it was written`);
  const reader = new Reader(bytes);
  if (!reader.take(8).equals(MAGIC)) throw new VaultError('malformed', `${what} does not begin as one`);
  if (reader.u16() !== SUITE) throw new VaultError('unknown-format', `${what} names a suite that is not known`);
  const writer = writerNamed(writers, reader.take(16).toString('hex'), what);
  const end = bytes.length - SIGNATURE_LENGTH;
  checkSignature('index', what, writer, bytes.subarray(0, end), bytes.subarray(end));
  const keyId = reader.take(KEY_ID_LENGTH).toString('hex');
  const key = deriveObjectKey('index', await keyFor(keyId), vaultId, reader.take(SALT_LENGTH));
  checkCommitment(what, key.commitment, reader.take(COMMITMENT_LENGTH));
  const header = bytes.subarray(0, HEADER_LENGTH);
  const plaintext = openSealed(what, key.key, header, bytes.subarray(HEADER_LENGTH, end), HEADER_LENGTH);
  return { id, writer: writer.id, keyId, packs: parsing(what, () => decode(plaintext)) };
}
