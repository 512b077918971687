import { openSecret, type Credential, type Secret } from './credential.ts';
import type { Proof } from './proofs.ts';
import type { Principal } from './principal.ts';

/** What a verifier of signatures needs to know of a credential. */
export interface Signing {
  readonly principal: Principal;
  /** Another value whenever the secret is another one. */
  readonly secretVersion: string;
  readonly openSecret: () => Secret;
  /** SHA-256 of the token that must come with every request of a session. */
  readonly sessionTokenHash?: Buffer;
  /** From this time on a session is told that it expired. */
  readonly expiresAtMs?: number;
}

/** Whose signature a proof stands for; `undefined` where the credential was taken back or signs nothing. */
export function signingOf({ tenant, credential, principal }: Proof): Signing | undefined {
  const { secret, sessionTokenHash, expiresAtMs } = credential;
  if (credential.state !== 'active' || secret === undefined) return undefined;
  return {
    principal,
    secretVersion: String(credential.revision),
    openSecret: () => openSecret(tenant, credential as Credential & { readonly secret: string }),
    ...(sessionTokenHash !== undefined && { sessionTokenHash: Buffer.from(sessionTokenHash, 'hex') }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
}
