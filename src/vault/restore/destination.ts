import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { extendedAttributes, isSparse, type ExtendedAttribute } from '../attributes.ts';
import { VaultError } from '../errors.ts';
import { faultPoint } from '../fault.ts';
import { HoleWriter } from './hole-writer.ts';
import { AttributeError, writeAttribute, writeAttributeOf } from '../linux-attributes.ts';
import { isPart, restoredMode } from './places.ts';
import type { EntryMetadata } from '../format/tree.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = constants;
/** open(2): only names the folder, so that it needs no permission to read it. The same on every Linux. */
const O_PATH = 0o10000000;
const SLASH = 0x2f;
/** capabilities(7): what a file may that runs, as an extended attribute. */
const CAPABILITIES = Buffer.from('security.capability');
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof VaultError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (FULL.has(code)) throw new VaultError('destination-full', 'The disk of the destination is full', cause);
    if (code === 'ELOOP' || code === 'ENOTDIR') throw unsafe(cause);
    throw new VaultError('destination-failed', 'The destination folder could not be written', cause);
  }
}

function unsafe(cause?: unknown): VaultError {
  return new VaultError(
    'unsafe-path',
    'A folder of the snapshot is something else, perhaps a link, in the destination',
    cause,
  );
}

/**
 * As Node takes a time. Seconds since 1970 in a double keep a quarter of a microsecond; but of a number below zero Node
 * makes the time that it is now, so what is older goes as a date, to the millisecond.
 */
function timeOf(timeNs: bigint): number | Date {
  return timeNs < 0n ? new Date(Number(timeNs / 1_000_000n)) : Number(timeNs) / 1e9;
}

export interface DestinationOptions {
  /** Whether to set owner and group. */
  readonly owner: boolean;
}

/** A folder that is open. Whatever is named in it is named from there, whatever becomes of the way that led to it. */
interface OpenFolder {
  readonly path: Buffer;
  readonly handle: number;
  /** What stands before the names in it. */
  readonly at: Buffer;
  readonly isNew: boolean;
}

interface OpenFile {
  readonly handle: number;
  readonly part: Buffer;
  readonly full: Buffer;
  readonly entry: EntryMetadata;
  readonly replaces: boolean;
  /** Writes it where it was sparse. */
  readonly holes?: HoleWriter;
}

/**
 * A folder that a snapshot is restored into, in the order of its tree. Paths are bytes relative to it, made of names
 * that were checked. A file gets its name when it is whole. Each folder is opened from the one above it and no symbolic
 * link is followed at any level, also when somebody else puts one there meanwhile.
 */
export class Destination {
  readonly #root: string;
  readonly #options: DestinationOptions;
  readonly #folders: OpenFolder[] = [];
  #file: OpenFile | undefined;
  /** Items whose extended attributes this file system, or this user, could not be given. */
  withoutAttributes = 0;

  constructor(root: string, options: DestinationOptions) {
    this.#root = resolve(root);
    this.#options = options;
  }

  /** Makes the folder where it is missing, and clears what an interrupted restore left in it. */
  prepare(): void {
    attempt(() => {
      const isNew = mkdirSync(this.#root, { recursive: true, mode: 0o700 }) !== undefined;
      // The destination itself may be reached through a link: whoever named it meant that.
      this.#enter(Buffer.alloc(0), openSync(this.#root, O_RDONLY | O_DIRECTORY), Buffer.from(this.#root), isNew);
    });
  }

  /** Makes a folder, or goes into the one that is there. */
  folder(path: Buffer, isNew: boolean): void {
    const full = this.#in(path);
    attempt(() => {
      let made = isNew;
      if (isNew) {
        try {
          mkdirSync(full, { mode: 0o700 });
        } catch (cause) {
          if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
          made = false;
        }
      }
      this.#enter(path, openFolder(full), full, made);
    });
  }

  /** Leaves a folder; `entry` gives it mode, owner and times, when everything in it is there. */
  endFolder(entry: EntryMetadata | undefined): void {
    const folder = this.#folders.pop();
    if (!folder) return;
    attempt(() => {
      try {
        if (!entry) return;
        if (this.#isOthers(entry)) fchownSync(folder.handle, entry.uid, entry.gid);
        this.#writeAttributes(folder.handle, entry);
        fchmodSync(folder.handle, entry.mode);
        futimesSync(folder.handle, timeOf(entry.mtimeNs), timeOf(entry.mtimeNs));
      } finally {
        closeSync(folder.handle);
      }
    });
  }

  /** Begins a file under a temporary name. `replaces`: what has its name then may be replaced. */
  file(path: Buffer, entry: EntryMetadata, replaces: boolean): void {
    const full = this.#in(path);
    const name = Buffer.from(`.keystead-${randomBytes(8).toString('hex')}.part`);
    const part = Buffer.concat([this.#folder.at, name]);
    const handle = attempt(() => openSync(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
    const holes = isSparse(entry.attributes) ? { holes: new HoleWriter(handle) } : {};
    this.#file = { handle, part, full, entry, replaces, ...holes };
  }

  write(bytes: Uint8Array): void {
    const handle = this.#file?.handle;
    if (handle === undefined) return;
    attempt(() => {
      if (this.#file?.holes) this.#file.holes.write(bytes);
      else for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    });
    faultPoint('vault.restore-mid-file');
  }

  /** Gives the file its mode, owner, times and, last, its name. */
  endFile(): void {
    const file = this.#file;
    if (!file) return;
    const { handle, part, full, entry, replaces } = file;
    attempt(() => {
      file.holes?.end();
      if (this.#isOthers(entry)) fchownSync(handle, entry.uid, entry.gid);
      this.#writeAttributes(handle, entry);
      fchmodSync(handle, restoredMode(entry, this.#options.owner));
      futimesSync(handle, timeOf(entry.mtimeNs), timeOf(entry.mtimeNs));
      // In a folder that was made just now nobody else has anything; elsewhere a link does not replace, as a rename does.
      if (replaces || this.#folder.isNew) renameSync(part, full);
      else linkSync(part, full);
      closeSync(handle);
      this.#file = undefined;
      if (!replaces && !this.#folder.isNew) unlinkSync(part);
    });
    faultPoint('vault.restore-after-file');
  }

  /** Another name for a file that was restored before. */
  hardLink(path: Buffer, existing: Buffer, replaces: boolean): void {
    const full = this.#in(path);
    attempt(() => {
      if (replaces) rmSync(full, { force: true });
      this.#from(existing, (file) => linkSync(file, full));
    });
  }

  symbolicLink(path: Buffer, target: Buffer, entry: EntryMetadata, replaces: boolean): void {
    const full = this.#in(path);
    attempt(() => {
      if (replaces) rmSync(full, { force: true });
      symlinkSync(target, full);
      if (this.#isOthers(entry)) lchownSync(full, entry.uid, entry.gid);
      this.#writeAttributesAt(full, entry);
      lutimesSync(full, timeOf(entry.mtimeNs), timeOf(entry.mtimeNs));
    });
  }

  /** Before the mode is set: the entries of an ACL are part of it. */
  #writeAttributes(handle: number, entry: EntryMetadata): void {
    this.#eachAttribute(entry, (attribute) => writeAttributeOf(handle, attribute));
  }

  #writeAttributesAt(path: Buffer, entry: EntryMetadata): void {
    this.#eachAttribute(entry, (attribute) => writeAttribute(path, attribute));
  }

  #eachAttribute({ attributes }: EntryMetadata, write: (attribute: ExtendedAttribute) => void): void {
    let isWhole = true;
    for (const attribute of extendedAttributes(attributes)) {
      if (this.#lendsRights(attribute)) {
        isWhole = false;
        continue;
      }
      try {
        write(attribute);
      } catch (error) {
        if (!(error instanceof AttributeError)) throw error;
        isWhole = false;
      }
    }
    if (!isWhole) this.withoutAttributes++;
  }

  /** Capabilities are set-id bits by another name: {@link restoredMode}. */
  #lendsRights({ name }: ExtendedAttribute): boolean {
    return !this.#options.owner && name.equals(CAPABILITIES);
  }

  /** Removes a file that was begun and not ended. */
  abandonFile(): void {
    if (!this.#file) return;
    closeSync(this.#file.handle);
    rmSync(this.#file.part, { force: true });
    this.#file = undefined;
  }

  /** Removes what was begun and not ended, and lets go of all folders. */
  abandon(): void {
    this.abandonFile();
    for (const { handle } of this.#folders.splice(0)) closeSync(handle);
  }

  get #folder(): OpenFolder {
    const folder = this.#folders.at(-1);
    if (!folder) throw new TypeError('the destination was not prepared');
    return folder;
  }

  #enter(path: Buffer, handle: number, full: Buffer, isNew: boolean): void {
    const at = HAS_PROC ? Buffer.from(`/proc/self/fd/${handle}/`) : Buffer.concat([full, Buffer.from('/')]);
    this.#folders.push({ path, handle, at, isNew });
    if (isNew) return;
    for (const found of readdirSync(at, { encoding: 'buffer', withFileTypes: true })) {
      if (found.isFile() && isPart(found.name)) unlinkSync(Buffer.concat([at, found.name]));
    }
  }

  /** A path in the folder that is open, named from that folder. */
  #in(path: Buffer): Buffer {
    const { path: folder, at } = this.#folder;
    const slash = path.lastIndexOf(SLASH);
    if (!path.subarray(0, Math.max(0, slash)).equals(folder))
      throw new TypeError('steps of a restore are out of order');
    return Buffer.concat([at, path.subarray(slash + 1)]);
  }

  /** Goes down to something that was restored before, one folder at a time. */
  #from(path: Buffer, work: (full: Buffer) => void): void {
    const names = path.toString('latin1').split('/');
    const handles: number[] = [];
    let at = (this.#folders[0] as OpenFolder).at;
    try {
      for (const name of names.slice(0, -1)) {
        const full = Buffer.concat([at, Buffer.from(name, 'latin1')]);
        const handle = openSync(full, (HAS_PROC ? O_PATH : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW);
        handles.push(handle);
        at = HAS_PROC ? Buffer.from(`/proc/self/fd/${handle}/`) : Buffer.concat([full, Buffer.from('/')]);
      }
      work(Buffer.concat([at, Buffer.from(names.at(-1) as string, 'latin1')]));
    } finally {
      for (const handle of handles) closeSync(handle);
    }
  }

  /** Whether the owner must be set: what this process makes is its own already. */
  #isOthers(entry: EntryMetadata): boolean {
    return this.#options.owner && (entry.uid !== process.geteuid?.() || entry.gid !== process.getegid?.());
  }
}

/** proc(5), /proc/self/fd: a name below it goes on from the open folder, as openat(2) would. */
const HAS_PROC = existsSync('/proc/self/fd');

/** Opens a folder that is no link, also one that its own owner may not read. */
function openFolder(full: Buffer): number {
  try {
    return openSync(full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EACCES' || !HAS_PROC) throw cause;
    const named = openSync(full, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    try {
      chmodSync(`/proc/self/fd/${named}`, 0o700);
      return openSync(`/proc/self/fd/${named}/.`, O_RDONLY | O_DIRECTORY);
    } finally {
      closeSync(named);
    }
  }
}
