import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { isSignedOut } from '../../api/problem.ts';
import { leave } from './leave.ts';

/** Whatever is answered that nobody is signed in: the page is left, since it is nobody's any more. */
export function useSignedOut(): void {
  const queries = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    const look = (error: unknown): void => {
      if (isSignedOut(error)) void leave(router, queries, 'session-ended');
    };
    const ends = [
      queries.getQueryCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error') look(event.action.error);
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error') look(event.action.error);
      }),
    ];
    return () => ends.forEach((end) => end());
  }, [queries, router]);
}
