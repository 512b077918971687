import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi, type Api } from '../../api/api.ts';
import { isUnreached, noteConnection, onDoubt } from '../../api/live/connection.ts';
import { isSignedOut } from '../../api/problem.ts';
import { whoAmIQuery } from '../../api/who-am-i.ts';

const AGAIN_MS = 3_000;

/**
 * When the server is not reached, asks again and again until it is, and then has everything that is shown read anew. It
 * counts as lost once a second question came to nothing too.
 */
export function useConnectionWatch(): void {
  const api = useApi();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async (sinceMs: number): Promise<void> => {
      const isThere = await isReached(api, queries);
      if (isOver) return;
      noteConnection(isThere ? undefined : sinceMs);
      timer = isThere ? undefined : setTimeout(() => void ask(sinceMs), AGAIN_MS);
      if (isThere) void queries.invalidateQueries();
    };
    const doubt = (): void => {
      if (timer !== undefined) return;
      const sinceMs = Date.now();
      timer = setTimeout(() => void ask(sinceMs), 0);
    };
    const look = (error: unknown): void => {
      if (isUnreached(error)) doubt();
    };
    // An open stream does not notice for half a minute that there is no network any more.
    window.addEventListener('offline', doubt);
    const ends = [
      () => window.removeEventListener('offline', doubt),
      onDoubt(doubt),
      queries.getQueryCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'failed') look(event.action.error);
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error') look(event.action.error);
      }),
    ];
    return () => {
      isOver = true;
      clearTimeout(timer);
      noteConnection(undefined);
      ends.forEach((end) => end());
    };
  }, [api, queries]);
}

async function isReached(api: Api, queries: QueryClient): Promise<boolean> {
  try {
    // What it answers is news too: a session may have ended meanwhile.
    queries.setQueryData(whoAmIQuery(api).queryKey, await api.whoAmI());
    return true;
  } catch (error) {
    if (isSignedOut(error)) return true;
    return !isUnreached(error);
  }
}
