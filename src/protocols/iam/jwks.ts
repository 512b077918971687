import type { TokenSigningKeys } from '../../identity/token-signing-keys.ts';

/** The public halves of all keys whose signatures count, as a JSON Web Key Set (RFC 7517 section 5). */
export function jwksOf({ keys }: TokenSigningKeys): object {
  return {
    keys: keys.map(({ kid, publicKey }) => {
      const { kty, n, e } = publicKey.export({ format: 'jwk' });
      return { kty, n, e, alg: 'RS256', use: 'sig', kid };
    }),
  };
}
