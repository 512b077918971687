import { wipe } from '../../../bytes/bytes.ts';
import { isCredentialValid } from '../../../identity/credential.ts';
import type { Proof } from '../../../identity/proofs.ts';
import { isAhead, isConsoleSession } from '../../../identity/sign-in/console-session.ts';
import type { Unproven } from '../bearer.ts';
import type { AdminServices } from '../services.ts';

/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Finds who is behind the token of a console session: docs/spec/sign-in.md, "Sessions". */
export async function proveBySession(services: AdminServices, token: string): Promise<Proof | Unproven> {
  if (!TOKEN.test(token)) return 'malformed-credential';
  const bytes = Buffer.from(token, 'ascii');
  try {
    const proof = await services.directory.byConsoleToken(bytes);
    if (proof === undefined) return 'unknown-credential';
    const nowMs = services.clock();
    const { credential } = proof;
    const isInTime = isConsoleSession(credential) && !isAhead(credential, nowMs);
    return isInTime && isCredentialValid(credential, nowMs) ? proof : 'credential-not-valid';
  } finally {
    wipe(bytes);
  }
}
