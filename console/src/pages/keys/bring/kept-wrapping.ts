import type { Plan, Wrapping } from './plan.ts';

const KEPT = 'keystead-wrapping';

/** What somebody has said, and the wrapping key with its token that an HSM or OpenSSL is wrapping under. No material. */
export interface KeptWrapping {
  readonly plan: Plan;
  readonly wrapping: Wrapping;
}

/**
 * Keeps what the wrapped file is worth nothing without, for this tab alone: carrying a wrapping key to an HSM and back may
 * outlast the session of whoever does it. `undefined` gives it up.
 */
export function keepWrapping(kept: KeptWrapping | undefined): void {
  if (kept === undefined) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

/** What this tab has kept for a key of a region, or without a key for one that is to be made, and is still good for use. */
export function keptWrapping(region: string, keyId: string | undefined): KeptWrapping | undefined {
  const text = sessionStorage.getItem(KEPT);
  if (text === null) return undefined;
  try {
    const kept = JSON.parse(text) as KeptWrapping;
    const isMeant = kept.plan.region === region && (keyId === undefined || kept.plan.key?.keyId === keyId);
    return isMeant && Date.parse(expiryOf(kept.wrapping)) > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** When what material is wrapped under ends, as the server said it. */
export function expiryOf(wrapping: Wrapping): string {
  return (wrapping.way === 'aws' ? wrapping.parameters : wrapping.token).expiresAt;
}
