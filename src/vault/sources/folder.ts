import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { resolve } from 'node:path';
import { VaultError } from '../errors.ts';
import { SourceError, type Source, type SourceEntry, type SourceFile, type SourcePath } from './source.ts';

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
const REFUSED = new Set(['EACCES', 'EPERM', 'EIO', 'EBUSY', 'ETXTBSY', 'ENAMETOOLONG', 'ESTALE']);

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (GONE.has(code)) throw new SourceError('vanished', cause);
    if (REFUSED.has(code)) throw new SourceError('unreadable', cause);
    throw new VaultError('source-failed', 'The source folder could not be read', cause);
  }
}

function toEntry(name: Buffer, stats: BigIntStats, path: Buffer): SourceEntry {
  const base = {
    name,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    device: BigInt.asUintN(64, stats.dev),
    inode: BigInt.asUintN(64, stats.ino),
    links: Number(stats.nlink),
  };
  if (stats.isFile()) return { ...base, type: 'file', size: Number(stats.size) };
  if (stats.isDirectory()) return { ...base, type: 'folder' };
  if (stats.isSymbolicLink()) return { ...base, type: 'link', target: readlinkSync(path, { encoding: 'buffer' }) };
  throw new SourceError('unsupported-type');
}

class OpenFile implements SourceFile {
  readonly #path: Buffer;
  readonly #handle: number;

  constructor(path: Buffer) {
    this.#path = path;
    // A file that became a pipe since it was listed must not hold the run up.
    this.#handle = attempt(() => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  }

  read(into: Uint8Array): number {
    return attempt(() => readSync(this.#handle, into));
  }

  entry(): SourceEntry {
    return attempt(() => toEntry(Buffer.alloc(0), fstatSync(this.#handle, { bigint: true }), this.#path));
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/**
 * A folder of the local file system. Reads synchronously: a run has a process of its own, and a round trip to another
 * thread for each small file costs more than reading it.
 */
export class FolderSource implements Source {
  readonly name: string;
  readonly #root: Buffer;

  /** `name` stays the same when the folder moves; by default it is the absolute path. */
  constructor(root: string, name: string = resolve(root)) {
    this.name = name;
    this.#root = Buffer.from(resolve(root));
  }

  list(folder: SourcePath): Buffer[] {
    const names = attempt(() => readdirSync(this.#path(folder), { encoding: 'buffer' }));
    return names.toSorted((a, b) => Buffer.compare(a, b));
  }

  entry(path: SourcePath): SourceEntry {
    const full = this.#path(path);
    const name = path.subarray(path.lastIndexOf(0x2f) + 1);
    return attempt(() => toEntry(name, lstatSync(full, { bigint: true }), full));
  }

  open(path: SourcePath): SourceFile {
    return new OpenFile(this.#path(path));
  }

  #path(path: SourcePath): Buffer {
    return path.length === 0 ? this.#root : Buffer.concat([this.#root, Buffer.from('/'), path]);
  }
}
