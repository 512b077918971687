import { closeSync, constants, existsSync, lstatSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { VaultError } from '../errors.ts';
import type { SourcePath } from './source.ts';

/** open(2): a handle that only names a folder, and needs no right to read it. Not among Node's constants. */
const O_PATH = 0o10000000;
const AS_FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const HANDLES = '/proc/self/fd';
const HAS_HANDLES = existsSync(HANDLES);
/** Folders that are held open; deeper ones are found again from the root. */
const MAX_OPEN = 64;
const SLASH = Buffer.from('/');

interface Folder {
  readonly path: Buffer;
  handle: number | undefined;
  /** `/proc/self/fd/<handle>/` */
  prefix: Buffer;
}

/**
 * Leads to what lies below a root without ever following a link: each folder is opened from the one that holds it, as
 * openat(2) does, so that a folder that is exchanged for a link meanwhile leads nowhere. Paths may be of any length.
 */
export class FolderHandles {
  readonly #root: string;
  readonly #open: Folder[] = [];

  constructor(root: string) {
    this.#root = resolve(root);
  }

  /** A path by which the system finds an item below the root, as long as no other item is asked for. */
  of(path: SourcePath): Buffer {
    if (!HAS_HANDLES) return path.length === 0 ? Buffer.from(this.#root) : this.#plain(path);
    const slash = path.lastIndexOf(0x2f);
    const top = this.#open.at(-1);
    // The next item nearly always lies in the same folder as the one before.
    if (top?.handle !== undefined && path.length > 0 && liesIn(path, slash, top.path)) {
      return Buffer.concat([top.prefix, path.subarray(slash + 1)]);
    }
    if (path.length === 0) return Buffer.concat([this.#folder(path).prefix, Buffer.from('.')]);
    const folder = this.#folder(path.subarray(0, Math.max(0, slash)));
    return Buffer.concat([folder.prefix, path.subarray(slash + 1)]);
  }

  /** A folder itself, however it is asked for next. */
  ofFolder(path: SourcePath): Buffer {
    if (!HAS_HANDLES) return this.of(path);
    return Buffer.concat([this.#folder(path).prefix, Buffer.from('.')]);
  }

  close(): void {
    for (const { handle } of this.#open.splice(0)) if (handle !== undefined) closeSync(handle);
  }

  #folder(path: Buffer): Folder {
    let top = this.#open.at(-1);
    while (top && !isAtOrBelow(path, top.path)) {
      if (top.handle !== undefined) closeSync(top.handle);
      this.#open.pop();
      top = this.#open.at(-1);
    }
    if (!top) {
      top = folder(Buffer.alloc(0), openRoot(this.#root));
      this.#open.push(top);
    }
    if (top.handle === undefined) this.#reopen(top);
    while (top.path.length < path.length) {
      const start: number = top.path.length === 0 ? 0 : top.path.length + 1;
      const next: number = path.indexOf(0x2f, start);
      const end = next === -1 ? path.length : next;
      const handle = openSync(Buffer.concat([top.prefix, path.subarray(start, end)]), AS_FOLDER);
      top = folder(Buffer.from(path.subarray(0, end)), handle);
      this.#open.push(top);
      this.#bound();
    }
    return top;
  }

  /** Holds the root and the deepest folders open. */
  #bound(): void {
    const far = this.#open[this.#open.length - MAX_OPEN];
    if (!far || far.path.length === 0 || far.handle === undefined) return;
    closeSync(far.handle);
    far.handle = undefined;
  }

  #reopen(closed: Folder): void {
    let handle = openRoot(this.#root);
    for (const name of split(closed.path)) {
      const from = handle;
      try {
        handle = openSync(Buffer.concat([prefixOf(from), name]), AS_FOLDER);
      } finally {
        closeSync(from);
      }
    }
    closed.handle = handle;
    closed.prefix = prefixOf(handle);
  }

  #plain(path: Buffer): Buffer {
    return Buffer.concat([Buffer.from(this.#root), SLASH, path]);
  }
}

function folder(path: Buffer, handle: number): Folder {
  return { path, handle, prefix: prefixOf(handle) };
}

function prefixOf(handle: number): Buffer {
  return Buffer.from(`${HANDLES}/${handle}/`);
}

/** @throws {VaultError} `source-failed` a part of the path is a link */
function openRoot(root: string): number {
  let handle = openSync('/', AS_FOLDER);
  for (const name of root.split('/').filter(Boolean)) {
    const from = handle;
    try {
      handle = openSync(Buffer.concat([prefixOf(from), Buffer.from(name)]), AS_FOLDER);
    } catch (error) {
      const found = lstatSync(Buffer.concat([prefixOf(from), Buffer.from(name)]), { throwIfNoEntry: false });
      if (found?.isSymbolicLink() !== true) throw error;
      throw new VaultError('source-failed', `The folder ${root} leads through the link ${name}: name where it leads`);
    } finally {
      closeSync(from);
    }
  }
  return handle;
}

function split(path: Buffer): Buffer[] {
  const names = path.toString('latin1').split('/');
  return names.filter(Boolean).map((name) => Buffer.from(name, 'latin1'));
}

function liesIn(path: Buffer, slash: number, folderPath: Buffer): boolean {
  if (slash <= 0) return folderPath.length === 0;
  return slash === folderPath.length && folderPath.compare(path, 0, slash) === 0;
}

function isAtOrBelow(path: Buffer, above: Buffer): boolean {
  if (above.length === 0) return true;
  if (path.length < above.length || above.compare(path, 0, above.length) !== 0) return false;
  return path.length === above.length || path[above.length] === 0x2f;
}
