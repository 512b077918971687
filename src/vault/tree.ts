import { Reader } from '../bytes/reader.ts';
import { VaultError } from './errors.ts';
import { ID_LENGTH, MAX_CHUNK_LENGTH, parsing } from './format.ts';

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
}

export interface FileEntry extends EntryMetadata {
  readonly type: 'file';
  readonly size: number;
  readonly extents: readonly Extent[];
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
const FIXED = 1 + 2 + 4 + 4 + 4 + 8 + 8 + 8 + 8 + 4 + 2;
const EXTENT = ID_LENGTH + 8;
const SLASH = 0x2f;

/** Refuses a name that could lead out of its folder. @throws {VaultError} `malformed` */
export function checkName(name: Buffer): void {
  const text = name.toString('latin1');
  if (text === '' || text === '.' || text === '..' || name.includes(SLASH) || name.includes(0)) {
    throw new VaultError('malformed', 'A folder lists a name that cannot be one');
  }
}

const tailLength: { readonly [T in TreeEntry['type']]: (entry: Extract<TreeEntry, { type: T }>) => number } = {
  file: (entry) => 12 + entry.extents.length * EXTENT,
  folder: (entry) => 4 + entry.nodes.length * ID_LENGTH,
  link: (entry) => 4 + entry.target.length,
};

function lengthOf(entry: TreeEntry): number {
  const tail = tailLength[entry.type] as (entry: TreeEntry) => number;
  return FIXED + entry.name.length + tail(entry) + 4;
}

function writeTail(out: Buffer, start: number, entry: TreeEntry): number {
  let at = start;
  if (entry.type === 'file') {
    at = out.writeBigUInt64BE(BigInt(entry.size), at);
    at = out.writeUInt32BE(entry.extents.length, at);
    for (const extent of entry.extents) {
      out.set(extent.chunk, at);
      at = out.writeUInt32BE(extent.offset, at + ID_LENGTH);
      at = out.writeUInt32BE(extent.length, at);
    }
  } else if (entry.type === 'folder') {
    at = out.writeUInt32BE(entry.nodes.length, at);
    for (const node of entry.nodes) {
      out.set(node, at);
      at += ID_LENGTH;
    }
  } else {
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
    at = out.writeUInt16BE(entry.type === 'file' && entry.changedWhileRead ? CHANGED : 0, at);
    at = writeTail(out, at, entry);
    at = out.writeUInt32BE(0, at);
  }
  return out;
}

function readFile(reader: Reader, base: EntryMetadata, flags: number): FileEntry {
  const size = reader.u64();
  const extents: Extent[] = [];
  let sum = 0;
  for (let left = reader.u32(); left > 0; left--) {
    const extent = { chunk: reader.take(ID_LENGTH), offset: reader.u32(), length: reader.u32() };
    if (extent.offset + extent.length > MAX_CHUNK_LENGTH)
      throw new VaultError('malformed', 'An extent is beyond its chunk');
    sum += extent.length;
    extents.push(extent);
  }
  if (sum !== size) throw new VaultError('malformed', 'The extents of a file do not sum to its size');
  return { ...base, type: 'file', size, extents, changedWhileRead: (flags & CHANGED) !== 0 };
}

function readFolder(reader: Reader, base: EntryMetadata): FolderEntry {
  const nodes: Buffer[] = [];
  for (let left = reader.u32(); left > 0; left--) nodes.push(reader.take(ID_LENGTH));
  return { ...base, type: 'folder', nodes };
}

function readLink(reader: Reader, base: EntryMetadata): LinkEntry {
  return { ...base, type: 'link', target: reader.prefixed(65_536) };
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
    mtimeNs: reader.take(8).readBigInt64BE(),
    ctimeNs: reader.take(8).readBigInt64BE(),
    device: reader.take(8).readBigUInt64BE(),
    inode: reader.take(8).readBigUInt64BE(),
    links: reader.u32(),
  };
  const entry = tail(reader, base, reader.u16());
  for (let left = reader.u32(); left > 0; left--) {
    reader.u16();
    reader.prefixed(1 << 20);
  }
  return entry;
}

/** Decodes one node; `after` is the last name of the page before it. @throws {VaultError} `malformed`, `unknown-format` */
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
