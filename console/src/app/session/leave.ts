import type { QueryClient } from '@tanstack/react-query';
import type { AnyRouter } from '@tanstack/react-router';

/** What is known before somebody signs in: the sign-in page shows it. */
export const SIGN_IN_OPTIONS = 'sign-in-options';

/** Why somebody is led to the sign-in. */
export type LeaveReason = 'session-ended' | 'signed-out';

/**
 * Leads to the sign-in, and back to this page afterwards where the session ended by itself. What was read for whoever
 * was here is forgotten.
 */
export async function leave(router: AnyRouter, queries: QueryClient, reason: LeaveReason): Promise<void> {
  const { pathname, href } = router.state.location;
  if (pathname === '/sign-in') return;
  const search = { problem: reason, ...(reason === 'session-ended' && { next: href }) };
  await queries.cancelQueries();
  // Nobody is asked: a page with something unsaved is nobody's any more.
  await router.navigate({ to: '/sign-in', search, ignoreBlocker: true });
  queries.removeQueries({ predicate: ({ queryKey: [first] }) => first !== SIGN_IN_OPTIONS });
  queries.getMutationCache().clear();
}
