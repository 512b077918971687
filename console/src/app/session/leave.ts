import type { QueryClient } from '@tanstack/react-query';
import type { AnyRouter } from '@tanstack/react-router';
import { holdPage } from '../../api/held-page.ts';
import { hasTyped } from './typed.ts';

/** What is known before somebody signs in: the sign-in page shows it. */
export const SIGN_IN_OPTIONS = 'sign-in-options';

/** Why somebody is led to the sign-in. */
export type LeaveReason = 'session-ended' | 'signed-out';

/** Leaves the page; where something was typed on it and the session ended by itself, it is held for whoever typed it. */
export async function leave(router: AnyRouter, queries: QueryClient, reason: LeaveReason): Promise<void> {
  if (reason === 'session-ended' && hasTyped()) return holdPage(true);
  await abandon(router, queries, reason);
}

/**
 * Leads to the sign-in, and back to this page afterwards where the session ended by itself. What was read for whoever
 * was here is forgotten, and what they typed.
 */
export async function abandon(router: AnyRouter, queries: QueryClient, reason: LeaveReason): Promise<void> {
  const { pathname, href } = router.state.location;
  if (pathname === '/sign-in') return;
  const search = { problem: reason, ...(reason === 'session-ended' && { next: href }) };
  await queries.cancelQueries();
  // Nobody is asked: a page with something unsaved is nobody's any more.
  await router.navigate({ to: '/sign-in', search, ignoreBlocker: true });
  holdPage(false);
  queries.removeQueries({ predicate: ({ queryKey: [first] }) => first !== SIGN_IN_OPTIONS });
  queries.getMutationCache().clear();
}
