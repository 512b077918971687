import { createRoute, redirect } from '@tanstack/react-router';
import { isSignedOut } from '../api/problem.ts';
import { whoAmIQuery } from '../api/who-am-i.ts';
import { rootRoute } from './root-route.ts';
import { Shell } from './shell.tsx';
import { nextPlace } from '../pages/access/sign-in/next-place.ts';
import { takeNextPlace } from '../pages/access/sign-in/provider-return.ts';
import { ErrorPage } from '../ui/error-page.tsx';

/** Everything behind the sign-in: whoever is not signed in is sent there, and back here afterwards. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  errorComponent: ErrorPage,
  beforeLoad: async ({ context: { api, queries }, location }) => {
    try {
      await queries.ensureQueryData(whoAmIQuery(api));
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      throw redirect({ to: '/sign-in', search: { next: location.href } });
    }
    const next = location.pathname === '/' ? takeNextPlace() : undefined;
    if (next !== undefined) throw redirect({ href: nextPlace(next) });
  },
});
