import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../app/shell-route.ts';

export const vaultRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'environments',
    component: lazyRouteComponent(() => import('./environments-page.tsx'), 'EnvironmentsPage'),
  }),
] as const;
