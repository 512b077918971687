import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { uuid } from '../../crypto/uuid.ts';
import type { Random } from '../../crypto/random.ts';
import { hashOfToken, isCredentialValid } from '../../identity/credential.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Proof } from '../../identity/proofs.ts';
import { signingKeyAt } from '../../identity/token-signing-keys.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { makeRoom } from '../../records/record-cache.ts';
import { claimsOf, CREDENTIAL_CLAIM, expiryOf } from './claims.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The one algorithm: what a token says of itself does not choose. */
const ALGORITHM = 'RS256';
/** Verified tokens that are kept. */
const MAX_VERIFIED = 10_000;

interface Ports {
  readonly keys: SigningKeys;
  readonly directory: Directory;
  readonly random: Random;
  /** The `iss` of every token. */
  readonly issuer: string;
}

/** A token that was issued. */
export interface IssuedToken {
  readonly token: string;
  /** `jti`, for the entry. */
  readonly id: string;
  /** In seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What was found true of a token, but for time and for what its credential may still prove. */
interface Verified {
  readonly kid: string;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  readonly tenantId: string;
  readonly credentialId: string;
}

/** Issues tokens and says who is behind one. */
export class Tokens {
  readonly #ports: Ports;
  /** By the hash of the token: a heap dump of it opens nothing. */
  readonly #verified = new Map<string, Verified>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  async issue(proof: Proof, clientId: string, nowMs: number): Promise<IssuedToken> {
    const { keys, random, issuer } = this.#ports;
    const { kid, privateKey } = signingKeyAt(await keys.take(nowMs), nowMs);
    const [id, issuedAt, expiresAt] = [uuid(random), Math.floor(nowMs / 1000), expiryOf(proof.credential, nowMs)];
    const token = await new SignJWT(claimsOf(proof, clientId))
      .setProtectedHeader({ kid, typ: 'JWT', alg: ALGORITHM })
      .setIssuer(issuer)
      .setJti(id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(privateKey);
    return { token, id, issuedAt, expiresAt };
  }

  /**
   * Who is behind a token: its signature is looked at once, its time and its credential with every request. A token
   * stands on its API key, and proves nobody any more once that, or its holder, is switched off.
   */
  read(token: string, nowMs: number): MaybePromise<Proof | undefined> {
    const hash = hashOfToken(Buffer.from(token, 'utf8'));
    const known = this.#verified.get(hash);
    if (known !== undefined) return this.#proofOf(known, nowMs);
    return this.#verify(token, nowMs).then((verified) => {
      if (verified === undefined) return undefined;
      makeRoom(this.#verified, MAX_VERIFIED);
      this.#verified.set(hash, verified);
      return this.#proofOf(verified, nowMs);
    });
  }

  #proofOf(verified: Verified, nowMs: number): MaybePromise<Proof | undefined> {
    const { kid, notBeforeMs, expiresAtMs, tenantId, credentialId } = verified;
    if (nowMs < notBeforeMs || nowMs >= expiresAtMs) return undefined;
    return andThen(this.#ports.keys.find(), (found) => {
      if (found?.keys.some((key) => key.kid === kid) !== true) return undefined;
      return andThen(this.#ports.directory.byCredential(tenantId, credentialId), (proof) =>
        proof?.credential.type === 'api-key' && isCredentialValid(proof.credential, nowMs) ? proof : undefined,
      );
    });
  }

  async #verify(token: string, nowMs: number): Promise<Verified | undefined> {
    const { keys, issuer } = this.#ports;
    try {
      const { kid } = decodeProtectedHeader(token);
      const key = (await keys.find())?.keys.find((one) => one.kid === kid);
      if (key === undefined) return undefined;
      const { payload } = await jwtVerify(token, key.publicKey, {
        algorithms: [ALGORITHM],
        typ: 'JWT',
        issuer,
        requiredClaims: ['exp', 'iat', 'jti', CREDENTIAL_CLAIM],
        currentDate: new Date(nowMs),
      });
      const { exp = 0, nbf = 0 } = payload;
      const { tenant, credential } = payload[CREDENTIAL_CLAIM] as { tenant?: unknown; credential?: unknown };
      if (typeof tenant !== 'string' || typeof credential !== 'string') return undefined;
      return {
        kid: key.kid,
        notBeforeMs: nbf * 1000,
        expiresAtMs: exp * 1000,
        tenantId: tenant,
        credentialId: credential,
      };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  }
}
