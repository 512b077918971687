import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../app/shell-route.ts';

/** What is around every page below `/access`: the navigation of the area. */
export const accessRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'access',
  component: lazyRouteComponent(() => import('./access-layout.tsx'), 'AccessLayout'),
});
