import type { Run } from '@keystead/sdk';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { createElement } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { keepRun } from '../api/keep-run.ts';
import { environmentKey } from '../api/vault-queries.ts';

/** Starts a run, and leads to its page, where one sees how far it is. A refusal is told where one stands. */
export function useStartRun<Input>(environmentId: string, start: (api: Api, input: Input) => Promise<Run>) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (input: Input) => start(api, input),
    onSuccess: async (run) => {
      keepRun(queries, run);
      void queries.invalidateQueries({ queryKey: environmentKey(environmentId) });
      await navigate({ to: '/environments/$environmentId/runs/$runId', params: { environmentId, runId: run.runId } });
    },
    onError: (error) =>
      notifications.show({
        message: createElement(ProblemNotice, { error, title: 'It was not started' }),
        autoClose: false,
        withBorder: false,
        color: 'red',
      }),
  });
}
