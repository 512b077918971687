import type { Route } from './route.ts';

/** What a method and a path lead to: a route, or the reason why none. */
export type Match = Route | 'not-found' | 'method-not-allowed';

/**
 * Makes a look-up from a plain list of routes. An exact path wins over a wildcard, a longer wildcard over a shorter.
 *
 * @throws {Error} when two routes have the same method and path.
 */
export function routerOf(routes: readonly Route[]): (method: string, path: string) => Match {
  const exact = new Map<string, Map<string, Route>>();
  const below = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const isWildcard = route.path.endsWith('/*');
    const table = isWildcard ? below : exact;
    const path = isWildcard ? route.path.slice(0, -1) : route.path;
    const methods = table.get(path) ?? new Map<string, Route>();
    if (methods.has(route.method)) throw new Error(`two routes answer ${route.method} ${route.path}`);
    table.set(path, methods.set(route.method, route));
  }
  const prefixes = [...below].toSorted(([a], [b]) => b.length - a.length);
  return (method, path) => {
    const methods = exact.get(path) ?? prefixes.find(([prefix]) => path.startsWith(prefix))?.[1];
    if (!methods) return 'not-found';
    return methods.get(method) ?? 'method-not-allowed';
  };
}
