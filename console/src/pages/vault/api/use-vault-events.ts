import type { Run } from '@keystead/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { useLiveEvents, type TellEvent } from '../../../api/live/use-live-events.ts';
import { keepRun } from './keep-run.ts';
import { environmentKey, isOpen } from './vault-queries.ts';

/** While a page of the vault is open: what the server tells of runs is shown at once. Without it, they are asked for. */
export function useVaultEvents(): void {
  useLiveEvents(tellVault);
}

const tellVault: TellEvent = (queries: QueryClient, { name, data }) => {
  if (name === 'alert') void queries.invalidateQueries({ queryKey: ['alerts'] });
  if (name !== 'run') return;
  const run = JSON.parse(data) as Run;
  keepRun(queries, run);
  queries.setQueryData<readonly Run[]>([...environmentKey(run.environmentId), 'runs'], (runs) => withRun(runs, run));
  if (!isOpen(run)) void queries.invalidateQueries({ queryKey: environmentKey(run.environmentId) });
};

function withRun(runs: readonly Run[] | undefined, run: Run): readonly Run[] | undefined {
  if (runs === undefined) return undefined;
  const isKnown = runs.some(({ runId }) => runId === run.runId);
  return isKnown ? runs.map((one) => (one.runId === run.runId ? run : one)) : [run, ...runs];
}
