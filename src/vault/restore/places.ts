import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import type { EntryMetadata, FileEntry, LinkEntry } from '../format/tree.ts';

/** What becomes of what is there already, where it is not the same as in the snapshot. */
export type ConflictPolicy = 'refuse' | 'overwrite' | 'keep' | 'beside';

/** Why something of the snapshot is not written. */
export type SkipReason =
  | 'same'
  | 'kept'
  | 'differs'
  | 'in-the-way'
  | 'beside-taken'
  | 'name-too-long'
  | 'damaged'
  | 'folder-damaged';

/** Where a file or a link goes, or why it does not. */
export type Placement =
  | { readonly how: 'create' | 'overwrite' | 'beside'; readonly path: Buffer }
  | { readonly how: 'skip'; readonly path: Buffer; readonly why: SkipReason };

/** `new`: to be made; `there`: a folder already; `blocked`: something else, perhaps a link. */
export type FolderPlace = 'new' | 'there' | 'blocked';

const PART = /^\.keystead-[0-9a-f]{16}\.part$/;
/** Of a name, in bytes: NAME_MAX of Linux, which no file system of it goes beyond. */
export const MAX_NAME = 255;

/** Whether a restore gives such names to files that it has not finished. */
export function isPart(name: Buffer): boolean {
  return PART.test(name.toString('latin1'));
}

/** By how much a restored time may differ: what a double loses, or before 1970 what a date does. */
function slackNs(timeNs: bigint): bigint {
  return timeNs < 0n ? 1_000_000n : 1000n;
}

export interface PlacesOptions {
  readonly policy: ConflictPolicy;
  /** Whether owner and group are restored, and so compared. */
  readonly owner: boolean;
  /** Writes also what looks the same by size and time. */
  readonly rewriteSame?: boolean;
  /** What is written beside is called `<name>.<this>`. */
  readonly besideSuffix: string;
}

/** Set-user-id and set-group-id: who runs such a file has the rights of its owner and group. */
const SET_IDS = 0o6000;

/**
 * The mode that a file is restored with. Where owner and group are not restored it gets no set-id bits: it would lend
 * everybody the rights of whoever restores.
 */
export function restoredMode({ mode }: Pick<EntryMetadata, 'mode'>, owner: boolean): number {
  return owner ? mode : mode & ~SET_IDS;
}

/** Looks at a destination, and decides for each entry what is to be done. Changes nothing. */
export class Places {
  readonly #root: Buffer;
  readonly #options: PlacesOptions;

  constructor(root: string, options: PlacesOptions) {
    this.#root = Buffer.from(resolve(root));
    this.#options = options;
  }

  /** What is where a folder goes; the empty path is the destination itself. */
  folder(path: Buffer): FolderPlace {
    // The destination itself may be reached through a link: whoever named it meant that.
    const existing = path.length === 0 ? this.#look(Buffer.from('.')) : this.#look(path);
    if (!existing) return 'new';
    return existing.isDirectory() ? 'there' : 'blocked';
  }

  /** Where a file or a link goes. `isNew`: its folder was not there before, and so has nothing. */
  item(path: Buffer, entry: FileEntry | LinkEntry, isNew: boolean): Placement {
    const existing = isNew ? undefined : this.#look(path);
    // What has the name of a file that was not finished is cleared away when its folder is entered.
    if (!existing || (existing.isFile() && isPart(entry.name))) return { how: 'create', path };
    if (!this.#options.rewriteSame && this.#isSame(path, entry, existing)) return { how: 'skip', path, why: 'same' };
    return this.#settle(path, entry, existing);
  }

  /** How many names a folder has that the snapshot does not have there. */
  extras(path: Buffer, names: ReadonlySet<string>): number {
    const found = readdirSync(this.#full(path.length === 0 ? Buffer.from('.') : path), { encoding: 'buffer' });
    return found.filter((name) => !names.has(name.toString('latin1')) && !isPart(name)).length;
  }

  #settle(path: Buffer, entry: FileEntry | LinkEntry, existing: BigIntStats): Placement {
    const { policy } = this.#options;
    if (policy === 'keep') return { how: 'skip', path, why: 'kept' };
    if (policy === 'refuse') return { how: 'skip', path, why: 'differs' };
    if (policy === 'beside') return this.#beside(path, entry);
    return existing.isDirectory() ? { how: 'skip', path, why: 'in-the-way' } : { how: 'overwrite', path };
  }

  #beside(path: Buffer, entry: FileEntry | LinkEntry): Placement {
    const beside = Buffer.concat([path, Buffer.from(`.${this.#options.besideSuffix}`)]);
    if (entry.name.length + 1 + this.#options.besideSuffix.length > MAX_NAME)
      return { how: 'skip', path, why: 'name-too-long' };
    const existing = this.#look(beside);
    if (!existing) return { how: 'beside', path: beside };
    return { how: 'skip', path, why: this.#isSame(beside, entry, existing) ? 'same' : 'beside-taken' };
  }

  #isSame(path: Buffer, entry: FileEntry | LinkEntry, existing: BigIntStats): boolean {
    if (entry.type === 'link')
      return existing.isSymbolicLink() && readlinkSync(this.#full(path), { encoding: 'buffer' }).equals(entry.target);
    const late = existing.mtimeNs - entry.mtimeNs;
    return (
      existing.isFile() &&
      existing.size === BigInt(entry.size) &&
      (late < 0n ? -late : late) <= slackNs(entry.mtimeNs) &&
      (Number(existing.mode) & 0o7777) === restoredMode(entry, this.#options.owner) &&
      (!this.#options.owner || hasOwner(existing, entry))
    );
  }

  #look(path: Buffer): BigIntStats | undefined {
    return lstatSync(this.#full(path), { bigint: true, throwIfNoEntry: false });
  }

  #full(path: Buffer): Buffer {
    return Buffer.concat([this.#root, Buffer.from('/'), path]);
  }
}

function hasOwner(existing: BigIntStats, entry: EntryMetadata): boolean {
  return existing.uid === BigInt(entry.uid) && existing.gid === BigInt(entry.gid);
}
