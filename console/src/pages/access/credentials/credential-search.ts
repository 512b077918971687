const TYPES = ['api-key', 'access-key', 'session'] as const;
const STATES = ['active', 'suspended', 'inactive'] as const;
const VIEWS = ['unused', 'expiring'] as const;
const DAY_MS = 86_400_000;

/** After so many days without a request a credential is worth a question. */
export const UNUSED_DAYS = 90;
/** So many days before its end a credential is worth a reminder. */
export const EXPIRING_DAYS = 30;

/** The filters of the list, as they stand in the address. */
export interface CredentialSearch {
  /** the name of a user */
  readonly of?: string;
  readonly type?: (typeof TYPES)[number];
  readonly state?: (typeof STATES)[number];
  readonly view?: (typeof VIEWS)[number];
}

export function credentialSearch({ of, type, state, view }: Record<string, unknown>): CredentialSearch {
  const oneOf = <Word extends string>(words: readonly Word[], given: unknown): Word | undefined =>
    words.find((word) => word === given);
  const found = { type: oneOf(TYPES, type), state: oneOf(STATES, state), view: oneOf(VIEWS, view) };
  return {
    ...(typeof of === 'string' && of !== '' && { of }),
    ...(found.type && { type: found.type }),
    ...(found.state && { state: found.state }),
    ...(found.view && { view: found.view }),
  };
}

/** What a view asks of the server. Days begin at midnight, UTC, so that the question stays the same for a while. */
export function viewTimes(
  view: CredentialSearch['view'],
  nowMs: number,
): { readonly unusedSince?: string; readonly expiringBefore?: string } {
  const today = nowMs - (nowMs % DAY_MS);
  const at = (days: number): string => new Date(today + days * DAY_MS).toISOString();
  if (view === 'unused') return { unusedSince: at(-UNUSED_DAYS) };
  if (view === 'expiring') return { expiringBefore: at(EXPIRING_DAYS + 1) };
  return {};
}
