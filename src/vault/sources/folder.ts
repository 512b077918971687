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
  type Dirent,
} from 'node:fs';
import { resolve } from 'node:path';
import { extendedAttribute, SPARSE_FILE, type Attribute } from '../attributes.ts';
import { VaultError } from '../errors.ts';
import { AttributeError, readAttributes } from '../linux-attributes.ts';
import { refuseCommand, refuseFailure, runCommand, type CommandReport } from './commands.ts';
import { FolderHandles } from './folder-handles.ts';
import { PathFilter } from './path-filter.ts';
import type { FolderSpec } from './source-spec.ts';
import {
  SourceError,
  type Source,
  type SourceEntry,
  type SourceFile,
  type SourcePath,
  type SourceReport,
} from './source.ts';

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
const REFUSED = new Set(['EACCES', 'EPERM', 'EIO', 'EBUSY', 'ETXTBSY', 'ENAMETOOLONG', 'ESTALE']);

/** stat(2): the unit of st_blocks; and what a file system may round a file's end to. */
const BLOCK = 512n;
const PAGE = 4096n;
/** Bytes of attributes that one item may have. */
const MAX_ATTRIBUTES = 512 << 10;

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof SourceError || cause instanceof VaultError) throw cause;
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
  if (stats.isFile()) {
    const isSparse = stats.blocks * BLOCK + PAGE <= stats.size;
    return { ...base, type: 'file', size: Number(stats.size), ...(isSparse && { attributes: [SPARSE_FILE] }) };
  }
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

/** https://bford.info/cachedir/: how a file of that name begins in a folder that is a cache. */
const CACHE_TAG = Buffer.from('CACHEDIR.TAG');
const CACHE_SIGNATURE = Buffer.from('Signature: 8a477f597d28d172789f06886806bc55');

export type FolderOptions = Partial<Omit<FolderSpec, 'kind' | 'path' | 'name'>>;

/**
 * A folder of the local file system. No link is followed, at whatever moment it comes to be one. Reads synchronously: a
 * run has a process of its own, and a round trip to another thread for each small file costs more than reading it.
 */
export class FolderSource implements Source {
  readonly name: string;
  readonly #handles: FolderHandles;
  readonly #filter: PathFilter;
  readonly #options: FolderOptions;
  readonly #commands: CommandReport[] = [];
  #device: bigint | undefined;
  #withoutAttributes = 0;

  /**
   * `name` stays the same when the folder moves; by default it is the absolute path.
   *
   * @throws {VaultError} `pattern-malformed`, `command-not-allowed`
   */
  constructor(root: string, name: string = resolve(root), options: FolderOptions = {}) {
    for (const command of [options.before, options.after]) if (command) refuseCommand(command);
    this.name = name;
    this.#handles = new FolderHandles(root);
    this.#filter = new PathFilter(options.include, options.exclude);
    this.#options = options;
  }

  async begin(signal: AbortSignal): Promise<void> {
    const { before, commandTimeoutMs: timeoutMs } = this.#options;
    if (!before) return;
    const limits = { signal, ...(timeoutMs !== undefined && { timeoutMs }) };
    const report = await runCommand('before', before, { source: this.name, ...limits });
    this.#commands.push(report);
    refuseFailure(report);
  }

  async end(outcome: 'read' | 'failed'): Promise<SourceReport> {
    this.#handles.close();
    const { after, commandTimeoutMs: timeoutMs } = this.#options;
    const warnings = outcome === 'read' ? this.#filter.warnings() : [];
    const count = this.#withoutAttributes;
    if (count > 0)
      warnings.push(`Extended attributes of ${count} items could not be kept: they are unreadable, or too long`);
    if (after) {
      // Not stopped with the run: it undoes what `before` did.
      const limits = timeoutMs === undefined ? {} : { timeoutMs };
      const report = await runCommand('after', after, { source: this.name, outcome, ...limits });
      this.#commands.push(report);
      if (!report.succeeded) warnings.push(`The command after the backup, ${report.program}, ${report.ending}`);
    }
    return { warnings, ...(this.#commands.length > 0 && { commands: this.#commands }) };
  }

  list(folder: SourcePath): Buffer[] {
    return attempt(() => {
      const place = this.#handles.ofFolder(folder);
      if (this.#options.oneFileSystem === true && this.#isElsewhere(place)) return [];
      const names = this.#filter.isOpen
        ? readdirSync(place, { encoding: 'buffer' })
        : this.#wanted(folder, readdirSync(place, { encoding: 'buffer', withFileTypes: true }));
      if (this.#options.skipCaches === true && this.#isCache(folder, names)) return [CACHE_TAG];
      return names.toSorted((a, b) => Buffer.compare(a, b));
    });
  }

  entry(path: SourcePath): SourceEntry {
    const name = path.subarray(path.lastIndexOf(0x2f) + 1);
    const entry = attempt(() => {
      const full = this.#handles.of(path);
      return toEntry(name, lstatSync(full, { bigint: true }), full);
    });
    if (entry.type !== 'folder' || this.#filter.isOpen) return entry;
    const isPassedThrough = !this.#filter.isWanted(path.toString('latin1'));
    return isPassedThrough ? { ...entry, passThrough: true } : entry;
  }

  attributes(path: SourcePath): Attribute[] {
    try {
      const found = readAttributes(this.#handles.of(path));
      const length = found.reduce((sum, { name, value }) => sum + name.length + value.length + 16, 0);
      if (length <= MAX_ATTRIBUTES) return found.map(({ name, value }) => extendedAttribute(name, value));
    } catch (error) {
      if (!(error instanceof AttributeError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    this.#withoutAttributes++;
    return [];
  }

  open(path: SourcePath): SourceFile {
    return attempt(() => new OpenFile(this.#handles.of(path)));
  }

  #wanted(folder: SourcePath, entries: readonly Dirent<Buffer>[]): Buffer[] {
    const at = folder.length === 0 ? '' : `${folder.toString('latin1')}/`;
    const isWanted = this.#filter.isWanted(folder.toString('latin1'));
    return entries
      .filter((entry) => {
        const path = at + entry.name.toString('latin1');
        return this.#filter.verdict(path, entry.isDirectory(), isWanted) !== 'leave-out';
      })
      .map(({ name }) => name);
  }

  #isElsewhere(place: Buffer): boolean {
    const { dev } = lstatSync(place, { bigint: true });
    this.#device ??= dev;
    return dev !== this.#device;
  }

  #isCache(folder: SourcePath, names: readonly Buffer[]): boolean {
    if (folder.length === 0 || !names.some((name) => name.equals(CACHE_TAG))) return false;
    try {
      const file = this.open(Buffer.concat([folder, Buffer.from('/'), CACHE_TAG]));
      try {
        const start = Buffer.alloc(CACHE_SIGNATURE.length);
        return file.read(start) === start.length && start.equals(CACHE_SIGNATURE);
      } finally {
        void file.close();
      }
    } catch {
      return false;
    }
  }
}
