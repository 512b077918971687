import { isSignedBy, KeysteadError, readHead, readVerifierKey, verifyGrowth, type VerifiedStep } from '@keystead/sdk';
import { keep, readKept, type KeptCheckpoint } from './kept-checkpoint.ts';
import type { LogApi } from './log-api.ts';

/** What a look at a log came to, against what this browser keeps of it. */
export type LogWatch =
  /** The log was never seen by this browser: its key is trusted from now on. */
  | { readonly kind: 'first'; readonly kept: KeptCheckpoint; readonly signedAt: string }
  /** It is what it was, and more. */
  | { readonly kind: 'grown'; readonly kept: KeptCheckpoint; readonly from: number; readonly signedAt: string }
  /** There is no signed checkpoint yet. */
  | { readonly kind: 'new' }
  /** Another key signs it than when this browser first saw it. */
  | { readonly kind: 'key-changed'; readonly kept: KeptCheckpoint; readonly nowKey: string }
  /** It has fewer entries than it had. */
  | { readonly kind: 'shrunk'; readonly kept: KeptCheckpoint; readonly says: string }
  /** What it says of its growth is not proved. */
  | { readonly kind: 'rewritten'; readonly kept: KeptCheckpoint; readonly steps: readonly VerifiedStep[] };

/**
 * Looks whether a log has only grown since this browser saw it last, and keeps how far it has come. What is kept stays
 * as it is where that is not proved.
 *
 * @throws {KeysteadError} what kept the proof from being read
 */
export async function watchLog(log: string, api: LogApi): Promise<LogWatch> {
  const kept = readKept(log);
  return kept === undefined ? firstLook(log, api) : lookAgain(log, api, kept);
}

async function firstLook(log: string, api: LogApi): Promise<LogWatch> {
  const found = await unlessRefused('checkpoint-not-found', api.checkpoint());
  if (found instanceof KeysteadError || found.size === 0) return { kind: 'new' };
  const { checkpoint, verifierKey, size, signedAt } = found;
  const key = await readVerifierKey(verifierKey);
  const since = new Date().toISOString();
  const kept = { verifierKey, checkpoint, size, since };
  if (key === undefined || !(await isSignedBy(checkpoint, key)) || readHead(checkpoint)?.size !== size) {
    const says = 'The newest checkpoint is not signed by the key that came with it.';
    return { kind: 'rewritten', kept, steps: [{ name: 'signature', holds: false, says }] };
  }
  keep(log, kept);
  return { kind: 'first', kept, signedAt };
}

async function lookAgain(log: string, api: LogApi, kept: KeptCheckpoint): Promise<LogWatch> {
  const growth = await unlessRefused('audit-size-unknown', api.grow(kept.size));
  if (growth instanceof KeysteadError) return { kind: 'shrunk', kept, says: growth.message };
  if (growth.verifierKey !== kept.verifierKey) return { kind: 'key-changed', kept, nowKey: growth.verifierKey };
  const { isVerified, steps, head } = await verifyGrowth({ ...growth, verifierKey: kept.verifierKey }, kept.checkpoint);
  if (!isVerified || head === undefined) {
    const isSmaller = head !== undefined && head.size < kept.size;
    if (isSmaller) return { kind: 'shrunk', kept, says: `The newest checkpoint is of ${head.size} entries.` };
    return { kind: 'rewritten', kept, steps };
  }
  const newest = { ...kept, checkpoint: growth.checkpoint, size: head.size };
  keep(log, newest);
  return { kind: 'grown', kept: newest, from: kept.size, signedAt: new Date(head.timeMs).toISOString() };
}

async function unlessRefused<T>(code: string, answer: Promise<T>): Promise<T | KeysteadError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof KeysteadError && error.code === code) return error;
    throw error;
  }
}
