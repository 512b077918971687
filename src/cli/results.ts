import { once } from 'node:events';
import { CliError } from './errors.ts';
import { systemError } from './system-errors.ts';

/** What first kept results from arriving, by the stream that they went to. */
const LOST = new WeakMap<NodeJS.WritableStream, Error>();

/** Notes what keeps results from arriving: {@link handOn} and {@link arrived} tell of it. */
export function watchResults(stdout: NodeJS.WritableStream): void {
  stdout.on('error', (error: Error) => {
    if (!LOST.has(stdout)) LOST.set(stdout, error);
  });
}

/**
 * Hands a part of a long result on, no faster than whoever reads it takes it.
 *
 * @throws {Error} of the operating system: nobody reads any more ({@link isOverForNobody}), or the disk is full
 */
export async function handOn(stdout: NodeJS.WritableStream, part: string | Uint8Array): Promise<void> {
  const lost = LOST.get(stdout);
  if (lost !== undefined) throw lost;
  if (!stdout.write(part)) await once(stdout, 'drain');
}

/**
 * Waits until everything that was written has arrived, or nobody reads it any more: `keystead key list | head -1`.
 *
 * @throws {CliError} `results-not-written`
 */
export async function arrived(stdout: NodeJS.WritableStream): Promise<void> {
  const error = await new Promise<Error | null | undefined>((resolve) => stdout.write('', resolve));
  const lost = LOST.get(stdout) ?? error;
  if (lost && !isUnread(lost)) throw notWritten(lost);
}

/**
 * Whether a command ended because nobody reads its results any more, which is no failure of ours. The same error of any
 * other connection, such as that to a store, is one.
 */
export function isOverForNobody(stdout: NodeJS.WritableStream, error: unknown): boolean {
  return error === LOST.get(stdout) && isUnread(error);
}

function isUnread(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' && syscall === 'write';
}

function notWritten(error: Error): CliError {
  const { why, action } = systemError(error) ?? { why: error.message, action: 'Send them to another place.' };
  const message = `the results cannot be written to standard output: ${why}`;
  return new CliError('failed', 'results-not-written', message, action);
}
