import { verify, type KeyObject } from 'node:crypto';
import { encode } from 'cborg';
import { aside } from '../crypto/aside.ts';
import { readCbor } from './cbor.ts';
import { malformed } from './errors.ts';

/** A signed message with one signer (RFC 9052 section 4.2), read and not yet verified. */
export interface CoseSign1 {
  /** The bytes of the protected header, as they were signed. */
  readonly protectedHeader: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** CBOR tag 18, of COSE_Sign1; Nitro leaves it out. */
const TAG = 0xd2;
/** Header parameter `alg`, and ECDSA with SHA-384 (RFC 9053 section 2.1). */
const ALGORITHM = 1;
const ES384 = -35;
/** Two numbers of P-384. */
const SIGNATURE_LENGTH = 96;

/**
 * Reads a COSE_Sign1 with or without its tag. The protected header must say ES384 and nothing else, the unprotected
 * one nothing at all: whatever else stood there would change what the signature means.
 *
 * @throws {AttestationError} `malformed`
 */
export function readCoseSign1(bytes: Uint8Array): CoseSign1 {
  const message = readCbor(bytes[0] === TAG ? bytes.subarray(1) : bytes);
  if (!Array.isArray(message) || message.length !== 4) throw malformed('The attestation document is not a COSE_Sign1.');
  const [protectedHeader, unprotectedHeader, payload, signature] = message as readonly unknown[];
  if (!isBytes(protectedHeader) || !isBytes(payload) || !isBytes(signature))
    throw malformed('The header, the payload and the signature of a COSE_Sign1 are byte strings.');
  const header = readCbor(protectedHeader);
  if (!(header instanceof Map) || header.size !== 1 || header.get(ALGORITHM) !== ES384)
    throw malformed('An attestation document is signed with ES384.');
  if (!(unprotectedHeader instanceof Map) || unprotectedHeader.size !== 0)
    throw malformed('The unprotected header of an attestation document is empty.');
  if (signature.length !== SIGNATURE_LENGTH) throw malformed(`A signature of ES384 has ${SIGNATURE_LENGTH} bytes.`);
  return { protectedHeader, payload, signature };
}

/** Whether the holder of a P-384 key signed the message: the Sig_structure of RFC 9052 section 4.4. On a thread. */
export function isSignedBy({ protectedHeader, payload, signature }: CoseSign1, publicKey: KeyObject): Promise<boolean> {
  const signed = encode(['Signature1', protectedHeader, new Uint8Array(), payload]);
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return aside(
    () =>
      new Promise((resolve, reject) =>
        verify('sha384', signed, key, signature, (error, isValid) => (error ? reject(error) : resolve(isValid))),
      ),
  );
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
