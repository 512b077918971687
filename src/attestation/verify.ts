import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { followChain } from './chain.ts';
import { isSignedBy, readCoseSign1 } from './cose-sign1.ts';
import { readPayload, type Platform } from './document.ts';
import { AttestationError, malformed } from './errors.ts';

/** What a document proves, once all of it was verified. */
export interface Attestation {
  readonly platform: Platform;
  readonly moduleId: string;
  /** Measurements by the number of their register, in lower-case hexadecimal digits. */
  readonly registers: ReadonlyMap<number, string>;
  /** The RSA key of whoever was measured. */
  readonly publicKey: KeyObject;
}

/** More than the largest document has: eight certificates, 32 registers, three members of 1024 bytes. */
export const MAX_DOCUMENT_BYTES = 16_384;
/** How far the time of a document may be from the server's, either way. */
export const MAX_AGE_MS = 5 * 60_000;

const MIN_MODULUS_BITS = 2048;
const MIN_EXPONENT = 65_537n;

/**
 * Verifies an attestation document of AWS Nitro Enclaves or NitroTPM: form, certificates up to a trusted root,
 * signature, age, and that it names an RSA key to answer to (https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html).
 * Signatures are verified off the event loop; the document's bytes are left alone until then.
 *
 * @throws {AttestationError}
 */
export async function verifyAttestation(
  document: Uint8Array,
  roots: readonly Certificate[],
  nowMs: number,
): Promise<Attestation> {
  if (document.length > MAX_DOCUMENT_BYTES)
    throw malformed(`An attestation document has at most ${MAX_DOCUMENT_BYTES} bytes.`);
  const message = readCoseSign1(document);
  const { platform, moduleId, atMs, registers, certificate, issuers, publicKey } = readPayload(message.payload);
  const signer = await followChain([...issuers, certificate], roots, [nowMs, atMs]);
  if (!(await isSignedBy(message, signer)))
    throw new AttestationError('wrong-signature', 'The attestation document was not signed by its own certificate.');
  if (Math.abs(nowMs - atMs) > MAX_AGE_MS) {
    throw new AttestationError(
      'stale',
      `The attestation document is not of this time: it counts for ${MAX_AGE_MS / 60_000} minutes. Ask for a new one.`,
    );
  }
  return {
    platform,
    moduleId,
    registers: new Map([...registers].map(([index, bytes]) => [index, bytes.toString('hex')])),
    publicKey: publicKeyOf(publicKey),
  };
}

function publicKeyOf(spki: Buffer | undefined): KeyObject {
  if (spki === undefined || spki.length === 0)
    throw unfit('has no public_key, so there is nobody to encrypt the answer to');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    throw unfit('has a public_key that is not in the form SubjectPublicKeyInfo (DER)');
  }
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isRsa = key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_MODULUS_BITS && publicExponent >= MIN_EXPONENT;
  if (!isRsa || !isOdd(key) || !key.export({ format: 'der', type: 'spki' }).equals(spki))
    throw unfit(`has a public_key that is not an RSA key of ${MIN_MODULUS_BITS} bits or more`);
  return key;
}

/** To an even modulus, which is none, OpenSSL takes the key and encrypts nothing. */
function isOdd(key: KeyObject): boolean {
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n as string, 'base64url');
  return ((modulus.at(-1) ?? 0) & 1) === 1;
}

function unfit(what: string): AttestationError {
  return new AttestationError('no-public-key', `The attestation document ${what}.`);
}
