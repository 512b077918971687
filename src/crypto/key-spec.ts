/** What a key may do. */
export type KeyUsage =
  | 'encrypt-decrypt'
  | 'sign-verify'
  | 'key-agreement'
  | 'generate-verify-mac'
  | 'encapsulate-decapsulate';

/** Where the material comes from. */
export type Origin = 'generated' | 'imported' | 'remote' | 'hsm';

/** One kind of key. A capability that it lacks is `undefined` in its row. */
export interface KeySpecRow {
  /** Our name, as it stands in records. */
  readonly name: string;
  /** Its name on the AWS wire. */
  readonly aws: string;
  readonly family: 'aes' | 'rsa' | 'ec' | 'edwards' | 'hmac' | 'ml-dsa' | 'ml-kem' | 'sm2';
  /** Length of raw material in bytes, for secret keys. */
  readonly materialLength?: number;
  readonly usages: readonly KeyUsage[];
  /** Algorithms by usage, by their names on the AWS wire. */
  readonly algorithms: { readonly [Usage in KeyUsage]?: readonly string[] };
  /** Whether this server already makes and uses such keys. */
  readonly available: boolean;
}

const RSA_ENCRYPTION = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];
const RSA_SIGNING = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
];

function rsa(bits: number): KeySpecRow {
  return {
    name: `rsa-${bits}`,
    aws: `RSA_${bits}`,
    family: 'rsa',
    usages: ['encrypt-decrypt', 'sign-verify'],
    algorithms: { 'encrypt-decrypt': RSA_ENCRYPTION, 'sign-verify': RSA_SIGNING },
    available: false,
  };
}

function nistCurve(bits: number, signing: string): KeySpecRow {
  return {
    name: `ec-p${bits}`,
    aws: `ECC_NIST_P${bits}`,
    family: 'ec',
    usages: ['sign-verify', 'key-agreement'],
    algorithms: { 'sign-verify': [signing], 'key-agreement': ['ECDH'] },
    available: false,
  };
}

function hmac(bits: number): KeySpecRow {
  return {
    name: `hmac-${bits}`,
    aws: `HMAC_${bits}`,
    family: 'hmac',
    materialLength: bits / 8,
    usages: ['generate-verify-mac'],
    algorithms: { 'generate-verify-mac': [`HMAC_SHA_${bits}`] },
    available: false,
  };
}

function mlDsa(level: number): KeySpecRow {
  return {
    name: `ml-dsa-${level}`,
    aws: `ML_DSA_${level}`,
    family: 'ml-dsa',
    usages: ['sign-verify'],
    algorithms: { 'sign-verify': ['ML_DSA_SHAKE_256'] },
    available: false,
  };
}

function mlKem(level: number): KeySpecRow {
  return {
    name: `ml-kem-${level}`,
    aws: `ML_KEM_${level}`,
    family: 'ml-kem',
    usages: ['encapsulate-decapsulate'],
    algorithms: { 'encapsulate-decapsulate': ['ML_KEM'] },
    available: false,
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
    algorithms: { 'encrypt-decrypt': ['SYMMETRIC_DEFAULT'] },
    available: true,
  },
  rsa(2048),
  rsa(3072),
  rsa(4096),
  nistCurve(256, 'ECDSA_SHA_256'),
  nistCurve(384, 'ECDSA_SHA_384'),
  nistCurve(521, 'ECDSA_SHA_512'),
  {
    name: 'ec-secp256k1',
    aws: 'ECC_SECG_P256K1',
    family: 'ec',
    usages: ['sign-verify'],
    algorithms: { 'sign-verify': ['ECDSA_SHA_256'] },
    available: false,
  },
  {
    name: 'ed25519',
    aws: 'ECC_NIST_EDWARDS25519',
    family: 'edwards',
    usages: ['sign-verify'],
    algorithms: { 'sign-verify': ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
    available: false,
  },
  hmac(224),
  hmac(256),
  hmac(384),
  hmac(512),
  mlDsa(44),
  mlDsa(65),
  mlDsa(87),
  mlKem(512),
  mlKem(768),
  mlKem(1024),
  {
    name: 'sm2',
    aws: 'SM2',
    family: 'sm2',
    usages: ['encrypt-decrypt', 'sign-verify', 'key-agreement'],
    algorithms: { 'encrypt-decrypt': ['SM2PKE'], 'sign-verify': ['SM2DSA'], 'key-agreement': ['ECDH'] },
    available: false,
  },
];

const byName = new Map(KEY_SPECS.map((row) => [row.name, row]));
const byAwsName = new Map(KEY_SPECS.map((row) => [row.aws, row]));

/** The row of our own name. */
export function keySpec(name: string): KeySpecRow | undefined {
  return byName.get(name);
}

/** The row of a name on the AWS wire. */
export function keySpecByAwsName(aws: string): KeySpecRow | undefined {
  return byAwsName.get(aws);
}

/** The row of symmetric keys that encrypt: the only ones with versions, contexts and data keys. */
export const SYMMETRIC = KEY_SPECS[0] as KeySpecRow;
