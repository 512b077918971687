import type { BufferRoute, HttpRequest } from './route.ts';

/** One of several services that listen at the same method and path. */
export interface SharedRoute {
  readonly route: BufferRoute;
  /** Whether a request is for this service, by its headers. Nothing of it is proven yet. */
  readonly isFor: (request: HttpRequest) => boolean;
}

/**
 * One route for several services: the first that says that a request is its own gets it, the last takes what is left.
 * Where the server itself answers (a body too large, a timeout), it does so in the words of the last.
 */
export function sharedRoute(services: readonly SharedRoute[], last: BufferRoute): BufferRoute {
  for (const { route } of services) {
    if (route.method !== last.method || route.path !== last.path || route.bodyLimitBytes > last.bodyLimitBytes)
      throw new Error('services that share a route have its method, its path and no larger bodies');
  }
  return {
    ...last,
    handler: (request) => {
      const service = services.find(({ isFor }) => isFor(request));
      if (service === undefined) return last.handler(request);
      const { route } = service;
      return request.body.length > route.bodyLimitBytes
        ? route.refuse('body-too-large', request.requestId)
        : route.handler(request);
    },
  };
}
