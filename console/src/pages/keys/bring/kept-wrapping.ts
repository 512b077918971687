import type { Plan, Wrapping } from './plan.ts';

const KEPT = 'keystead-wrapping';

/** What somebody has said, and the wrapping key with its token that an HSM or OpenSSL is wrapping under. No material. */
export interface KeptWrapping {
  /** Whose tenant it is of: another one may sign in in this tab. */
  readonly accountId: string;
  readonly plan: Plan;
  readonly wrapping: Wrapping;
}

/**
 * Keeps what the wrapped file is worth nothing without, for this tab alone: carrying a wrapping key to an HSM and back may
 * outlast the session of whoever does it. Several keys may be on their way at once; of one the newest is kept.
 */
export function keepWrapping(kept: KeptWrapping): void {
  write([...read().filter((one) => !isSamePlace(one, kept)), kept]);
}

/** Gives up what is kept for the key, or the region, of another. */
export function forgetWrapping(kept: Pick<KeptWrapping, 'accountId' | 'plan'>): void {
  write(read().filter((one) => !isSamePlace(one, kept)));
}

/** What this tab has kept for a key of a region, or without a key for all that are to be made there, and is still good for use. */
export function keptWrappings(accountId: string, region: string, keyId: string | undefined): readonly KeptWrapping[] {
  return read().filter(
    ({ accountId: account, plan, wrapping }) =>
      account === accountId &&
      plan.region === region &&
      (keyId === undefined || plan.key?.keyId === keyId) &&
      Date.parse(expiryOf(wrapping)) > Date.now(),
  );
}

/** When what material is wrapped under ends, as the server said it. */
export function expiryOf(wrapping: Wrapping): string {
  return (wrapping.way === 'aws' ? wrapping.parameters : wrapping.token).expiresAt;
}

type Place = Pick<KeptWrapping, 'accountId' | 'plan'>;

/** An import token is of a region; every other wrapping key is of one key. */
function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.accountId === other.accountId &&
    one.plan.region === other.plan.region &&
    one.plan.key?.keyId === other.plan.key?.keyId
  );
}

function read(): readonly KeptWrapping[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(kept) ? (kept as readonly KeptWrapping[]) : [];
  } catch {
    return [];
  }
}

function write(kept: readonly KeptWrapping[]): void {
  if (kept.length === 0) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, JSON.stringify(kept));
}
