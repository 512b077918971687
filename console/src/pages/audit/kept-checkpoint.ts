/** What this browser keeps of a log: whose signature it trusts, and how far the log had come. */
export interface KeptCheckpoint {
  /** The public key, as it was when this browser first saw the log. */
  readonly verifierKey: string;
  /** The newest signed note that was verified. */
  readonly checkpoint: string;
  readonly size: number;
  /** When this browser first saw the log; RFC 3339. */
  readonly since: string;
}

const PREFIX = 'keystead.audit-checkpoint.';

/** What is kept of a log; `undefined` where nothing is, or what is there is none of it. */
export function readKept(log: string): KeptCheckpoint | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + log) ?? 'null') as Partial<KeptCheckpoint> | null;
    const isWhole =
      typeof kept?.verifierKey === 'string' &&
      typeof kept.checkpoint === 'string' &&
      typeof kept.since === 'string' &&
      Number.isSafeInteger(kept.size);
    return isWhole ? (kept as KeptCheckpoint) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps it, unless another tab has seen more of the same log meanwhile. A browser that keeps nothing (private windows may
 * refuse) begins anew with each visit.
 */
export function keep(log: string, kept: KeptCheckpoint): void {
  const there = readKept(log);
  if (there !== undefined && there.verifierKey === kept.verifierKey && there.size > kept.size) return;
  try {
    localStorage.setItem(PREFIX + log, JSON.stringify(kept));
  } catch {
    // Said on the page by "first seen just now".
  }
}

export function forgetKept(log: string): void {
  try {
    localStorage.removeItem(PREFIX + log);
  } catch {
    // Nothing was kept.
  }
}
