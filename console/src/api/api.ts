import type { KeysteadClient } from '@keystead/sdk';
import { createContext, use } from 'react';
import type { MOCKED } from '../mock/mocked.ts';

/**
 * What the console may ask of a server: methods of the published client, nothing else. They are those that the made-up
 * server of `npm run dev` answers too, so that every page can be shown without a server.
 */
export type Api = Pick<KeysteadClient, keyof typeof MOCKED>;

export const ApiContext = createContext<Api | undefined>(undefined);

/** The API of this page. */
export function useApi(): Api {
  const api = use(ApiContext);
  if (api === undefined) throw new Error('useApi is for components below ApiContext');
  return api;
}
