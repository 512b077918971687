import type { KeyObject } from 'node:crypto';
import { aside } from '../aside.ts';
import { EvpError, mustExist, mustSucceed } from './failure.ts';
import { evpKey, withKeyContext } from './key-handle.ts';
import { offLoop } from './off-loop.ts';
import { openssl, type OpenSsl, type Pointer } from './openssl.ts';

/** How OpenSSL signs what was hashed before. */
export interface EvpSignature {
  /** Undefined: the one algorithm of the key. Otherwise by its name in OpenSSL, and how it is begun. */
  readonly fetched?: { readonly name: string; readonly begin: 'ex2' | 'message' };
  /** Set on the context, in this order. */
  readonly settings?: readonly (readonly [name: string, value: string])[];
  /** Room for the longest signature, in bytes. */
  readonly maxLength: number;
}

const fetched = new Map<string, Pointer>();

/** Algorithms are fetched once and kept: there are few, and each lasts as long as the process. */
function algorithmOf(name: string): Pointer {
  const known = fetched.get(name);
  if (known !== undefined) return known;
  const algorithm = mustExist(openssl().EVP_SIGNATURE_fetch(null, name, null), `EVP_SIGNATURE_fetch ${name}`);
  fetched.set(name, algorithm);
  return algorithm;
}

const BEGIN = {
  sign: { plain: 'EVP_PKEY_sign_init', ex2: 'EVP_PKEY_sign_init_ex2', message: 'EVP_PKEY_sign_message_init' },
  verify: { plain: 'EVP_PKEY_verify_init', ex2: 'EVP_PKEY_verify_init_ex2', message: 'EVP_PKEY_verify_message_init' },
} as const;

function begin(functions: OpenSsl, ctx: Pointer, verb: 'sign' | 'verify', scheme: EvpSignature): void {
  if (scheme.fetched === undefined) {
    const call = BEGIN[verb].plain;
    mustSucceed(functions[call](ctx), call);
  } else {
    const call = BEGIN[verb][scheme.fetched.begin];
    mustSucceed(functions[call](ctx, algorithmOf(scheme.fetched.name), null), call);
  }
  for (const [name, value] of scheme.settings ?? []) {
    mustSucceed(functions.EVP_PKEY_CTX_ctrl_str(ctx, name, value), name);
  }
}

/**
 * Signs a digest (or what the scheme takes instead of one) as it is.
 *
 * @throws {OpenSslUnreachable} @throws {EvpError}
 */
export function evpSign(scheme: EvpSignature, key: KeyObject, digest: Uint8Array): Buffer {
  return withKeyContext(key, (ctx) => {
    const functions = openssl();
    begin(functions, ctx, 'sign', scheme);
    const signature = Buffer.alloc(scheme.maxLength);
    const length = new BigUint64Array([BigInt(scheme.maxLength)]);
    mustSucceed(functions.EVP_PKEY_sign(ctx, signature, length, digest, digest.byteLength), 'EVP_PKEY_sign');
    return signature.subarray(0, Number(length[0]));
  });
}

/** The same on a thread of the runtime's pool: the bytes of the digest stay as they are until then. */
export function evpSignAside(scheme: EvpSignature, key: KeyObject, digest: Uint8Array): Promise<Buffer> {
  return aside(async () => {
    const functions = openssl();
    const ctx = mustExist(functions.EVP_PKEY_CTX_new(evpKey(key), null), 'EVP_PKEY_CTX_new');
    try {
      begin(functions, ctx, 'sign', scheme);
      const signature = Buffer.alloc(scheme.maxLength);
      const length = new BigUint64Array([BigInt(scheme.maxLength)]);
      const { EVP_PKEY_sign: call } = functions;
      const result = await offLoop('EVP_PKEY_sign', call, key, ctx, signature, length, digest, digest.byteLength);
      if (result !== 1) throw new EvpError('OpenSSL: EVP_PKEY_sign failed');
      return signature.subarray(0, Number(length[0]));
    } finally {
      functions.EVP_PKEY_CTX_free(ctx);
    }
  }, key);
}

/** Whether the signature is one over this digest. A malformed one is none. */
export function evpVerify(scheme: EvpSignature, key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  return withKeyContext(key, (ctx) => {
    const functions = openssl();
    begin(functions, ctx, 'verify', scheme);
    const { byteLength } = signature;
    const isValid = functions.EVP_PKEY_verify(ctx, signature, byteLength, digest, digest.byteLength) === 1;
    if (!isValid) functions.ERR_clear_error();
    return isValid;
  });
}
