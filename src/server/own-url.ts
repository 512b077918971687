import type { Config } from '../config/config.ts';
import { urlOf } from './initialise.ts';

/**
 * Where people reach this server: what the operator says, or the name that it was told to listen at: `localhost` stays
 * `localhost`, as browsers keep cookies and passkeys by names. `boundUrl` tells the port where it was told 0.
 */
export function ownUrl(
  { listen, publicUrl }: Pick<Config, 'listen' | 'publicUrl'>,
  boundUrl: string | undefined,
): string {
  const port = listen.port === 0 && boundUrl !== undefined ? Number(new URL(boundUrl).port) : listen.port;
  return publicUrl ?? urlOf({ ...listen, port });
}
