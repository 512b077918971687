import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { backupEnvironmentRoutes } from '../vault/routes.ts';
import { settingsRoute } from './settings-route.ts';

/** Which region's are shown. */
function regionSearch(search: Record<string, unknown>): { readonly region?: string } {
  return typeof search['region'] === 'string' ? { region: search['region'] } : {};
}

export const settingsRoutes = [
  settingsRoute.addChildren([
    createRoute({
      getParentRoute: () => settingsRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'notifications',
      component: lazyRouteComponent(() => import('./notifications-page.tsx'), 'NotificationsPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'regions',
      component: lazyRouteComponent(() => import('./regions-page.tsx'), 'RegionsPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'policies',
      validateSearch: regionSearch,
      component: lazyRouteComponent(() => import('./policies-page.tsx'), 'PoliciesPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'limits',
      component: lazyRouteComponent(() => import('./limits-page.tsx'), 'LimitsPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'external-key-store',
      component: lazyRouteComponent(() => import('./xks/endpoints-page.tsx'), 'EndpointsPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'external-key-store/$endpointId',
      component: lazyRouteComponent(() => import('./xks/endpoint-page.tsx'), 'EndpointPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'services',
      component: lazyRouteComponent(() => import('./services-page.tsx'), 'ServicesPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'tenants',
      component: lazyRouteComponent(() => import('./tenants-page.tsx'), 'TenantsPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'token-keys',
      component: lazyRouteComponent(() => import('./token-keys-page.tsx'), 'TokenKeysPage'),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: 'seal',
      component: lazyRouteComponent(() => import('./seal-page.tsx'), 'SealPage'),
    }),
    ...backupEnvironmentRoutes,
  ]),
] as const;
