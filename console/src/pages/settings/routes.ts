import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { backupEnvironmentRoutes } from '../vault/routes.ts';
import { settingsRoute } from './settings-route.ts';

export const settingsRoutes = [
  settingsRoute.addChildren([
    createRoute({
      getParentRoute: () => settingsRoute,
      path: '/',
      component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
    }),
    ...backupEnvironmentRoutes,
  ]),
] as const;
