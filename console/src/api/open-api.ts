import { KeysteadClient } from '@keystead/sdk';
import type { Api } from './api.ts';

/** The API of the server that this page came from, as whom the browser's cookie says; in `npm run dev` a made-up one. */
export async function openApi(): Promise<Api> {
  if (import.meta.env.IS_MOCKED) return (await import('../mock/mocked.ts')).MOCKED;
  return new KeysteadClient({ url: '' });
}
