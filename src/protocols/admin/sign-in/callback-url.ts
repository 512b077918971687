import type { AdminServices } from '../services.ts';

/** Where providers send browsers back to. */
export const CALLBACK_PATH = '/admin/v1/sign-in/oidc/callback';

/** The redirect URI that is registered at a provider: always that of this server's own address, whatever a request says. */
export function callbackUrlOf({ publicUrl }: Pick<AdminServices, 'publicUrl'>): string {
  return publicUrl + CALLBACK_PATH;
}
