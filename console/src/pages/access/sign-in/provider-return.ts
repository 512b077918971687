const KEPT = 'keystead-next';
const HOLDS_MS = 10 * 60_000;

/** Keeps where somebody was going while a provider signs them in: the browser leaves this page for that. */
export function keepNextPlace(next: string | undefined): void {
  if (next === undefined) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, JSON.stringify({ next, atMs: Date.now() }));
}

/** Where somebody was going before a provider signed them in, once. */
export function takeNextPlace(): string | undefined {
  const kept = sessionStorage.getItem(KEPT);
  if (kept === null) return undefined;
  sessionStorage.removeItem(KEPT);
  try {
    const { next, atMs } = JSON.parse(kept) as { readonly next?: unknown; readonly atMs?: unknown };
    return typeof next === 'string' && Date.now() - Number(atMs) < HOLDS_MS ? next : undefined;
  } catch {
    return undefined;
  }
}
