import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import type { Api } from '../api/api.ts';
import { ErrorPage } from '../ui/error-page.tsx';
import { NotFoundPage } from '../ui/not-found-page.tsx';
import { accessRoutes, signInRoutes } from '../pages/access/routes.ts';
import { auditRoutes } from '../pages/audit/routes.ts';
import { keyRoutes } from '../pages/keys/routes.ts';
import { overviewRoutes } from '../pages/overview/routes.ts';
import { settingsRoutes } from '../pages/settings/routes.ts';
import { vaultRoutes } from '../pages/vault/routes.ts';
import { wantPageFocus } from '../ui/page-focus.ts';
import { rootRoute } from './root-route.ts';
import { shellRoute } from './shell-route.ts';

const routeTree = rootRoute.addChildren([
  ...signInRoutes,
  shellRoute.addChildren([
    ...overviewRoutes,
    ...keyRoutes,
    ...vaultRoutes,
    ...auditRoutes,
    ...accessRoutes,
    ...settingsRoutes,
  ]),
]);

/** The places of the console, below `/console`. */
export function consoleRouter(api: Api, queries: QueryClient) {
  const router = createRouter({
    routeTree,
    basepath: '/console',
    context: { api, queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
    // The page of one thing is begun anew for another: what was typed or chosen for one is none of the other's.
    defaultRemountDeps: ({ params }) => params,
  });
  // Not at the first page: that is the browser's to tell.
  router.subscribe('onBeforeNavigate', ({ fromLocation, pathChanged }) => {
    if (fromLocation !== undefined && pathChanged) wantPageFocus();
  });
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: ReturnType<typeof consoleRouter>;
  }
}
