import { Time } from '../../ui/time.tsx';
import type { ListedKey } from './key-words.ts';
import { Nothing } from './nothing.tsx';

const WORDS = {
  rotation: 'rotates',
  'material-expiry': 'material expires',
  expiry: 'expires',
  deletion: 'is deleted',
} as const;

/** What happens to a key next, by itself. */
export function NextEvent({ event }: { readonly event: ListedKey['nextEvent'] }) {
  if (event === undefined) return <Nothing />;
  return (
    <>
      {WORDS[event.kind]} <Time at={event.at} />
    </>
  );
}
