import type { Run } from '@keystead/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { isOpen } from './vault-queries.ts';

/**
 * Keeps what was told of a run. One that has ended stays so: of a short one the stream of events may tell the end before
 * the answer to its start is there.
 */
export function keepRun(queries: QueryClient, run: Run): void {
  queries.setQueryData<Run>(['runs', run.runId], (known) => (known !== undefined && !isOpen(known) ? known : run));
}
