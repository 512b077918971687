import {
  accessSync,
  closeSync,
  constants,
  createWriteStream,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from './errors.ts';
import { systemError } from './system-errors.ts';

/** What a file is for: what its errors say. */
export interface FileUse {
  /** `file-unreadable`, or `file-not-written`. */
  readonly code?: string;
  /** Of one that is read, what should be in it: "Name a file with WHAT." Of one that is written, what else is to be known. */
  readonly what?: string;
}

/** The bytes of a file that somebody named. @throws {CliError} `file-unreadable` */
export function readBytes(path: string, use: FileUse = {}): Buffer<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, whyOf(error), use);
  }
}

/** A file of text, as it stands. @throws {CliError} `file-unreadable`, also where it is no UTF-8 */
export function readText(path: string, use: FileUse = {}): string {
  const bytes = readBytes(path, use);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(path, 'it is no text (UTF-8)', use);
  } finally {
    bytes.fill(0);
  }
}

/** The JSON document of a file. @throws {CliError} `file-unreadable` */
export function readJson(path: string, use: FileUse = {}): unknown {
  const text = readText(path, use);
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is no JSON', { what: 'JSON in it', ...use });
  }
}

/**
 * Writes a file that is its owner's alone: whole and durable or not at all, and never in place of another.
 *
 * @throws {CliError} `file-not-written`
 */
export function writeOwn(path: string, bytes: Uint8Array | string, use: FileUse = {}): void {
  const file = createOwn(path, use);
  try {
    writeFileSync(file, bytes, { flush: true });
  } catch (error) {
    rmSync(path, { force: true });
    throw unwritten(path, error, use);
  } finally {
    closeSync(file);
  }
}

/**
 * Refuses what {@link writeOwn} could not write, before anything is done whose result is to go there.
 *
 * @throws {CliError} `file-not-written`
 */
export function requireWritable(path: string, use: FileUse = {}): void {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK | constants.X_OK);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  } catch (error) {
    throw unwritten(path, error, use);
  }
  throw unwritten(path, { code: 'EEXIST' }, use);
}

/** As {@link writeOwn}, of a stream; what makes the stream fail is thrown as it is. @throws {CliError} `file-not-written` */
export async function pipeToOwn(body: Readable, path: string): Promise<void> {
  const file = createWriteStream(path, { fd: createOwn(path, {}), flush: true });
  try {
    await pipeline(body, file);
  } catch (error) {
    rmSync(path, { force: true });
    throw isOfFile(error) ? unwritten(path, error, {}) : error;
  }
}

/** Whatever fails in a pipeline is passed to all its parts: the system call tells whose it was. */
function isOfFile(error: unknown): boolean {
  return ['write', 'writev', 'fsync', 'close'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}

function createOwn(path: string, use: FileUse): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    throw unwritten(path, error, use);
  }
}

function unreadable(path: string, why: string, { code = 'file-unreadable', what }: FileUse): CliError {
  const action = what === undefined ? 'Check the path, or name another file.' : `Name a file with ${what}.`;
  return new CliError('usage', code, `the file ${path} cannot be read: ${why}`, action);
}

function unwritten(path: string, error: unknown, { code = 'file-not-written', what }: FileUse): CliError {
  const action = 'Name a file that is not there yet, in a folder that you may write to.';
  return new CliError(
    'usage',
    code,
    `the file ${path} cannot be written: ${whyOf(error)}`,
    what === undefined ? action : `${action} ${what}`,
  );
}

function whyOf(error: unknown): string {
  return systemError(error)?.why ?? (error as NodeJS.ErrnoException).code ?? 'unknown';
}
