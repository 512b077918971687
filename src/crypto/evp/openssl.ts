import { createRequire } from 'node:module';

/** An address in OpenSSL's memory. Null where it has nothing to give. */
export type Pointer = bigint & { readonly pointer: unique symbol };

/** Where OpenSSL reads or writes a `size_t`. */
export type Size = BigUint64Array;

/** A function that may take long: its `async` form runs on a thread of the runtime's pool. See off-loop.ts. */
export interface OffLoop<Arguments extends readonly unknown[]> {
  async(...args: [...Arguments, done: (error: unknown, result: number) => void]): void;
}

/** A function that runs on a thread or, called plainly, here. */
export interface EitherWay<Arguments extends readonly unknown[]> extends OffLoop<Arguments> {
  (...args: Arguments): number;
}

/** OpenSSL's functions that Node's own interface does not reach. A length is a number of bytes. */
export interface OpenSsl {
  BIO_new_mem_buf(bytes: Uint8Array, length: number): Pointer | null;
  BIO_free(bio: Pointer): number;
  d2i_PrivateKey_bio(bio: Pointer, into: null): Pointer | null;
  d2i_PUBKEY_bio(bio: Pointer, into: null): Pointer | null;
  EVP_PKEY_free(key: Pointer): void;
  readonly EVP_PKEY_check: OffLoop<[ctx: Pointer]>;

  EVP_PKEY_CTX_new(key: Pointer, engine: null): Pointer | null;
  EVP_PKEY_CTX_free(ctx: Pointer): void;
  EVP_PKEY_CTX_ctrl_str(ctx: Pointer, name: string, value: string): number;

  EVP_SIGNATURE_fetch(library: null, name: string, properties: null): Pointer | null;
  EVP_PKEY_sign_init(ctx: Pointer): number;
  EVP_PKEY_sign_init_ex2(ctx: Pointer, algorithm: Pointer, parameters: null): number;
  EVP_PKEY_sign_message_init(ctx: Pointer, algorithm: Pointer, parameters: null): number;
  readonly EVP_PKEY_sign: EitherWay<
    [ctx: Pointer, signature: Uint8Array, length: Size, input: Uint8Array, inputLength: number]
  >;
  EVP_PKEY_verify_init(ctx: Pointer): number;
  EVP_PKEY_verify_init_ex2(ctx: Pointer, algorithm: Pointer, parameters: null): number;
  EVP_PKEY_verify_message_init(ctx: Pointer, algorithm: Pointer, parameters: null): number;
  EVP_PKEY_verify(ctx: Pointer, signature: Uint8Array, length: number, input: Uint8Array, inputLength: number): number;

  EVP_PKEY_encrypt_init(ctx: Pointer): number;
  EVP_PKEY_encrypt(ctx: Pointer, output: Uint8Array, length: Size, input: Uint8Array, inputLength: number): number;
  EVP_PKEY_decrypt_init(ctx: Pointer): number;
  readonly EVP_PKEY_decrypt: EitherWay<
    [ctx: Pointer, output: Uint8Array, length: Size, input: Uint8Array, inputLength: number]
  >;

  EVP_get_digestbyname(name: string): Pointer | null;
  /** The length of the message, or -1. */
  RSA_padding_check_PKCS1_OAEP_mgf1(
    output: Uint8Array,
    room: number,
    encoded: Uint8Array,
    encodedLength: number,
    modulusLength: number,
    label: null,
    labelLength: number,
    hash: Pointer,
    mgf1Hash: Pointer,
  ): number;

  EC_KEY_new_by_curve_name(nid: number): Pointer | null;
  EC_KEY_free(key: Pointer): void;
  EC_KEY_get0_group(key: Pointer): Pointer;
  EC_KEY_oct2priv(key: Pointer, bytes: Uint8Array, length: number): number;
  EC_POINT_new(group: Pointer): Pointer | null;
  EC_POINT_free(point: Pointer): void;
  EC_POINT_oct2point(group: Pointer, point: Pointer, bytes: Uint8Array, length: number, ctx: null): number;
  ECDH_compute_key(output: Uint8Array, length: number, point: Pointer, key: Pointer, kdf: null): number;
  OBJ_txt2nid(name: string): number;

  ERR_get_error(): number | bigint;
  ERR_clear_error(): void;
  ERR_reason_error_string(code: number | bigint): string | null;
}

const DECLARATIONS: { readonly [Name in keyof OpenSsl]: string } = {
  BIO_new_mem_buf: 'void *BIO_new_mem_buf(const uint8_t *bytes, int length)',
  BIO_free: 'int BIO_free(void *bio)',
  d2i_PrivateKey_bio: 'void *d2i_PrivateKey_bio(void *bio, void *into)',
  d2i_PUBKEY_bio: 'void *d2i_PUBKEY_bio(void *bio, void *into)',
  EVP_PKEY_free: 'void EVP_PKEY_free(void *key)',
  EVP_PKEY_check: 'int EVP_PKEY_check(void *ctx)',
  EVP_PKEY_CTX_new: 'void *EVP_PKEY_CTX_new(void *key, void *engine)',
  EVP_PKEY_CTX_free: 'void EVP_PKEY_CTX_free(void *ctx)',
  EVP_PKEY_CTX_ctrl_str: 'int EVP_PKEY_CTX_ctrl_str(void *ctx, const char *name, const char *value)',
  EVP_SIGNATURE_fetch: 'void *EVP_SIGNATURE_fetch(void *library, const char *name, const char *properties)',
  EVP_PKEY_sign_init: 'int EVP_PKEY_sign_init(void *ctx)',
  EVP_PKEY_sign_init_ex2: 'int EVP_PKEY_sign_init_ex2(void *ctx, void *algorithm, void *parameters)',
  EVP_PKEY_sign_message_init: 'int EVP_PKEY_sign_message_init(void *ctx, void *algorithm, void *parameters)',
  EVP_PKEY_sign: 'int EVP_PKEY_sign(void *ctx, uint8_t *out, size_t *length, const uint8_t *input, size_t inputLength)',
  EVP_PKEY_verify_init: 'int EVP_PKEY_verify_init(void *ctx)',
  EVP_PKEY_verify_init_ex2: 'int EVP_PKEY_verify_init_ex2(void *ctx, void *algorithm, void *parameters)',
  EVP_PKEY_verify_message_init: 'int EVP_PKEY_verify_message_init(void *ctx, void *algorithm, void *parameters)',
  EVP_PKEY_verify:
    'int EVP_PKEY_verify(void *ctx, const uint8_t *signature, size_t length, const uint8_t *input, size_t inputLength)',
  EVP_PKEY_encrypt_init: 'int EVP_PKEY_encrypt_init(void *ctx)',
  EVP_PKEY_encrypt:
    'int EVP_PKEY_encrypt(void *ctx, uint8_t *out, size_t *length, const uint8_t *input, size_t inputLength)',
  EVP_PKEY_decrypt_init: 'int EVP_PKEY_decrypt_init(void *ctx)',
  EVP_PKEY_decrypt:
    'int EVP_PKEY_decrypt(void *ctx, uint8_t *out, size_t *length, const uint8_t *input, size_t inputLength)',
  EVP_get_digestbyname: 'void *EVP_get_digestbyname(const char *name)',
  RSA_padding_check_PKCS1_OAEP_mgf1:
    'int RSA_padding_check_PKCS1_OAEP_mgf1(uint8_t *to, int room, const uint8_t *from, int length, int modulusLength, const uint8_t *label, int labelLength, void *md, void *mgf1md)',
  EC_KEY_new_by_curve_name: 'void *EC_KEY_new_by_curve_name(int nid)',
  EC_KEY_free: 'void EC_KEY_free(void *key)',
  EC_KEY_get0_group: 'void *EC_KEY_get0_group(void *key)',
  EC_KEY_oct2priv: 'int EC_KEY_oct2priv(void *key, const uint8_t *bytes, size_t length)',
  EC_POINT_new: 'void *EC_POINT_new(void *group)',
  EC_POINT_free: 'void EC_POINT_free(void *point)',
  EC_POINT_oct2point:
    'int EC_POINT_oct2point(void *group, void *point, const uint8_t *bytes, size_t length, void *ctx)',
  ECDH_compute_key: 'int ECDH_compute_key(uint8_t *out, size_t length, void *point, void *key, void *kdf)',
  OBJ_txt2nid: 'int OBJ_txt2nid(const char *name)',
  ERR_get_error: 'unsigned long ERR_get_error()',
  ERR_clear_error: 'void ERR_clear_error()',
  ERR_reason_error_string: 'const char *ERR_reason_error_string(unsigned long code)',
};

/** The runtime does not let OpenSSL's functions be called. Everything that needs none of them goes on working. */
export class OpenSslUnreachable extends Error {
  override readonly name = 'OpenSslUnreachable';
  readonly code = 'openssl-unreachable';
}

let bound: OpenSsl | undefined;

/**
 * OpenSSL of the running Node binary, bound at the first call.
 *
 * @throws {OpenSslUnreachable} where the package koffi has no build for this platform, or the binary hides OpenSSL
 */
export function openssl(): OpenSsl {
  bound ??= bind();
  return bound;
}

/** Whether {@link openssl} has something to answer. */
export function isOpenSslReachable(): boolean {
  try {
    return openssl() !== undefined;
  } catch (cause) {
    if (cause instanceof OpenSslUnreachable) return false;
    throw cause;
  }
}

function bind(): OpenSsl {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const binary = koffi.load(null);
    const functions = Object.entries(DECLARATIONS).map(([name, text]) => [name, binary.func(text)] as const);
    return Object.fromEntries(functions) as unknown as OpenSsl;
  } catch (cause) {
    throw new OpenSslUnreachable(
      'this operation needs functions of OpenSSL that cannot be called here: install the optional packages of koffi for this platform (npm ci) and run the Node binary that the project installs',
      { cause },
    );
  }
}
