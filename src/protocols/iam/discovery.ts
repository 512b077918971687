import { headerOf } from '../../http/headers.ts';
import type { HttpRequest } from '../../http/route.ts';
import { API_KEY_GRANT } from './claims.ts';

const HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * The metadata of the issuer (OpenID Connect Discovery 1.0 section 3). Its addresses are under the name by which this
 * client reached the server: nobody else is told them, and nothing else is made of that name.
 */
export function discoveryOf({ rawHeaders, isSecure }: HttpRequest, issuer: string): object {
  const host = headerOf(rawHeaders, 'host') ?? '';
  const base = HOST.test(host) ? `${isSecure === true ? 'https' : 'http'}://${host}/identity` : '/identity';
  return {
    issuer,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/keys`,
    grant_types_supported: [API_KEY_GRANT],
    response_types_supported: ['cloud_iam'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['iam_id', 'realmid', 'identifier', 'name', 'sub', 'sub_type', 'account', 'iss', 'iat', 'exp'],
    scopes_supported: ['ibm', 'openid'],
  };
}
