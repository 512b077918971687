import { useSyncExternalStore } from 'react';

let held = false;
const listeners = new Set<() => void>();

/** Holds the page as it is, or lets it go on: what was typed is in it, and the session of whoever typed it has ended. */
export function holdPage(isHeld: boolean): void {
  if (held === isHeld) return;
  held = isHeld;
  for (const listener of listeners) listener();
}

/** Whether the page is held: then nothing in it is shown, closed or asked for by itself. */
export function isPageHeld(): boolean {
  return held;
}

/** The same, for what is drawn. */
export function useIsPageHeld(): boolean {
  return useSyncExternalStore(subscribe, isPageHeld);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
