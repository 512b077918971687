import { hash } from 'node:crypto';
import type { AdminServices } from '../services.ts';

/** Where providers from before send browsers back to; below it is an address for each issuer. */
export const CALLBACK_PATH = '/admin/v1/sign-in/oidc/callback';

/**
 * The redirect URI that is registered at a provider: always that of this server's own address, whatever a request says.
 * Each issuer has one of its own (RFC 9700 section 4.4.2.2): a browser that comes back there was sent by nobody else.
 */
export function callbackUrlOf(
  { publicUrl }: Pick<AdminServices, 'publicUrl'>,
  { issuer, ownCallback }: { readonly issuer: string; readonly ownCallback?: true },
): string {
  return ownCallback === true ? ownCallbackUrl(publicUrl, issuer) : publicUrl + CALLBACK_PATH;
}

/** The redirect URI of an issuer, whether or not there is a provider of it here. */
export function ownCallbackUrl(publicUrl: string, issuer: string): string {
  return `${publicUrl}${CALLBACK_PATH}/${hash('sha256', issuer).slice(0, 32)}`;
}
