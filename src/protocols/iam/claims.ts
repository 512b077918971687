import type { Credential } from '../../identity/credential.ts';
import { iamIdOf } from '../../identity/iam-id.ts';
import type { Proof } from '../../identity/proofs.ts';

/** How long a token lives, in seconds, where its API key does not end before. */
const TOKEN_SECONDS = 3_600;
export const API_KEY_GRANT = 'urn:ibm:params:oauth:grant-type:apikey';
export const SCOPE = 'ibm openid';

/** The member of a token that leads to the credential on which it stands. */
export const CREDENTIAL_CLAIM = 'keystead';

/** Who issues tokens: the same on all nodes, whatever name a client knows them by. */
export function issuerOf(installationId: string): string {
  return `urn:keystead:${installationId}:identity`;
}

/** When a token that is issued now ends, in seconds since 1970. */
export function expiryOf({ expiresAtMs }: Credential, nowMs: number): number {
  const hour = Math.floor(nowMs / 1000) + TOKEN_SECONDS;
  return expiresAtMs === undefined ? hour : Math.min(hour, Math.floor(expiresAtMs / 1000));
}

/** What a token says of its holder: the claims of IBM Cloud IAM, and where the credential is. */
export function claimsOf({ tenant, credential, principal }: Proof, clientId: string): Record<string, unknown> {
  const iamId = iamIdOf(principal);
  const [realmid, identifier] = realmAndIdentifier(iamId);
  const sub = principal.program === true || principal.service !== undefined ? identifier : principal.name;
  const subType = principal.program === true ? 'ServiceId' : principal.service === undefined ? undefined : 'CRN';
  return {
    iam_id: iamId,
    id: iamId,
    realmid,
    identifier,
    name: principal.name,
    sub,
    ...(subType !== undefined && { sub_type: subType }),
    authn: { sub, iam_id: iamId, name: principal.name, ...(subType !== undefined && { sub_type: subType }) },
    account: { valid: true, bss: tenant.accountId },
    grant_type: API_KEY_GRANT,
    scope: SCOPE,
    client_id: clientId,
    acr: 1,
    amr: ['pwd'],
    [CREDENTIAL_CLAIM]: { tenant: tenant.tenantId, credential: credential.id },
  };
}

/** `IBMid-1` is `1` in the realm `IBMid`, `iam-ServiceId-1` is `ServiceId-1` in the realm `iam`. */
function realmAndIdentifier(iamId: string): [realm: string, identifier: string] {
  const dash = iamId.indexOf('-');
  return [iamId.slice(0, dash), iamId.slice(dash + 1)];
}
