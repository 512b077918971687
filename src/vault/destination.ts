import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { VaultError } from './errors.ts';
import { faultPoint } from './fault.ts';
import type { EntryMetadata } from './tree.ts';

const PART = /^\.keystead-[0-9a-f]{16}\.part$/;

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof VaultError) throw cause;
    throw new VaultError('destination-failed', 'The destination folder could not be written', cause);
  }
}

/** Seconds since 1970; a double keeps a quarter of a microsecond. */
function seconds(timeNs: bigint): number {
  return Number(timeNs) / 1e9;
}

export interface DestinationOptions {
  /** Whether files that are there already may be replaced; by default the folder must be new or empty. */
  readonly replaceExisting: boolean;
  /** Whether to set owner and group. */
  readonly owner: boolean;
}

/**
 * A folder that a snapshot is restored into. Paths are bytes relative to it, made of names that were checked. A file
 * gets its name when it is whole. No symbolic link is followed below the folder.
 */
export class Destination {
  readonly #root: Buffer;
  readonly #options: DestinationOptions;
  #file:
    | { readonly handle: number; readonly part: Buffer; readonly path: Buffer; readonly entry: EntryMetadata }
    | undefined;

  constructor(root: string, options: DestinationOptions) {
    this.#root = Buffer.from(resolve(root));
    this.#options = options;
  }

  /** Makes the folder, or sees that it may be used, and clears what an interrupted restore left in it. */
  prepare(): void {
    attempt(() => {
      mkdirSync(this.#root, { recursive: true, mode: 0o700 });
      this.#clearParts(this.#root);
      const isEmpty = readdirSync(this.#root).length === 0;
      if (!isEmpty && !this.#options.replaceExisting) {
        throw new VaultError('destination-not-empty', `The folder ${this.#root.toString()} is not empty`);
      }
    });
  }

  /** Makes a folder, writable for now. */
  folder(path: Buffer): void {
    const full = this.#path(path);
    attempt(() => {
      try {
        mkdirSync(full, { mode: 0o700 });
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
        if (!lstatSync(full).isDirectory()) {
          throw new VaultError(
            'unsafe-path',
            'A folder of the snapshot is something else, perhaps a link, in the destination',
          );
        }
        chmodSync(full, 0o700);
        this.#clearParts(full);
      }
    });
  }

  /** Gives a folder its mode, owner and times, when everything in it is there. */
  endFolder(path: Buffer, entry: EntryMetadata): void {
    const full = this.#path(path);
    attempt(() => {
      if (this.#isOthers(entry)) chownSync(full, entry.uid, entry.gid);
      chmodSync(full, entry.mode);
      utimesSync(full, seconds(entry.mtimeNs), seconds(entry.mtimeNs));
    });
  }

  /** Begins a file under a temporary name. */
  file(path: Buffer, entry: EntryMetadata): void {
    const full = this.#path(path);
    const folder = full.subarray(0, full.lastIndexOf(0x2f) + 1);
    const part = Buffer.concat([folder, Buffer.from(`.keystead-${randomBytes(8).toString('hex')}.part`)]);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    this.#file = { handle: attempt(() => openSync(part, flags, 0o600)), part, path: full, entry };
  }

  write(bytes: Uint8Array): void {
    const handle = this.#file?.handle;
    if (handle === undefined) return;
    attempt(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    });
    faultPoint('vault.restore-mid-file');
  }

  /** Gives the file its mode, owner, times and, last, its name. */
  endFile(): void {
    const file = this.#file;
    if (!file) return;
    const { handle, part, path, entry } = file;
    attempt(() => {
      if (this.#isOthers(entry)) fchownSync(handle, entry.uid, entry.gid);
      fchmodSync(handle, entry.mode);
      futimesSync(handle, seconds(entry.mtimeNs), seconds(entry.mtimeNs));
      closeSync(handle);
      this.#file = undefined;
      renameSync(part, path);
    });
  }

  /** Another name for a file that was restored before. */
  hardLink(path: Buffer, existing: Buffer): void {
    attempt(() => {
      this.#clear(path);
      linkSync(this.#path(existing), this.#path(path));
    });
  }

  symbolicLink(path: Buffer, target: Buffer, entry: EntryMetadata): void {
    const full = this.#path(path);
    attempt(() => {
      this.#clear(path);
      symlinkSync(target, full);
      if (this.#isOthers(entry)) lchownSync(full, entry.uid, entry.gid);
      lutimesSync(full, seconds(entry.mtimeNs), seconds(entry.mtimeNs));
    });
  }

  /** Removes a file that was begun and not ended. */
  abandon(): void {
    if (!this.#file) return;
    closeSync(this.#file.handle);
    rmSync(this.#file.part, { force: true });
    this.#file = undefined;
  }

  /** Whether the owner must be set: what this process makes is its own already. */
  #isOthers(entry: EntryMetadata): boolean {
    return this.#options.owner && (entry.uid !== process.geteuid?.() || entry.gid !== process.getegid?.());
  }

  #clear(path: Buffer): void {
    if (this.#options.replaceExisting) rmSync(this.#path(path), { force: true });
  }

  #clearParts(folder: Buffer): void {
    for (const name of readdirSync(folder, { encoding: 'buffer' })) {
      if (PART.test(name.toString('latin1'))) unlinkSync(Buffer.concat([folder, Buffer.from('/'), name]));
    }
  }

  #path(path: Buffer): Buffer {
    return Buffer.concat([this.#root, Buffer.from('/'), path]);
  }
}
