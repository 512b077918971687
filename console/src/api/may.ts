import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { useApi, type Api } from './api.ts';

const FRESH_MS = 60_000;
const MOST_AT_ONCE = 100;

interface Question {
  readonly action: string;
  readonly environment: string | undefined;
  readonly resolve: (isAllowed: boolean) => void;
  readonly reject: (error: unknown) => void;
}

const asked = new WeakMap<Api, Question[]>();

/** The id of the environment that a page is about: questions of {@link useMay} below it are about that. */
export const EnvironmentContext = createContext<string | undefined>(undefined);

/**
 * Whether who is signed in may do something, such as `keystead:EndSession`, in the environment that the page is about;
 * elsewhere in general: a policy about one thing alone may then say otherwise. The server has the last word. `undefined`:
 * not known (yet). Questions of one page are asked at once.
 */
export function useMay(action: string | undefined): boolean | undefined {
  const api = useApi();
  const environment = use(EnvironmentContext);
  return useQuery({
    queryKey: ['may', action, environment],
    queryFn: () => ask(api, action as string, environment),
    enabled: action !== undefined,
    staleTime: FRESH_MS,
  }).data;
}

function ask(api: Api, action: string, environment: string | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const waiting = asked.get(api);
    const question = { action, environment, resolve, reject };
    if (waiting !== undefined && waiting.length < MOST_AT_ONCE) return void waiting.push(question);
    const together = [question];
    asked.set(api, together);
    // When everything that is drawn in one go has asked.
    setTimeout(() => {
      asked.delete(api);
      void send(api, together);
    });
  });
}

async function send(api: Api, together: readonly Question[]): Promise<void> {
  try {
    const { allowed } = await api.checkAccess({
      questions: together.map(({ action, environment }) => ({
        action,
        ...(environment !== undefined && { environment }),
      })),
    });
    together.forEach(({ resolve }, index) => resolve(allowed[index] === true));
  } catch (error) {
    together.forEach(({ reject }) => reject(error));
  }
}
