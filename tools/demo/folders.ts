import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { DemoError } from './narrator.ts';

/** A path below a folder, one character per byte: names need not be UTF-8. */
export type BytePath = string;

/** The full path of something below a folder, as the file system takes it. */
export function inside(folder: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`, 'utf8'), Buffer.from(path, 'latin1')]);
}

/**
 * Every path below a folder that a backup keeps, folders before what is in them: no pipes, sockets and devices, and
 * nothing that this user may not read. A backup reports those and goes on.
 */
export function* walk(folder: string, at: BytePath = ''): Generator<BytePath> {
  const names = readdirSync(inside(folder, at), { encoding: 'buffer' }).map((name) => name.toString('latin1'));
  for (const name of names.toSorted()) {
    const path = at === '' ? name : `${at}/${name}`;
    const full = inside(folder, path);
    const found = lstatSync(full);
    if (!found.isSymbolicLink() && !canBeKept(full, found)) continue;
    yield path;
    if (found.isDirectory()) yield* walk(folder, path);
  }
}

function canBeKept(full: Buffer, found: Stats): boolean {
  if (!found.isDirectory() && !found.isFile()) return false;
  try {
    accessSync(full, found.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Comparison {
  readonly files: number;
  readonly bytes: number;
}

const BLOCK = 1 << 20;

/** Compares two trees: the same paths, kinds, modes, link targets, and every byte. @throws {DemoError} the first difference */
export function compare(original: string, copy: string): Comparison {
  const paths = new Set(walk(original));
  const extra = [...walk(copy)].find((path) => !paths.has(path));
  if (extra !== undefined) throw new DemoError(`${extra} was restored and was never there`);
  let files = 0;
  let bytes = 0;
  for (const path of paths) {
    const [a, b] = [inside(original, path), inside(copy, path)];
    const [before, after] = [lstatSync(a), lstatSync(b, { throwIfNoEntry: false })];
    if (after === undefined) throw new DemoError(`${path} was not restored`);
    if (before.mode !== after.mode) throw new DemoError(`${path} came back with another mode or kind`);
    if (before.isSymbolicLink() && readlinkSync(a) !== readlinkSync(b))
      throw new DemoError(`the link ${path} leads elsewhere`);
    if (!before.isFile()) continue;
    if (before.size !== after.size || !sameBytes(a, b))
      throw new DemoError(`${path} came back with other bytes than it has now: was it changed meanwhile?`);
    files++;
    bytes += before.size;
  }
  return { files, bytes };
}

const left = Buffer.alloc(BLOCK);
const right = Buffer.alloc(BLOCK);

function sameBytes(a: Buffer, b: Buffer): boolean {
  const [one, other] = [openSync(a, 'r'), openSync(b, 'r')];
  try {
    for (;;) {
      const [read, second] = [readSync(one, left), readSync(other, right)];
      if (read !== second || left.compare(right, 0, second, 0, read) !== 0) return false;
      if (read === 0) return true;
    }
  } finally {
    closeSync(one);
    closeSync(other);
  }
}

/** SHA-256 of each file below a folder, by path. */
export async function digests(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of walk(folder)) {
    const full = inside(folder, path);
    if (!lstatSync(full).isFile()) continue;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(full)) hash.update(chunk as Buffer);
    found.set(path, hash.digest('hex'));
  }
  return found;
}
