import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { VaultError, type VaultErrorCode } from '../errors.ts';
import { checkObjectName } from './object-name.ts';
import type { StoredObject, Target, TargetDescription } from './target.ts';

/** Where objects are written before they get their name. No object name begins with a dot. */
const INCOMING = '.incoming';
const ABANDONED_AFTER_MS = 24 * 3_600_000;

const CODES: { readonly [code: string]: VaultErrorCode } = {
  EEXIST: 'object-exists',
  ENOENT: 'object-missing',
  ENOSPC: 'target-full',
  EDQUOT: 'target-full',
  EFBIG: 'target-full',
  EROFS: 'target-read-only',
  EACCES: 'target-read-only',
  EPERM: 'target-read-only',
};

const WHAT: Partial<Record<VaultErrorCode, string>> = {
  'object-exists': 'exists already in the target folder',
  'object-missing': 'is not in the target folder',
  'target-full': 'could not be written: the target folder is full',
  'target-read-only': 'could not be written: the target folder does not allow it',
};

function failure(name: string, cause: unknown): VaultError {
  if (cause instanceof VaultError) return cause;
  const code = CODES[(cause as NodeJS.ErrnoException).code ?? ''] ?? 'target-failed';
  return new VaultError(
    code,
    `The object ${name} ${WHAT[code] ?? 'could not be read or written in the target folder'}`,
    cause,
  );
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A folder of a local or mounted file system that has hard links (the step that gives a new object its name). */
export class FolderTarget implements Target {
  readonly capabilities = { delete: true, lock: false };
  readonly #root: string;
  readonly #folders = new Set<string>();

  constructor(root: string) {
    this.#root = resolve(root);
  }

  describe(): TargetDescription {
    return { kind: 'folder', location: this.#root };
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const temporary = join(this.#root, INCOMING, randomBytes(12).toString('hex'));
    try {
      await this.#incoming();
      await this.#folder(dirname(path));
      try {
        const file = await open(temporary, 'wx', 0o600);
        try {
          await writeAll(file, bytes);
          await file.datasync();
        } finally {
          await file.close();
        }
        // Unlike a rename, a link does not replace what is there.
        await link(temporary, path);
      } finally {
        await unlink(temporary).catch(() => undefined);
      }
      await syncFolder(dirname(path));
    } catch (cause) {
      throw failure(name, cause);
    }
  }

  async get(name: string, atMost: number): Promise<Buffer> {
    return await this.#reading(name, async (file) => {
      const { size } = await file.stat();
      if (size > atMost) throw new VaultError('malformed', `The object ${name} is longer than such an object can be`);
      return await readAt(file, 0, size);
    });
  }

  async getRange(name: string, offset: number, length: number): Promise<Buffer> {
    return await this.#reading(name, async (file) => await readAt(file, offset, length));
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const folder = prefix === '' ? this.#root : this.#path(prefix.replace(/\/$/, ''));
    let entries;
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw failure(prefix, cause);
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory()) yield* this.list(`${name}/`);
      else if (entry.isFile()) {
        const found = await stat(join(folder, entry.name)).catch((cause: unknown) => {
          // Somebody else has taken it away since the folder was read.
          if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
          throw failure(name, cause);
        });
        if (found) yield { name, length: found.size, storedMs: Math.floor(found.ctimeMs) };
      }
    }
  }

  async delete(name: string): Promise<void> {
    try {
      await unlink(this.#path(name));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw failure(name, cause);
    }
  }

  async close(): Promise<void> {}

  #path(name: string): string {
    return join(this.#root, checkObjectName(name));
  }

  async #reading<T>(name: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
    try {
      const file = await open(this.#path(name), 'r');
      try {
        return await read(file);
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw failure(name, cause);
    }
  }

  /** Makes a folder and writes down that it is there, once. */
  async #folder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    const first = await makeFolders(path);
    if (first) for (let at = path; at.length >= dirname(first).length; at = dirname(at)) await syncFolder(at);
    this.#folders.add(path);
  }

  /** Prepares the folder for unfinished objects, and clears what dead processes have left there. */
  async #incoming(): Promise<void> {
    const path = join(this.#root, INCOMING);
    if (this.#folders.has(path)) return;
    await this.#folder(path);
    for (const name of await readdir(path)) {
      const left = join(path, name);
      const { mtimeMs } = await stat(left).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs < Date.now() - ABANDONED_AFTER_MS) await unlink(left).catch(() => undefined);
    }
  }
}

/**
 * Makes a folder and those above it, and answers the topmost one that it made. Node's own recursive `mkdir` says of a
 * read-only file system that there is no such folder, as if something had been lost.
 */
async function makeFolders(path: string): Promise<string | undefined> {
  const made = await makeFolder(path);
  if (made !== 'no parent') return made === 'made' ? path : undefined;
  const first = await makeFolders(dirname(path));
  await makeFolder(path);
  return first ?? path;
}

async function makeFolder(path: string): Promise<'made' | 'there' | 'no parent'> {
  try {
    await mkdir(path, { mode: 0o700 });
    return 'made';
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'there';
    if (code === 'ENOENT' && dirname(path) !== path) return 'no parent';
    throw cause;
  }
}

/** Bytes written at once. One write of a whole pack costs ext4 on Linux 6 fifteen times as much CPU as its pieces do. */
const WRITE_LENGTH = 1 << 20;

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await file.write(bytes, at, Math.min(WRITE_LENGTH, bytes.length - at))).bytesWritten;
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
