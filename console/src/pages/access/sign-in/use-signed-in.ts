import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import { tellTabs } from '../../../app/session/session-channel.ts';
import { nextPlace } from './next-place.ts';

/** What follows a sign-in: nothing of whoever was here before is kept, other tabs hear of it, and the page goes on. */
export function useSignedIn(): (next: string | undefined) => void {
  const queries = useQueryClient();
  const router = useRouter();
  // The page stays until the next one is there: meanwhile nobody signs in twice.
  const isDone = useRef(false);
  return useCallback(
    (next) => {
      if (isDone.current) return;
      isDone.current = true;
      queries.clear();
      tellTabs({ kind: 'signed-in' });
      router.history.push(nextPlace(next));
    },
    [queries, router],
  );
}
