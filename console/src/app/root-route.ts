import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext } from '@tanstack/react-router';
import type { Api } from '../api/api.ts';

/** What every route is handed. */
export interface RouteContext {
  readonly api: Api;
  readonly queries: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouteContext>()();
