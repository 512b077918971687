import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TileFile, TileTarget, TileTargets, Witness } from '../audit/log.ts';

/** The logs of an installation as folders in one folder, readable by their owner alone. */
export class TileFolders implements TileTargets {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  of(log: string): TileFolder {
    return new TileFolder(join(this.#root, log));
  }

  /** The logs that are there, sorted. */
  logs(): string[] {
    if (!existsSync(this.#root)) return [];
    const entries = readdirSync(this.#root, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted(byName);
  }
}

/** One log in a folder. */
export class TileFolder implements TileTarget {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  read(path: string): Buffer | undefined {
    return readIfThere(join(this.#root, path));
  }

  write(...files: readonly TileFile[]): void {
    for (const { path, bytes } of files) putInPlace(join(this.#root, path), bytes);
    // Once for each folder: a busy second fills dozens of tiles, of a few folders.
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) syncFolder(join(this.#root, folder));
  }

  remove(path: string): void {
    const file = join(this.#root, path);
    rmSync(file, { force: true });
    const folder = dirname(file);
    if (!folder.endsWith('.p')) return;
    try {
      rmdirSync(folder);
    } catch {
      // Another partial tile lies there.
    }
  }
}

/** Keeps the newest checkpoint of each log as a file in a folder outside of the data. */
export class WitnessFolder implements Witness {
  readonly name: string;

  constructor(path: string) {
    this.name = path;
  }

  read(log: string): string | undefined {
    return readIfThere(join(this.name, log))?.toString('utf8');
  }

  /** The logs of which it has a checkpoint. */
  logs(): string[] {
    if (!existsSync(this.name)) return [];
    return readdirSync(this.name).filter((name) => !name.startsWith('.'));
  }

  write(log: string, checkpoint: string): void {
    replaceFile(join(this.name, log), Buffer.from(checkpoint, 'utf8'));
  }
}

/** Writes a file beside, then puts it in place: whoever reads finds the old one or the new one, also after a crash. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  putInPlace(path, bytes);
  syncFolder(dirname(path));
}

/** The same, but that the new name may not outlast a crash before {@link syncFolder}. */
function putInPlace(path: string, bytes: Uint8Array): void {
  const folder = dirname(path);
  makeFolder(folder);
  const temporary = join(folder, `.${basename(path)}.new`);
  const file = openSync(temporary, 'w', 0o600);
  try {
    for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  syncFolder(dirname(path));
}

/** Makes a new name durable. */
export function syncFolder(path: string): void {
  syncFile(path);
}

/** Makes what a file holds durable. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
