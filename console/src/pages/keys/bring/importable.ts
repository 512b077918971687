import type { Way } from './plan.ts';

/** What a pair does, in the words of WebCrypto; the last two are newer than what TypeScript knows of it. */
type Usage = 'sign' | 'verify' | 'decapsulateBits' | 'encapsulateBits';

/** What the browser computes with a pair of this kind, where it knows the kind at all. */
export interface WebPair {
  readonly algorithm: { readonly name: string; readonly namedCurve: string; readonly hash?: string };
  /** Of the private half, of the public half. */
  readonly usages: readonly [readonly Usage[], readonly Usage[]];
}

/** How material of one kind of key is made, read and wrapped. */
export interface Importable {
  readonly ways: readonly Way[];
  /** Length of raw bytes. Absent: it is a pair, and its material PKCS#8. */
  readonly length?: number;
  readonly web?: WebPair;
  readonly modulusBits?: number;
  /** Why only what is outside of the browser can wrap it. */
  readonly notHere?: string;
  /** What `openssl genpkey` takes. */
  readonly openssl?: string;
  /** What `pkcs11-tool` takes. */
  readonly hsm?: string;
}

const NO_KWP = 'it is too long for RSA-OAEP, and browsers lack AES-KWP (RFC 5649)';
const SIGNS = [['sign'], ['verify']] as const;

/** As a generic secret, with which an HSM computes the check value. */
function secret(length: number, ways: readonly Way[], others: Partial<Importable> = {}): Importable {
  return { ways, length, hsm: `--keygen --key-type GENERIC:${length} --usage-sign`, ...others };
}

function curve(openssl: string, hsm: string, webName?: string): Importable {
  const algorithm = { name: 'ECDSA', namedCurve: webName ?? '', hash: 'SHA-256' };
  return {
    ways: ['aws'],
    openssl: `-algorithm EC -pkeyopt ec_paramgen_curve:${openssl}`,
    hsm: `--keypairgen --key-type EC:${hsm}`,
    ...(webName !== undefined && { web: { algorithm, usages: SIGNS } }),
  };
}

function rsa(modulusBits: number): Importable {
  const algorithm = { name: 'RSA-PSS', namedCurve: '', hash: 'SHA-256' };
  return {
    ways: ['aws'],
    modulusBits,
    web: { algorithm, usages: SIGNS },
    notHere: NO_KWP,
    openssl: `-algorithm RSA -pkeyopt rsa_keygen_bits:${modulusBits}`,
    hsm: `--keypairgen --key-type rsa:${modulusBits}`,
  };
}

/** A pair that goes by one name in the browser; ML-DSA and ML-KEM by none in the OpenSSL of today's systems or in pkcs11-tool. */
function named(name: string, usages: WebPair['usages'] = SIGNS): Importable {
  return { ways: ['aws'], web: { algorithm: { name, namedCurve: '' }, usages } };
}

const ENCAPSULATES = [['decapsulateBits'], ['encapsulateBits']] as const;

/** Every kind of key that may be brought: a row each. */
export const IMPORTABLE: Readonly<Record<string, Importable>> = {
  'aes-256': secret(32, ['aws', 'ibm']),
  'aes-128': secret(16, ['ibm']),
  'aes-192': secret(24, ['ibm'], {
    notHere: 'browsers have no AES of 192 bits, by which the nonce of the import token goes back',
  }),
  'hmac-224': secret(28, ['aws']),
  'hmac-256': secret(32, ['aws']),
  'hmac-384': secret(48, ['aws']),
  'hmac-512': secret(64, ['aws']),
  'ec-p256': curve('P-256', 'prime256v1', 'P-256'),
  'ec-p384': curve('P-384', 'secp384r1', 'P-384'),
  'ec-p521': curve('P-521', 'secp521r1', 'P-521'),
  'ec-secp256k1': curve('secp256k1', 'secp256k1'),
  sm2: { ways: ['aws'], openssl: '-algorithm EC -pkeyopt ec_paramgen_curve:SM2' },
  ed25519: { ...named('Ed25519'), openssl: '-algorithm ED25519', hsm: '--keypairgen --key-type EC:edwards25519' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'ml-dsa-44': named('ML-DSA-44'),
  'ml-dsa-65': named('ML-DSA-65'),
  'ml-dsa-87': named('ML-DSA-87'),
  'ml-kem-512': named('ML-KEM-512', ENCAPSULATES),
  'ml-kem-768': named('ML-KEM-768', ENCAPSULATES),
  'ml-kem-1024': named('ML-KEM-1024', ENCAPSULATES),
};

const NONE: Importable = { ways: ['aws'], notHere: 'this page does not know this kind of key' };

export const importable = (spec: string): Importable => IMPORTABLE[spec] ?? NONE;

/** Length of secret material in bytes; undefined for pairs. */
export const materialLength = (spec: string): number | undefined => importable(spec).length;

/** Whether this page makes the material. Browsers differ in what they know of the newer kinds. */
export const isMadeHere = (spec: string): boolean => {
  const { length, web, notHere } = importable(spec);
  return notHere === undefined && (length !== undefined || web !== undefined);
};
