import type { Run } from '@keystead/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useApi, type Api } from '../../../api/api.ts';
import { tellProblem } from '../../../ui/tell-problem.ts';
import { keepRun } from '../api/keep-run.ts';
import { environmentKey } from '../api/vault-queries.ts';

/**
 * Starts a run, and leads to its page, where one sees how far it is. A refusal is told in front of the page where a button
 * starts it at once (`mutate`); a dialog that asks first (`mutateAsync`) tells it itself.
 */
export function useStartRun<Input>(environmentId: string, start: (api: Api, input: Input) => Promise<Run>) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: (input: Input) => start(api, input),
    onSuccess: async (begun) => {
      keepRun(queries, begun);
      void queries.invalidateQueries({ queryKey: environmentKey(environmentId) });
      await navigate({ to: '/environments/$environmentId/runs/$runId', params: { environmentId, runId: begun.runId } });
    },
  });
  return {
    ...run,
    mutate: (input: Input) =>
      void run.mutateAsync(input).catch((error: unknown) => tellProblem(error, 'It was not started')),
  };
}
