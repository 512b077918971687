import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { useApi, type Api } from './api.ts';

const FRESH_MS = 60_000;
const MOST_AT_ONCE = 100;

/** What a question is about: an environment, or a key; neither: in general. */
interface About {
  readonly environment?: string | undefined;
  readonly region?: string;
  readonly key?: string;
}

interface Question {
  readonly action: string;
  readonly about: About;
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
    queryFn: () => ask(api, action as string, { environment }),
    enabled: action !== undefined,
    staleTime: FRESH_MS,
  }).data;
}

/**
 * Which of these who is signed in may do with one key, by their names; those that are not known (yet) are not there. Asked
 * anew whenever `isAsked` becomes true, as what a key's policy says may have changed.
 */
export function useMayEach(
  actions: readonly string[],
  about: { readonly region: string; readonly key: string },
  isAsked: boolean,
): ReadonlyMap<string, boolean> {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['may', 'each', about, actions],
    queryFn: async () => {
      const answers = await Promise.all(actions.map((action) => ask(api, action, about)));
      return new Map(actions.map((action, at) => [action, answers[at] as boolean]));
    },
    enabled: isAsked && actions.length > 0,
    staleTime: 0,
  });
  return data ?? new Map();
}

function ask(api: Api, action: string, about: About): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const waiting = asked.get(api);
    const question = { action, about, resolve, reject };
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
      questions: together.map(({ action, about: { environment, region, key } }) => ({
        action,
        ...(environment !== undefined && { environment }),
        ...(region !== undefined && { region }),
        ...(key !== undefined && { key }),
      })),
    });
    together.forEach(({ resolve }, index) => resolve(allowed[index] === true));
  } catch (error) {
    together.forEach(({ reject }) => reject(error));
  }
}
