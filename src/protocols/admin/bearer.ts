import { bytesOf, wipe } from '../../bytes/bytes.ts';
import { isCredentialValid } from '../../identity/credential.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { AdminServices } from './services.ts';

/** Why nobody is behind a request. For the count of refusals; the caller hears one and the same answer. */
export type Unproven = 'no-credential' | 'malformed-credential' | 'unknown-credential' | 'credential-not-valid';

/** RFC 6750 section 2.1; an API key is `ks_` and 43 characters of base64url. */
const BEARER = /^Bearer (?<token>ks_[A-Za-z0-9_-]{43})$/i;

/** Finds who is behind an `Authorization` header. */
export async function prove(services: AdminServices, authorization: string | undefined): Promise<Proof | Unproven> {
  if (authorization === undefined) return 'no-credential';
  const token = BEARER.exec(authorization)?.groups?.['token'];
  if (token === undefined) return 'malformed-credential';
  const apiKey = bytesOf<'CredentialSecret'>(Buffer.from(token, 'ascii'));
  try {
    const proof = await services.directory.byApiKey(apiKey);
    if (proof === undefined) return 'unknown-credential';
    return isCredentialValid(proof.credential, services.clock()) ? proof : 'credential-not-valid';
  } finally {
    wipe(apiKey);
  }
}
