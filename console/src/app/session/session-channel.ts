import type { ConsoleSession } from '@keystead/sdk';

/** What the tabs of one browser tell each other: they share one session. */
export type SessionNews =
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'renewed'; readonly session: ConsoleSession };

const CHANNEL = 'keystead-session';

/** Tells the other tabs. */
export function tellTabs(news: SessionNews): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
  channel.close();
}

/** Hears what other tabs tell, until the answer is called. */
export function hearTabs(listener: (news: SessionNews) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', (event: MessageEvent<SessionNews>) => listener(event.data));
  return () => channel.close();
}
