import type { Runs } from './aside.ts';
import type { MacAlgorithmName } from './mac.ts';
import type { PublicKeyEncryptionName } from './public-key-encryption.ts';
import type { SigningAlgorithmName } from './signing.ts';

/** What a key may do. */
export type KeyUsage =
  | 'encrypt-decrypt'
  | 'sign-verify'
  | 'key-agreement'
  | 'generate-verify-mac'
  | 'encapsulate-decapsulate'
  | 'store';

/** Where the material comes from. */
export type Origin = 'generated' | 'imported' | 'remote' | 'hsm';

/** The algorithms of each usage, by their names on the AWS wire: rows of the tables that carry them out. */
export interface Algorithms {
  readonly 'encrypt-decrypt': 'SYMMETRIC_DEFAULT' | PublicKeyEncryptionName;
  readonly 'sign-verify': SigningAlgorithmName;
  readonly 'key-agreement': 'ECDH';
  readonly 'generate-verify-mac': MacAlgorithmName;
  readonly 'encapsulate-decapsulate': 'ML_KEM';
  /** A secret that is stored is told as it is: nothing is computed with it. */
  readonly store: never;
}

/** What a key pair is made of. Lengths are in bytes, but of a modulus in bits; an oid is in dotted form, a curve by its name in OpenSSL. */
export type KeyPairShape =
  | { readonly type: 'rsa'; readonly modulusLength: number }
  | {
      readonly type: 'ec';
      readonly curve: string;
      readonly oid: string;
      readonly coordinateLength: number;
      /** The private scalar that signing divides by zero with, in hexadecimal digits, where there is one. */
      readonly unfitScalar?: string;
    }
  | { readonly type: 'edwards'; readonly curve: 'ed25519'; readonly oid: string; readonly secretLength: number }
  | {
      readonly type: 'module-lattice';
      readonly name: MlDsaName | MlKemName;
      readonly oid: string;
      readonly seedLength: number;
      readonly expandedLength: number;
      /** Of an encapsulated secret. Undefined: it does not encapsulate. */
      readonly ciphertextLength?: number;
    };

export type MlDsaName = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';
export type MlKemName = 'ml-kem-512' | 'ml-kem-768' | 'ml-kem-1024';

/** One kind of key. A capability that it lacks is `undefined` in its row. */
export interface KeySpecRow {
  /** Our name, as it stands in records. */
  readonly name: string;
  /** Its word in policies and messages: its name on the AWS wire, where that has one. */
  readonly aws: string;
  /** The AWS wire has no name for it, and knows no such key. */
  readonly isUnknownToAws?: true;
  readonly family: 'aes' | 'rsa' | 'ec' | 'edwards' | 'hmac' | 'ml-dsa' | 'ml-kem' | 'sm2' | 'secret';
  /** Length of raw material in bytes, for secret keys: of what is generated, and of what is brought. */
  readonly materialLength?: number;
  /** What is brought may have any length from one byte to this. */
  readonly longestBrought?: number;
  /** For key pairs. A row has either this or a length of material. */
  readonly pair?: KeyPairShape;
  readonly usages: readonly KeyUsage[];
  /** Where its secret half works: aside if that takes longer than about half a millisecond. The public half works here. */
  readonly runs: Runs;
  /** Algorithms by usage, by their names on the AWS wire. */
  readonly algorithms: { readonly [Usage in KeyUsage]?: readonly Algorithms[Usage][] };
}

const RSA_ENCRYPTION = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
const RSA_SIGNING = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
] as const;

function rsa(bits: number): KeySpecRow {
  return {
    name: `rsa-${bits}`,
    aws: `RSA_${bits}`,
    family: 'rsa',
    pair: { type: 'rsa', modulusLength: bits },
    usages: ['encrypt-decrypt', 'sign-verify'],
    runs: bits > 2048 ? 'aside' : 'here',
    algorithms: { 'encrypt-decrypt': RSA_ENCRYPTION, 'sign-verify': RSA_SIGNING },
  };
}

/** OIDs: RFC 5480 section 2.1.1.1. */
function nistCurve(bits: number, curve: string, oid: string, signing: SigningAlgorithmName, runs: Runs): KeySpecRow {
  return {
    name: `ec-p${bits}`,
    aws: `ECC_NIST_P${bits}`,
    family: 'ec',
    pair: { type: 'ec', curve, oid, coordinateLength: Math.ceil(bits / 8) },
    usages: ['sign-verify', 'key-agreement'],
    runs,
    algorithms: { 'sign-verify': [signing], 'key-agreement': ['ECDH'] },
  };
}

function hmac(bits: 224 | 256 | 384 | 512): KeySpecRow {
  return {
    name: `hmac-${bits}`,
    aws: `HMAC_${bits}`,
    family: 'hmac',
    materialLength: bits / 8,
    usages: ['generate-verify-mac'],
    runs: 'here',
    algorithms: { 'generate-verify-mac': [`HMAC_SHA_${bits}`] },
  };
}

/**
 * A symmetric key of another length than AWS's: its owner brought it (https://cloud.ibm.com/docs/key-protect, "Bringing
 * your encryption keys": 128, 192 or 256 bits). Message keys are derived from it as from any other.
 */
function shortAes(bits: 128 | 192): KeySpecRow {
  return {
    name: `aes-${bits}`,
    aws: `AES_${bits}`,
    isUnknownToAws: true,
    family: 'aes',
    materialLength: bits / 8,
    usages: ['encrypt-decrypt'],
    runs: 'here',
    algorithms: { 'encrypt-decrypt': ['SYMMETRIC_DEFAULT'] },
  };
}

/** Lengths: FIPS 204 table 2. OIDs: RFC 9881 section 2. */
function mlDsa(level: 44 | 65 | 87, oid: string, expandedLength: number): KeySpecRow {
  const name = `ml-dsa-${level}` as const;
  return {
    name,
    aws: `ML_DSA_${level}`,
    family: 'ml-dsa',
    pair: { type: 'module-lattice', name, oid, seedLength: 32, expandedLength },
    usages: ['sign-verify'],
    runs: 'aside',
    algorithms: { 'sign-verify': ['ML_DSA_SHAKE_256'] },
  };
}

/** Lengths: FIPS 203 table 3. OIDs: RFC 9935 section 3. */
function mlKem(level: 512 | 768 | 1024, oid: string, expandedLength: number, ciphertextLength: number): KeySpecRow {
  const name = `ml-kem-${level}` as const;
  return {
    name,
    aws: `ML_KEM_${level}`,
    family: 'ml-kem',
    pair: { type: 'module-lattice', name, oid, seedLength: 64, expandedLength, ciphertextLength },
    usages: ['encapsulate-decapsulate'],
    runs: 'here',
    algorithms: { 'encapsulate-decapsulate': ['ML_KEM'] },
  };
}

/** THE table of key specs: one row for each that a wire can name. */
export const KEY_SPECS: readonly KeySpecRow[] = [
  {
    name: 'aes-256',
    aws: 'SYMMETRIC_DEFAULT',
    family: 'aes',
    materialLength: 32,
    usages: ['encrypt-decrypt'],
    runs: 'here',
    algorithms: { 'encrypt-decrypt': ['SYMMETRIC_DEFAULT'] },
  },
  rsa(2048),
  rsa(3072),
  rsa(4096),
  nistCurve(256, 'prime256v1', '1.2.840.10045.3.1.7', 'ECDSA_SHA_256', 'here'),
  nistCurve(384, 'secp384r1', '1.3.132.0.34', 'ECDSA_SHA_384', 'here'),
  nistCurve(521, 'secp521r1', '1.3.132.0.35', 'ECDSA_SHA_512', 'aside'),
  {
    name: 'ec-secp256k1',
    aws: 'ECC_SECG_P256K1',
    family: 'ec',
    // SEC 2 section A.2.1.
    pair: { type: 'ec', curve: 'secp256k1', oid: '1.3.132.0.10', coordinateLength: 32 },
    usages: ['sign-verify'],
    runs: 'here',
    algorithms: { 'sign-verify': ['ECDSA_SHA_256'] },
  },
  {
    name: 'ed25519',
    aws: 'ECC_NIST_EDWARDS25519',
    family: 'edwards',
    // RFC 8410 section 3.
    pair: { type: 'edwards', curve: 'ed25519', oid: '1.3.101.112', secretLength: 32 },
    usages: ['sign-verify'],
    runs: 'here',
    algorithms: { 'sign-verify': ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
  },
  hmac(224),
  hmac(256),
  hmac(384),
  hmac(512),
  mlDsa(44, '2.16.840.1.101.3.4.3.17', 2560),
  mlDsa(65, '2.16.840.1.101.3.4.3.18', 4032),
  mlDsa(87, '2.16.840.1.101.3.4.3.19', 4896),
  mlKem(512, '2.16.840.1.101.3.4.4.1', 1632, 768),
  mlKem(768, '2.16.840.1.101.3.4.4.2', 2400, 1088),
  mlKem(1024, '2.16.840.1.101.3.4.4.3', 3168, 1568),
  {
    name: 'sm2',
    aws: 'SM2',
    family: 'sm2',
    // GM/T 0006-2012. Signing divides by the scalar and one (GB/T 32918.2 section 6.1): the order less 1 is no key.
    pair: {
      type: 'ec',
      curve: 'SM2',
      oid: '1.2.156.10197.1.301',
      coordinateLength: 32,
      unfitScalar: 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122',
    },
    usages: ['encrypt-decrypt', 'sign-verify', 'key-agreement'],
    runs: 'here',
    algorithms: { 'encrypt-decrypt': ['SM2PKE'], 'sign-verify': ['SM2DSA'], 'key-agreement': ['ECDH'] },
  },
  shortAes(128),
  shortAes(192),
  {
    // What somebody keeps here and takes out again: a password, a token, a key of another system.
    name: 'secret',
    aws: 'SECRET',
    isUnknownToAws: true,
    family: 'secret',
    materialLength: 32,
    longestBrought: 7_500,
    usages: ['store'],
    runs: 'here',
    algorithms: {},
  },
];

const byName = new Map(KEY_SPECS.map((row) => [row.name, row]));
const byAwsName = new Map(KEY_SPECS.flatMap((row) => (row.isUnknownToAws ? [] : [[row.aws, row] as const])));

/** The row of our own name. */
export function keySpec(name: string): KeySpecRow | undefined {
  return byName.get(name);
}

/** The row of a name on the AWS wire. */
export function keySpecByAwsName(aws: string): KeySpecRow | undefined {
  return byAwsName.get(aws);
}

/** The row of the symmetric keys that encrypt which every wire knows. */
export const SYMMETRIC = KEY_SPECS[0] as KeySpecRow;

/** The row of secrets that are stored. */
export const SECRET = byName.get('secret') as KeySpecRow;

/** The rows of symmetric keys by the length of their material in bytes. */
export const SYMMETRIC_BY_LENGTH: ReadonlyMap<number, KeySpecRow> = new Map(
  KEY_SPECS.flatMap((row) => (row.family === 'aes' ? [[row.materialLength as number, row] as const] : [])),
);
