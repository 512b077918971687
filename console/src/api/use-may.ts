import { useQuery } from '@tanstack/react-query';
import { useApi } from './api.ts';

const FRESH_MS = 30_000;

/**
 * Whether one may do these actions; until that is known, and where it cannot be asked, yes: the server refuses what one
 * may not, whatever is shown.
 */
export function useMay<Action extends string>(...actions: readonly Action[]): Readonly<Record<Action, boolean>> {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['may', ...actions],
    queryFn: () => api.checkAccess({ questions: actions.map((action) => ({ action })) }),
    staleTime: FRESH_MS,
  });
  return Object.fromEntries(actions.map((action, at) => [action, data?.allowed[at] ?? true])) as Record<
    Action,
    boolean
  >;
}
