import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '../api.ts';
import { useMay } from '../may.ts';
import { isRefused } from '../problem.ts';
import { follow } from './follow.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

/** What a query says of itself that is read anew when something of the tenant changed: cheap ones, of records alone. */
export const FOLLOWS_CHANGES = { followsChanges: true } as const;

/** What changes all the time is read anew so often and no more. */
const AT_MOST_EVERY_MS = 3_000;

export type TellEvent = (queries: QueryClient, event: ServerSentEvent) => void;

/**
 * While a page is looked at: what the server says changed is read anew at once. A page in the background listens to
 * nothing (a browser has few connections for one server), and reads anew when it is looked at again.
 *
 * @param tell what becomes of the other events; always the same function
 */
export function useLiveEvents(tell?: TellEvent): void {
  const api = useApi();
  const queries = useQueryClient();
  const mayWatch = useMay('keystead:WatchEvents');
  useEffect(() => {
    if (mayWatch !== true) return undefined;
    const readAnew = atMostEvery(AT_MOST_EVERY_MS, () => {
      void queries.invalidateQueries({
        // Each refusal is an entry of the audit log, and changes something in turn.
        predicate: ({ meta, state }) => meta?.['followsChanges'] === true && !isRefused(state.error),
      });
    });
    let stop: AbortController | undefined;
    const look = (): void => {
      if (document.visibilityState === 'hidden') {
        stop?.abort();
        stop = undefined;
      } else if (stop === undefined) {
        stop = new AbortController();
        void follow(api, stop.signal, (event) => {
          if (event.name === 'changed') readAnew.call();
          tell?.(queries, event);
        });
      }
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      stop?.abort();
      readAnew.stop();
    };
  }, [api, queries, mayWatch, tell]);
}

/** The first call is carried out at once; those that follow too soon together, once it is time. */
function atMostEvery(ms: number, act: () => void): { readonly call: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWaiting = false;
  const call = (): void => {
    if (timer !== undefined) {
      isWaiting = true;
      return;
    }
    act();
    timer = setTimeout(() => {
      timer = undefined;
      if (!isWaiting) return;
      isWaiting = false;
      call();
    }, ms);
  };
  return { call, stop: () => clearTimeout(timer) };
}
