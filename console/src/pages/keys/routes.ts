import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../app/shell-route.ts';
import { bringSearch, keyListSearch, keySearch, regionSearch } from './key-search.ts';

export const keyRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'keys',
    validateSearch: keyListSearch,
    component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'keys/new',
    validateSearch: regionSearch,
    component: lazyRouteComponent(() => import('./create/create-key-page.tsx'), 'CreateKeyPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'keys/bring',
    validateSearch: bringSearch,
    component: lazyRouteComponent(() => import('./bring/bring-key-page.tsx'), 'BringKeyPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'keys/secret',
    validateSearch: regionSearch,
    component: lazyRouteComponent(() => import('./secret/store-secret-page.tsx'), 'StoreSecretPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'keys/rings',
    validateSearch: regionSearch,
    component: lazyRouteComponent(() => import('./rings/key-rings-page.tsx'), 'KeyRingsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: 'keys/$region/$keyId',
    validateSearch: keySearch,
    component: lazyRouteComponent(() => import('./detail/key-page.tsx'), 'KeyPage'),
  }),
] as const;
