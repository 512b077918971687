import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { accessRoute } from './access-route.ts';
import { explainSearch } from './explain/explain-search.ts';
import { credentialSearch } from './credentials/credential-search.ts';

/** Sessions, credentials, approvals, providers and roles: children of the area's route. */
export const moreAccessRoutes = [
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'sessions',
    validateSearch: (search: Record<string, unknown>): { readonly person?: string } => ({
      ...(typeof search['person'] === 'string' && { person: search['person'] }),
    }),
    component: lazyRouteComponent(() => import('./sessions/sessions-page.tsx'), 'SessionsPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'credentials',
    validateSearch: credentialSearch,
    component: lazyRouteComponent(() => import('./credentials/credentials-page.tsx'), 'CredentialsPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'approvals',
    component: lazyRouteComponent(() => import('./approvals/approvals-page.tsx'), 'ApprovalsPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'sign-in-settings',
    component: lazyRouteComponent(() => import('./sign-in-settings/sign-in-settings-page.tsx'), 'SignInSettingsPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'identity-providers',
    component: lazyRouteComponent(() => import('./providers/providers-page.tsx'), 'ProvidersPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'assumable-roles',
    component: lazyRouteComponent(() => import('./assumable-roles/assumable-roles-page.tsx'), 'AssumableRolesPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'assumable-roles/$role',
    component: lazyRouteComponent(() => import('./assumable-roles/assumable-role-page.tsx'), 'AssumableRolePage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'service-ids',
    component: lazyRouteComponent(() => import('./service-ids/service-ids-page.tsx'), 'ServiceIdsPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'service-ids/$principalId',
    component: lazyRouteComponent(() => import('./service-ids/service-id-page.tsx'), 'ServiceIdPage'),
  }),
  createRoute({
    getParentRoute: () => accessRoute,
    path: 'explain',
    validateSearch: explainSearch,
    component: lazyRouteComponent(() => import('./explain/explain-page.tsx'), 'ExplainPage'),
  }),
] as const;
