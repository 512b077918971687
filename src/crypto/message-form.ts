import { constants, hash, sign, verify, type KeyObject } from 'node:crypto';
import { aside } from './aside.ts';
import { evpSign, evpSignAside, evpVerify, type EvpSignature } from './evp/signature.ts';

/** One way of giving a message to a signing algorithm. */
export interface MessageForm {
  /** What the message must measure, in bytes. Undefined: anything. */
  readonly length?: number;
  sign(key: KeyObject, message: Uint8Array): Buffer;
  /** The same on a thread. The message is left alone until then. */
  signAside(key: KeyObject, message: Uint8Array): Promise<Buffer>;
  /** False for a malformed signature, too. */
  verify(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean;
}

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** The whole message, hashed by the algorithm itself: `null` where the hash is part of it. */
export function whole(hashName: HashName | null, padding?: 'pss'): MessageForm {
  const options =
    padding === undefined
      ? undefined
      : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const input = (key: KeyObject) => (options === undefined ? key : { key, ...options });
  return {
    sign: (key, message) => sign(hashName, message, input(key)),
    signAside: (key, message) =>
      aside(
        () =>
          new Promise((resolve, reject) =>
            sign(hashName, message, input(key), (error, signature) => (error ? reject(error) : resolve(signature))),
          ),
        key,
      ),
    verify: (key, message, signature) => verify(hashName, message, input(key), signature),
  };
}

/** What the owner of the message has hashed, of exactly `length` bytes, which OpenSSL signs as it is. */
export function prehashed(length: number, schemeOf: (key: KeyObject) => EvpSignature): MessageForm {
  return {
    length,
    sign: (key, digest) => evpSign(schemeOf(key), key, digest),
    signAside: (key, digest) => evpSignAside(schemeOf(key), key, digest),
    verify: (key, digest, signature) => evpVerify(schemeOf(key), key, digest, signature),
  };
}

/** The same form over something that is computed from the message first. */
export function after(
  compute: (message: Uint8Array, key: KeyObject) => Uint8Array,
  form: MessageForm,
  length?: number,
): MessageForm {
  return {
    ...(length !== undefined && { length }),
    sign: (key, message) => form.sign(key, compute(message, key)),
    signAside: (key, message) => form.signAside(key, compute(message, key)),
    verify: (key, message, signature) => form.verify(key, compute(message, key), signature),
  };
}

/**
 * The same form for RSA signatures, which are as long as the modulus (RFC 8017 section 8.1.2 step 1): OpenSSL takes a
 * shorter PSS signature for one with leading zeros.
 */
export function ofModulusLength(form: MessageForm): MessageForm {
  return {
    ...form,
    verify: (key, message, signature) =>
      signature.byteLength * 8 === key.asymmetricKeyDetails?.modulusLength && form.verify(key, message, signature),
  };
}

export function sha512(message: Uint8Array): Buffer {
  return hash('sha512', message, 'buffer');
}
