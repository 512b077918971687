import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useApi, type Api } from './api.ts';

interface Act<Input, Answer> {
  readonly act: (api: Api, input: Input) => Promise<Answer>;
  /** What is read anew afterwards: the beginnings of query keys. */
  readonly touches: readonly QueryKey[];
  /** What is said when it was done. */
  readonly done?: (answer: Answer, input: Input) => string;
}

/**
 * Something that a person does: afterwards what it touched is read anew, and it is said that it was done. Where it failed
 * that is read anew too: a part of it may have been done, or all of it and the answer was lost.
 */
export function useAct<Input = void, Answer = unknown>({ act, touches, done }: Act<Input, Answer>) {
  const api = useApi();
  const queries = useQueryClient();
  const readAnew = () => Promise.all(touches.map((queryKey) => queries.invalidateQueries({ queryKey })));
  return useMutation({
    mutationFn: (input: Input) => act(api, input),
    onError: () => void readAnew(),
    onSuccess: async (answer, input) => {
      await readAnew();
      if (done) notifications.show({ message: done(answer, input) });
    },
  });
}
