import { timeOf } from '../records/names.ts';
import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import {
  findInstanceImportToken,
  removeInstanceImportToken,
  TOKEN_END_SPACE,
  TOKEN_KEPT_MS,
} from '../keys/instance-import-token-record.ts';
import { ConflictError, type NamedRef, type RecordStore } from '../records/ports.ts';

/** How many tokens one sweep looks at. What is left waits for the next. */
const BATCH = 200;

/**
 * Forgets import tokens of instances that serve no more, so that the private halves of their keys are gone from the
 * disk. They open nothing from their end on, whether or not the sweep has come by. Answers how many went.
 *
 * @throws {AggregateError} when all others are gone: what kept some from it
 */
export async function sweepImportTokens(
  store: RecordStore,
  directory: Directory,
  nowMs: number,
  random: Random,
): Promise<number> {
  const names = await store.listNames(TOKEN_END_SPACE, { limit: BATCH });
  let removed = 0;
  const failures: unknown[] = [];
  for (const ref of names.filter((name) => timeOf(name) <= nowMs)) {
    try {
      if (await forget(store, directory, ref, nowMs, random)) removed++;
    } catch (error) {
      // Another node's sweep was faster, or somebody has just made a new one in its place.
      if (!(error instanceof ConflictError)) failures.push(error);
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} import tokens could not be forgotten`);
  return removed;
}

/** A name proves nothing: what the record says decides. */
async function forget(
  store: RecordStore,
  directory: Directory,
  { tenantId, id: region }: NamedRef,
  nowMs: number,
  random: Random,
): Promise<boolean> {
  const instance = await directory.instance(tenantId, region);
  const token = instance && (await findInstanceImportToken(store, instance));
  if (token === undefined || token.expiresAtMs + TOKEN_KEPT_MS > nowMs) return false;
  const entry = {
    tenantId,
    timeMs: nowMs,
    principal: 'keystead',
    action: 'kms:ForgetImportToken',
    requestId: 'sweep',
    outcome: 'done' as const,
    change: true,
    details: { region },
    salt: random(16),
  };
  await store.commit({ writes: [removeInstanceImportToken(token)], entries: [entry], shred: true });
  return true;
}
