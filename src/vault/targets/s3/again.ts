import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from './errors.ts';

/** The SDK repeats what fails until the answer's head is there. These fail behind it, or by a rule that it does not know. */
const PASSING = new Set([
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'TimeoutError',
  // Two writers of one name at the same moment: one of them is to ask again.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
  'ConditionalRequestConflict',
  'OperationAborted',
]);

/** Tries again what broke off on its way, each time after a longer pause. */
export async function again<T>(attempts: number, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= attempts || !PASSING.has(codeOf(error) ?? '')) throw error;
      await wait(Math.min(10_000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2));
    }
  }
}
