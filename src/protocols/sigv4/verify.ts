import { hash, randomBytes, type KeyObject } from 'node:crypto';
import { bytesOf, wipe, type Bytes } from '../../bytes/bytes.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import { canonicalPath, canonicalQuery, type PathRule } from './canonical.ts';
import { readClaim, type SignatureClaim, type SignedRequest } from './claim.ts';
import type { SignatureRefusal } from './refusal.ts';
import { deriveSigningKey, signatureOf, SigningKeyCache } from './signing-key.ts';
import { formatAmzDate, parseAmzDate } from './time.ts';

/** What one service demands of a signature. */
export interface SignaturePolicy {
  /** The service's name in the credential scope: `kms`, `kms-xks-proxy`, `s3`. */
  readonly service: string;
  /** How far the clocks may be apart, to either side. AWS: 15 minutes; the external key store proxy: 5. */
  readonly skewMs: number;
  readonly path: PathRule;
  /**
   * `signed`: the body is at hand and its hash is under the signature. `declared`: what `x-amz-content-sha256` says is
   * under the signature, and whoever reads the body must hold it against {@link Verified.payload}.
   */
  readonly payload: 'signed' | 'declared';
  readonly presigned: 'allowed' | 'refused';
}

/** An access key as the verifier needs it. */
export interface SigningCredential<P> {
  readonly principal: P;
  /** Another value whenever the secret is another one: keys derived from the old secret are then never found again. */
  readonly secretVersion: string;
  /** A fresh copy of the secret access key; the verifier wipes it. Called when no derived key is remembered. */
  readonly openSecret: () => MaybePromise<Bytes<'CredentialSecret'>>;
  /** SHA-256 of the session token that must come with it; absent for a key that stands for itself. */
  readonly sessionTokenHash?: Buffer;
  /** From this time on (milliseconds since 1970) its holder is told that it expired. */
  readonly expiresAtMs?: number;
}

/** Finds an access key; `undefined` where there is none. Should take the same time either way. */
export type CredentialLookup<P> = (accessKeyId: string) => MaybePromise<SigningCredential<P> | undefined>;

type MaybePromise<T> = T | Promise<T>;

/** A request whose signature holds. */
export interface Verified<P> {
  readonly code: 'verified';
  readonly principal: P;
  readonly accessKeyId: string;
  readonly region: string;
  readonly signedAtMs: number;
  readonly isPresigned: boolean;
  /** What was signed as the body: hexadecimal SHA-256, or under `declared` also words such as `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
}

const TERMINATOR = 'aws4_request';
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/**
 * Verifies requests signed with AWS Signature Version 4, by header or by query. One verifier serves one service.
 * A request with an unknown access key costs the same derivation and comparison as one with a wrong signature.
 */
export class SignatureVerifier<P> {
  readonly #policy: SignaturePolicy;
  readonly #lookup: CredentialLookup<P>;
  readonly #keys: SigningKeyCache;
  readonly #nobody = randomBytes(30);

  constructor(policy: SignaturePolicy, lookup: CredentialLookup<P>, keys = new SigningKeyCache()) {
    this.#policy = policy;
    this.#lookup = lookup;
    this.#keys = keys;
  }

  /** Answers at once, without a promise, wherever the lookup does. Throws only what the lookup throws. */
  verify(request: SignedRequest, body: Uint8Array, nowMs: number): MaybePromise<Verified<P> | SignatureRefusal> {
    const claim = readClaim(request);
    if ('code' in claim) return claim;
    const signedAtMs = parseAmzDate(claim.signedAt);
    if (signedAtMs === undefined) {
      return { code: 'malformed', part: 'X-Amz-Date', rule: "must be in ISO-8601 'basic format'" };
    }
    const refusal = refuseScope(claim, this.#policy) ?? refuseTime(claim, signedAtMs, this.#policy, nowMs);
    if (refusal) return refusal;
    const payload = payloadOf(claim, this.#policy, body);
    if (typeof payload !== 'string') return payload;
    const canonical = canonicalRequest(request, claim, payload, this.#policy.path);
    if (typeof canonical !== 'string') return canonical;
    const { signer } = claim;
    const stringToSign = `AWS4-HMAC-SHA256\n${claim.signedAt}\n${signer.date}/${signer.region}/${signer.service}/${TERMINATOR}\n${hash('sha256', Buffer.from(canonical, 'latin1'))}`;
    const attempt: Attempt = { claim, signedAtMs, payload, stringToSign, nowMs };
    const found = this.#lookup(signer.accessKeyId);
    return found instanceof Promise
      ? found.then((credential) => this.#settle(attempt, credential))
      : this.#settle(attempt, found);
  }

  #settle(
    attempt: Attempt,
    credential: SigningCredential<P> | undefined,
  ): MaybePromise<Verified<P> | SignatureRefusal> {
    if (!credential) {
      this.#matches(attempt, deriveSigningKey(this.#nobody, attempt.claim.signer));
      return { code: 'unknown-key' };
    }
    const { signer } = attempt.claim;
    const name = `${signer.accessKeyId} ${credential.secretVersion} ${signer.date} ${signer.region} ${signer.service}`;
    const known = this.#keys.get(name);
    if (known) {
      if (this.#matches(attempt, known)) return this.#accept(attempt, credential);
      // A refusal costs a derivation whether or not this key was used lately, and whether or not it exists.
      deriveSigningKey(this.#nobody, signer);
      return { code: 'mismatch' };
    }
    const derive = (secret: Bytes<'CredentialSecret'>): Verified<P> | SignatureRefusal => {
      const key = deriveSigningKey(secret, signer);
      wipe(secret);
      if (!this.#matches(attempt, key)) return { code: 'mismatch' };
      // Remembered only now: nobody without the secret can fill the memory with scopes.
      this.#keys.put(name, key);
      return this.#accept(attempt, credential);
    };
    const secret = credential.openSecret();
    return secret instanceof Promise ? secret.then(derive) : derive(secret);
  }

  #matches(attempt: Attempt, key: KeyObject): boolean {
    return constantTimeEqual(signatureOf(key, attempt.stringToSign), Buffer.from(attempt.claim.signature, 'hex'));
  }

  /** The signature holds; what remains is the session token, which only the credential's holder may ask about. */
  #accept(attempt: Attempt, credential: SigningCredential<P>): Verified<P> | SignatureRefusal {
    const { claim, payload, signedAtMs, nowMs } = attempt;
    const { sessionToken } = claim;
    const wanted = credential.sessionTokenHash;
    if ((sessionToken === undefined) !== (wanted === undefined)) return { code: 'token-invalid' };
    if (sessionToken !== undefined && wanted !== undefined) {
      const given = hash('sha256', Buffer.from(sessionToken, 'latin1'), 'buffer');
      if (!constantTimeEqual(given, wanted)) return { code: 'token-invalid' };
    }
    if (credential.expiresAtMs !== undefined && nowMs >= credential.expiresAtMs) return { code: 'token-expired' };
    return {
      code: 'verified',
      principal: credential.principal,
      accessKeyId: claim.signer.accessKeyId,
      region: claim.signer.region,
      signedAtMs,
      isPresigned: claim.isPresigned,
      payload,
    };
  }
}

/** Makes a secret access key from text, at the edge where it comes in as text. */
export function secretAccessKey(text: string): Bytes<'CredentialSecret'> {
  return bytesOf<'CredentialSecret'>(Buffer.from(text, 'utf8'));
}

interface Attempt {
  readonly claim: SignatureClaim;
  readonly signedAtMs: number;
  readonly payload: string;
  readonly stringToSign: string;
  readonly nowMs: number;
}

function refuseScope(claim: SignatureClaim, policy: SignaturePolicy): SignatureRefusal | undefined {
  if (claim.isPresigned && policy.presigned === 'refused') {
    return { code: 'malformed', part: 'X-Amz-Algorithm', rule: 'this service takes signatures in headers only' };
  }
  const { signer } = claim;
  const { signedHeaders } = signer;
  if (signer.terminator !== TERMINATOR) return { code: 'wrong-scope', field: 'terminator', wanted: TERMINATOR };
  if (signer.service !== policy.service) return { code: 'wrong-scope', field: 'service', wanted: policy.service };
  const day = claim.signedAt.slice(0, 8);
  if (signer.date !== day) return { code: 'wrong-scope', field: 'date', wanted: day };
  // The host and everything that tells AWS services what to do must be under the signature.
  if (!signedHeaders.includes('host')) return { code: 'unsigned-header', header: 'host' };
  for (const header of claim.headers.keys()) {
    if (header.startsWith('x-amz-') && !signedHeaders.includes(header)) return { code: 'unsigned-header', header };
  }
  if (!claim.isPresigned && !claim.headers.has('x-amz-date') && !signedHeaders.includes('date')) {
    return { code: 'unsigned-header', header: 'date' };
  }
  return undefined;
}

function refuseTime(
  claim: SignatureClaim,
  signedAtMs: number,
  policy: SignaturePolicy,
  nowMs: number,
): SignatureRefusal | undefined {
  const { skewMs } = policy;
  const { signedAt, expiresIn } = claim;
  if (signedAtMs > nowMs + skewMs) {
    return { code: 'not-yet-valid', signedAt, now: formatAmzDate(nowMs), boundMs: skewMs };
  }
  const boundMs = expiresIn === undefined ? skewMs : expiresIn * 1000;
  return signedAtMs + boundMs < nowMs ? { code: 'expired', signedAt, now: formatAmzDate(nowMs), boundMs } : undefined;
}

/** What stands for the body in the canonical request. */
function payloadOf(claim: SignatureClaim, policy: SignaturePolicy, body: Uint8Array): string | SignatureRefusal {
  const declared = claim.contentSha256;
  if (policy.payload === 'declared') {
    // S3 takes presigned requests as unsigned where they say nothing.
    if (declared === undefined)
      return claim.isPresigned ? 'UNSIGNED-PAYLOAD' : { code: 'incomplete', parts: ['x-amz-content-sha256'] };
    return declared;
  }
  const actual = hash('sha256', body);
  if (declared === undefined || declared === actual) return actual;
  return HEX_SHA256.test(declared) ? { code: 'mismatch' } : { code: 'unsigned-payload' };
}

function canonicalRequest(
  request: SignedRequest,
  claim: SignatureClaim,
  payload: string,
  rule: PathRule,
): string | SignatureRefusal {
  const path = canonicalPath(request.path, rule);
  if (path === undefined) {
    return { code: 'malformed', part: 'path', rule: 'every % must be followed by two hexadecimal digits' };
  }
  let text = `${request.method}\n${path}\n${canonicalQuery(claim.query)}\n`;
  for (const name of claim.signer.signedHeaders) {
    const value = claim.headers.get(name);
    if (value === undefined)
      return { code: 'malformed', part: 'SignedHeaders', rule: `names '${name}', which was not sent` };
    text += `${name}:${value}\n`;
  }
  return `${text}\n${claim.signer.signedHeaderList}\n${payload}`;
}
