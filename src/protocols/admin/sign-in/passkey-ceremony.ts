import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import { uuid } from '../../../crypto/uuid.ts';
import { isChallenge, makeChallenge, type ChallengeUse } from '../../../identity/sign-in/challenge.ts';
import { passkeyName, type Passkey, type Transport } from '../../../identity/sign-in/sign-in-record.ts';
import { AdminRefusal } from '../refusal.ts';
import { RequestError } from '../errors.ts';
import type { AdminServices } from '../services.ts';
import type { Browser } from './browser.ts';
import { ORIGIN_REFUSED, passkeysUnusable } from './refusals.ts';
import type { Site } from './site.ts';

type Stands = Pick<AdminServices, 'barrier' | 'clock' | 'random' | 'records'>;

/** COSE numbers: EdDSA, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];
const TIMEOUT_MS = 5 * 60_000;
const RP_NAME = 'Keystead';

/** What a browser answered, with transports that are known ones. */
type PasskeyCreation = RegistrationResponseJSON & { readonly response: { readonly transports?: Transport[] } };

/** Whose passkey it is to be. */
export interface PasskeyOwner {
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  readonly passkeys: readonly Passkey[];
}

/** The site of a browser that may have passkeys. @throws {RequestError} `origin-refused`, `passkeys-unusable-here` */
function passkeySite({ site }: Browser): Site & { readonly rpId: string } {
  if (site === undefined) throw new RequestError(ORIGIN_REFUSED);
  const { rpId } = site;
  if (rpId === undefined) throw new RequestError(passkeysUnusable(site));
  return { ...site, rpId };
}

/** What `navigator.credentials.create` takes: WebAuthn level 3 section 5.4, as JSON. */
export function creationOptions(stands: Stands, browser: Browser, use: ChallengeUse, owner: PasskeyOwner) {
  const { rpId } = passkeySite(browser);
  return {
    rp: { id: rpId, name: RP_NAME },
    user: { id: userHandle(owner.tenantId, owner.userId), name: owner.name, displayName: owner.name },
    challenge: makeChallenge(stands.barrier, use, stands.clock()),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
    timeout: TIMEOUT_MS,
    attestation: 'none' as const,
    excludeCredentials: owner.passkeys.map(shownPasskey),
    authenticatorSelection: {
      residentKey: 'required' as const,
      requireResidentKey: true,
      userVerification: 'required' as const,
    },
  };
}

/** What `navigator.credentials.get` takes: WebAuthn level 3 section 5.5, as JSON. Without passkeys any of the site's. */
export function requestOptions(stands: Stands, browser: Browser, use: ChallengeUse, passkeys: readonly Passkey[] = []) {
  const { rpId } = passkeySite(browser);
  return {
    rpId,
    challenge: makeChallenge(stands.barrier, use, stands.clock()),
    timeout: TIMEOUT_MS,
    userVerification: 'required' as const,
    allowCredentials: passkeys.map(shownPasskey),
  };
}

/**
 * A passkey that was just made, with the challenge that it answers.
 *
 * @throws {AdminRefusal} `passkey-refused`: the answer proves no new one
 */
export async function requireCreation(
  stands: Stands,
  browser: Browser,
  use: ChallengeUse,
  credential: Omit<PasskeyCreation, 'clientExtensionResults'>,
  name: string | undefined,
): Promise<MadePasskey> {
  const made = await verifyCreation(stands, browser, use, { ...credential, clientExtensionResults: {} }, name);
  if (made !== undefined) return made;
  throw new AdminRefusal(
    'passkey-refused',
    'the passkey was not taken: it answers no question that was asked here in the last minutes, did not verify who holds it, or is one that is here already',
  );
}

interface MadePasskey {
  readonly passkey: Passkey;
  readonly challenge: string;
}

async function verifyCreation(
  stands: Stands,
  browser: Browser,
  use: ChallengeUse,
  response: PasskeyCreation,
  name: string | undefined,
): Promise<MadePasskey | undefined> {
  const { rpId, origin } = passkeySite(browser);
  const nowMs = stands.clock();
  let challenge = '';
  try {
    if (!isUnattested(response)) return undefined;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (given) => isChallenge(stands.barrier, use, (challenge = given), nowMs),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return undefined;
    const { credential, credentialBackedUp } = registrationInfo;
    // WebAuthn level 3 section 7.1: whoever brings somebody's credential id is not to become its owner.
    if ((await stands.records.resolve(passkeyName(credential.id))) !== undefined) return undefined;
    const passkey = {
      id: uuid(stands.random),
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: response.response.transports ?? [],
      name: name ?? 'Passkey',
      isBackedUp: credentialBackedUp,
      createdAtMs: nowMs,
    };
    return { passkey, challenge };
  } catch {
    // Whatever does not parse proves nothing.
    return undefined;
  }
}

/**
 * Whether nobody vouches for a passkey: attestation `none` as asked for, or by its own key, which browsers may leave
 * (WebAuthn level 3 section 5.1.3). Certificates are not looked at: their revocation is asked for wherever they say.
 */
function isUnattested({ response: { attestationObject } }: PasskeyCreation): boolean {
  const attestation = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
  const format = attestation.get('fmt');
  return format === 'none' || (format === 'packed' && attestation.get('attStmt').get('x5c') === undefined);
}

/** What a passkey that proved its owner has become, with the challenge that it answers; `undefined`: it proves nobody. */
export async function verifyAssertion(
  stands: Stands,
  browser: Browser,
  use: ChallengeUse,
  response: AuthenticationResponseJSON,
  owner: { readonly tenantId: string; readonly userId: string; readonly passkey: Passkey },
): Promise<{ readonly counter: number; readonly isBackedUp: boolean; readonly challenge: string } | undefined> {
  const { rpId, origin } = passkeySite(browser);
  const nowMs = stands.clock();
  const { passkey } = owner;
  const handle = response.response.userHandle;
  if (handle !== undefined && handle !== '' && handle !== userHandle(owner.tenantId, owner.userId)) return undefined;
  let challenge = '';
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: (given) => isChallenge(stands.barrier, use, (challenge = given), nowMs),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
        transports: [...passkey.transports],
      },
    });
    if (!verified) return undefined;
    const { newCounter: counter, credentialBackedUp: isBackedUp } = authenticationInfo;
    return { counter, isBackedUp, challenge };
  } catch {
    return undefined;
  }
}

/** 32 bytes that name a user to its authenticators, and tell nobody else a name: tenant and user. */
function userHandle(tenantId: string, userId: string): string {
  return Buffer.from((tenantId + userId).replaceAll('-', ''), 'hex').toString('base64url');
}

function shownPasskey({ credentialId, transports }: Passkey) {
  return { type: 'public-key' as const, id: credentialId, transports: [...transports] };
}
