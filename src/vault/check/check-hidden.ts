import type { CheckFinding } from './check-level.ts';
import { VaultError } from '../errors.ts';
import { PROBES } from '../targets/object-name.ts';
import type { HiddenObject, Target } from '../targets/target.ts';

/** So many are named: whoever hides a whole vault has hidden the first of them too. */
const MAX_NAMED = 1000;

const WHAT: Record<HiddenObject['by'], readonly [code: string, text: string]> = {
  'delete-marker': [
    'object-hidden',
    'Somebody deleted it in the store, which still has it: remove the delete marker to bring it back',
  ],
  'newer-version': [
    'object-written-over',
    'Somebody wrote over it in the store, which still has what was there before: remove the newer version to bring that back',
  ],
};

/**
 * What a store that keeps versions still has of objects that somebody has deleted or written over: what is missing is
 * found by others, and this says that it is not lost. Nothing where the store does not say.
 */
export async function hiddenObjects(target: Target): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  if (!target.hidden) return findings;
  try {
    for await (const { name, by, sinceMs } of target.hidden('')) {
      if (name.startsWith(PROBES)) continue;
      const [code, text] = WHAT[by];
      findings.push({ code, where: name, text: `${text}. That was at ${new Date(sinceMs).toISOString()}` });
      if (findings.length >= MAX_NAMED) break;
    }
  } catch (error) {
    // Who may only read need not be allowed to list versions.
    if (!(error instanceof VaultError) || error.code !== 'target-denied') throw error;
  }
  return findings;
}
