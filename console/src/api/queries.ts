import { QueryClient } from '@tanstack/react-query';
import { KeysteadError } from '@keystead/sdk';

const STALE_MS = 5_000;
const KEPT_MS = 10 * 60_000;
const MAX_TRIES = 2;

/** What was read is shown at once and read again behind it; what a person may not read is not asked for twice. */
export function queryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Whether the browser believes to be online says nothing of a server in the same house.
        networkMode: 'always',
        staleTime: STALE_MS,
        gcTime: KEPT_MS,
        retry: (count, error) => count < MAX_TRIES && isPassing(error),
      },
      // What was asked for is done now or refused now, never sent later.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

function isPassing(error: unknown): boolean {
  return error instanceof KeysteadError && (error.status === 0 || error.status >= 502);
}
