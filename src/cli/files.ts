import { readFileSync, writeFileSync } from 'node:fs';
import { CliError } from './errors.ts';

/** The bytes of a file. @throws {CliError} `file-unreadable` */
export function readBytes(path: string): Buffer<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(
      'usage',
      'file-unreadable',
      `the file ${path} cannot be read: ${codeOf(error)}`,
      'Name another file.',
    );
  }
}

/** Writes a file that is its owner's alone, and never in place of another. @throws {CliError} `file-not-written` */
export function writeOwn(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new CliError(
      'usage',
      'file-not-written',
      `the file ${path} cannot be written: ${codeOf(error)}`,
      'Name a file that is not there yet, in a folder that you may write to.',
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
