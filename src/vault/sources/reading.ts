import { refuseAborted } from '../errors.ts';
import type { Source, SourceReport } from './source.ts';

/**
 * Begins a source, does the work, and ends the source in any case. Where the work failed, its error is the one that
 * counts, and that the end failed too is not told.
 */
export async function reading<T>(
  source: Source,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly report: SourceReport }> {
  let value: T;
  try {
    await source.begin?.(signal);
    value = await work();
  } catch (error) {
    await Promise.resolve(source.end?.('failed')).catch(() => undefined);
    // What was stopped on request fails somewhere, with an error that says nothing of the request.
    refuseAborted(signal);
    throw error;
  }
  return { value, report: (await source.end?.('read')) ?? { warnings: [] } };
}
