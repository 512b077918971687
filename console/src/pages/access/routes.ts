import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/root-route.ts';
import { shellRoute } from '../../app/shell-route.ts';
import { signInSearch } from './search.ts';

/** What those see who are not signed in. */
export const signInRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: 'sign-in',
    validateSearch: signInSearch,
    component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: 'welcome',
    component: lazyRouteComponent(() => import('./welcome/welcome-page.tsx'), 'WelcomePage'),
  }),
] as const;

export const accessRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'account',
    component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'access',
    component: lazyRouteComponent(() => import('./access-page.tsx'), 'AccessPage'),
  }),
] as const;
