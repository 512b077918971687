import { Reader } from '../../bytes/reader.ts';
import { VaultError } from '../errors.ts';
import { checkAttribute, type Attribute } from '../attributes.ts';
import { checkSum, readExtents, writeExtents } from './extent-nodes.ts';
import { ID_LENGTH, parsing } from './format.ts';

/** A part of a file: `length` bytes from `offset` of a chunk. */
export interface Extent {
  readonly chunk: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** What every entry of a folder has. Times are nanoseconds since 1970; names are bytes as the source has them. */
export interface EntryMetadata {
  readonly name: Buffer;
  /** Permission bits, set-id and sticky: mode & 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly device: bigint;
  readonly inode: bigint;
  /** How many names the file has; above 1, device and inode name the group. */
  readonly links: number;
  /** Absent: there are none. Those with tags that are not known are kept as they are. */
  readonly attributes?: readonly Attribute[];
}

export interface FileEntry extends EntryMetadata {
  readonly type: 'file';
  readonly size: number;
  readonly extents: readonly Extent[];
  /** Ids of the nodes that its extents lie in, where they are too many for the entry itself. */
  readonly extentNodes?: readonly Buffer[];
  /** It changed while it was read: what is kept may mix two states. */
  readonly changedWhileRead: boolean;
}

export interface FolderEntry extends EntryMetadata {
  readonly type: 'folder';
  /** Ids of the tree nodes that list it, in order. */
  readonly nodes: readonly Buffer[];
}

export interface LinkEntry extends EntryMetadata {
  readonly type: 'link';
  readonly target: Buffer;
}

export type TreeEntry = FileEntry | FolderEntry | LinkEntry;

const VERSION = 1;
const TYPE = { file: 1, folder: 2, link: 3 } as const;
const CHANGED = 1;
const HAS_EXTENT_NODES = 2;
/** Of all attributes of one entry together. */
const MAX_ATTRIBUTES_LENGTH = 1 << 20;
const FIXED = 1 + 2 + 4 + 4 + 4 + 8 + 8 + 8 + 8 + 4 + 2;
const EXTENT = ID_LENGTH + 8;
const MAX_TARGET_LENGTH = 65_536;
const SLASH = 0x2f;
const DOT = 0x2e;

function refusedName(): VaultError {
  return new VaultError('malformed', 'A folder lists a name that cannot be one');
}

/** Refuses a name that could lead out of its folder. @throws {VaultError} `malformed` */
export function checkName(name: Buffer): void {
  let isSound = false;
  for (let i = 0; i < name.length; i++) {
    const byte = name[i];
    if (byte === SLASH || byte === 0) throw refusedName();
    // Neither `.` nor `..`.
    if (byte !== DOT || i > 1) isSound = true;
  }
  if (!isSound) throw refusedName();
}

const tailLength: { readonly [T in TreeEntry['type']]: (entry: Extract<TreeEntry, { type: T }>) => number } = {
  file: (entry) => 12 + (entry.extentNodes ? entry.extentNodes.length * ID_LENGTH : entry.extents.length * EXTENT),
  folder: (entry) => 4 + entry.nodes.length * ID_LENGTH,
  link: (entry) => 4 + entry.target.length,
};

/** How many bytes of a node an entry takes. */
export function lengthOf(entry: TreeEntry): number {
  const tail = tailLength[entry.type] as (entry: TreeEntry) => number;
  const attributes = entry.attributes?.reduce((sum, { value }) => sum + 6 + value.length, 0) ?? 0;
  return FIXED + entry.name.length + tail(entry) + 4 + attributes;
}

function flagsOf(entry: TreeEntry): number {
  if (entry.type !== 'file') return 0;
  return (entry.changedWhileRead ? CHANGED : 0) | (entry.extentNodes ? HAS_EXTENT_NODES : 0);
}

function writeIds(out: Buffer, start: number, ids: readonly Buffer[]): number {
  let at = out.writeUInt32BE(ids.length, start);
  for (const id of ids) {
    out.set(id, at);
    at += ID_LENGTH;
  }
  return at;
}

function writeAttributes(out: Buffer, start: number, attributes: readonly Attribute[]): number {
  let at = out.writeUInt32BE(attributes.length, start);
  for (const { tag, value } of attributes) {
    at = out.writeUInt16BE(tag, at);
    at = out.writeUInt32BE(value.length, at);
    out.set(value, at);
    at += value.length;
  }
  return at;
}

function writeTail(out: Buffer, start: number, entry: TreeEntry): number {
  let at = start;
  if (entry.type === 'file') {
    at = out.writeBigUInt64BE(BigInt(entry.size), at);
    if (entry.extentNodes) return writeIds(out, at, entry.extentNodes);
    at = writeExtents(out, out.writeUInt32BE(entry.extents.length, at), entry.extents);
  } else if (entry.type === 'folder') at = writeIds(out, at, entry.nodes);
  else {
    at = out.writeUInt32BE(entry.target.length, at);
    out.set(entry.target, at);
    at += entry.target.length;
  }
  return at;
}

/** Encodes one node: docs/spec/backup-format.md section 7. The entries are in the order of their names' bytes. */
export function encodeNode(entries: readonly TreeEntry[]): Buffer {
  const out = Buffer.alloc(entries.reduce((sum, entry) => sum + lengthOf(entry), 5));
  let at = out.writeUInt8(VERSION);
  at = out.writeUInt32BE(entries.length, at);
  for (const entry of entries) {
    at = out.writeUInt8(TYPE[entry.type], at);
    at = out.writeUInt16BE(entry.name.length, at);
    out.set(entry.name, at);
    at = out.writeUInt32BE(entry.mode, at + entry.name.length);
    at = out.writeUInt32BE(entry.uid, at);
    at = out.writeUInt32BE(entry.gid, at);
    at = out.writeBigInt64BE(entry.mtimeNs, at);
    at = out.writeBigInt64BE(entry.ctimeNs, at);
    at = out.writeBigUInt64BE(entry.device, at);
    at = out.writeBigUInt64BE(entry.inode, at);
    at = out.writeUInt32BE(entry.links, at);
    at = out.writeUInt16BE(flagsOf(entry), at);
    at = writeTail(out, at, entry);
    at = writeAttributes(out, at, entry.attributes ?? []);
  }
  return out;
}

function readIds(reader: Reader): Buffer[] {
  const ids: Buffer[] = [];
  for (let left = reader.u32(); left > 0; left--) ids.push(reader.take(ID_LENGTH));
  return ids;
}

/** A file whose extents lie in nodes has none yet: see extent-nodes.ts. */
function readFile(reader: Reader, base: EntryMetadata, flags: number): FileEntry {
  const size = reader.u64();
  const changedWhileRead = (flags & CHANGED) !== 0;
  if ((flags & HAS_EXTENT_NODES) !== 0) {
    return { ...base, type: 'file', size, extents: [], extentNodes: readIds(reader), changedWhileRead };
  }
  const extents = readExtents(reader);
  checkSum(extents, size);
  return { ...base, type: 'file', size, extents, changedWhileRead };
}

function readFolder(reader: Reader, base: EntryMetadata): FolderEntry {
  return { ...base, type: 'folder', nodes: readIds(reader) };
}

function readAttributes(reader: Reader): Attribute[] {
  const attributes: Attribute[] = [];
  let length = 0;
  for (let left = reader.u32(); left > 0; left--) {
    const attribute = { tag: reader.u16(), value: reader.prefixed(MAX_ATTRIBUTES_LENGTH) };
    checkAttribute(attribute);
    length += attribute.value.length;
    if (length > MAX_ATTRIBUTES_LENGTH) throw new VaultError('malformed', 'An entry has too many attributes');
    attributes.push(attribute);
  }
  return attributes;
}

function readLink(reader: Reader, base: EntryMetadata): LinkEntry {
  const target = reader.prefixed(MAX_TARGET_LENGTH);
  if (target.length === 0 || target.includes(0)) throw new VaultError('malformed', 'A link leads to what is no path');
  return { ...base, type: 'link', target };
}

const TAILS: { readonly [type: number]: (reader: Reader, base: EntryMetadata, flags: number) => TreeEntry } = {
  [TYPE.file]: readFile,
  [TYPE.folder]: readFolder,
  [TYPE.link]: readLink,
};

function readEntry(reader: Reader): TreeEntry {
  const tail = TAILS[reader.u8()];
  if (!tail) throw new VaultError('unknown-format', 'A folder lists an entry of a type that is not known');
  const name = reader.take(reader.u16());
  checkName(name);
  const base = {
    name,
    mode: reader.u32() & 0o7777,
    uid: reader.u32(),
    gid: reader.u32(),
    mtimeNs: reader.bigI64(),
    ctimeNs: reader.bigI64(),
    device: reader.bigU64(),
    inode: reader.bigU64(),
    links: reader.u32(),
  };
  const entry = tail(reader, base, reader.u16());
  const attributes = readAttributes(reader);
  return attributes.length > 0 ? { ...entry, attributes } : entry;
}

/**
 * Decodes one node; `after` is the last name of the page before it. Long files come without their extents: {@link withExtents}.
 *
 * @throws {VaultError} `malformed`, `unknown-format`
 */
export function decodeNode(node: Buffer, after?: Buffer): TreeEntry[] {
  return parsing('A tree node', () => {
    const reader = new Reader(node);
    if (reader.u8() !== VERSION) throw new VaultError('unknown-format', 'A tree node has a version that is not known');
    const entries: TreeEntry[] = [];
    let last = after;
    for (let left = reader.u32(); left > 0; left--) {
      const entry = readEntry(reader);
      if (last && Buffer.compare(last, entry.name) >= 0)
        throw new VaultError('malformed', 'Names of a folder are out of order');
      last = entry.name;
      entries.push(entry);
    }
    reader.end();
    return entries;
  });
}
