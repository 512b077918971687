import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../app/root-route.ts';
import { shellRoute } from '../../app/shell-route.ts';
import { accessRoute } from './access-route.ts';
import { moreAccessRoutes } from './more-routes.ts';
import { accountSearch, peopleSearch, signInSearch } from './search.ts';

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

/** Who may come in and what they may do, and one's own account. */
export const accessRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'first-steps',
    component: lazyRouteComponent(() => import('../first-steps/first-steps-page.tsx'), 'FirstStepsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'account',
    validateSearch: accountSearch,
    component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
  }),
  accessRoute.addChildren([
    createRoute({
      getParentRoute: () => accessRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./access-page.tsx'), 'AccessPage'),
    }),
    createRoute({
      getParentRoute: () => accessRoute,
      path: 'people',
      validateSearch: peopleSearch,
      component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
    }),
    createRoute({
      getParentRoute: () => accessRoute,
      path: 'people/$principalId',
      component: lazyRouteComponent(() => import('./people/person-page.tsx'), 'PersonPage'),
    }),
    createRoute({
      getParentRoute: () => accessRoute,
      path: 'invitations',
      component: lazyRouteComponent(() => import('./people/invitations-page.tsx'), 'InvitationsPage'),
    }),
    createRoute({
      getParentRoute: () => accessRoute,
      path: 'roles',
      component: lazyRouteComponent(() => import('./roles/roles-page.tsx'), 'RolesPage'),
    }),
    createRoute({
      getParentRoute: () => accessRoute,
      path: 'roles/$policy',
      component: lazyRouteComponent(() => import('./roles/role-page.tsx'), 'RolePage'),
    }),
    ...moreAccessRoutes,
  ]),
] as const;
