import { KeysteadError } from '@keystead/sdk';
import { useSyncExternalStore } from 'react';

let lostSinceMs: number | undefined;
const listeners = new Set<() => void>();
const doubts = new Set<() => void>();

/** Notes that the server answers, or since when it does not. */
export function noteConnection(sinceMs: number | undefined): void {
  if (lostSinceMs === sinceMs || (lostSinceMs !== undefined && sinceMs !== undefined)) return;
  lostSinceMs = sinceMs;
  for (const listener of listeners) listener();
}

/** Says that the server was not reached, so that it is asked whether it is there. */
export function doubtConnection(): void {
  for (const ask of doubts) ask();
}

/** Hears of every doubt; the answer ends that. */
export function onDoubt(ask: () => void): () => void {
  doubts.add(ask);
  return () => doubts.delete(ask);
}

/** Since when the server does not answer, in milliseconds since 1970: what is shown is as it was then. */
export function useLostConnection(): number | undefined {
  return useSyncExternalStore(subscribe, () => lostSinceMs);
}

/** Whether the server was not reached: it is away, or what is in front of it says that it is. */
export function isUnreached(error: unknown): boolean {
  if (!(error instanceof KeysteadError)) return false;
  return error.code === 'unreachable' || (error.code === 'not-keystead' && AWAY.includes(error.status));
}

/** What proxies say of a server that is away. */
const AWAY: readonly number[] = [502, 503, 504];

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
