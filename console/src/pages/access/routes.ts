import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/root-route.ts';
import { shellRoute } from '../../app/shell-route.ts';
import { accessRoute } from './access-route.ts';
import { moreAccessRoutes } from './more-routes.ts';
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
  accessRoute.addChildren([
    createRoute({
      getParentRoute: () => accessRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./access-page.tsx'), 'AccessPage'),
    }),
    ...moreAccessRoutes,
  ]),
] as const;
