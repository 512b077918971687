import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import { generateMaterial, openKeyMaterial, publicKeyOf, type KeyMaterial } from './key-material.ts';
import { KEY_SPECS, type KeySpecRow } from './key-spec.ts';

export interface DataKeyPair {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** PKCS#8, DER. The caller wipes it once it is handed out. */
  readonly privateKey: Bytes<'PrivateKey'>;
}

/** Families whose pairs are handed out: those with which data is encrypted, signed or agreed upon, but not ML-DSA. */
const FAMILIES: readonly KeySpecRow['family'][] = ['rsa', 'ec', 'edwards', 'sm2', 'ml-kem'];

/** Specs of data key pairs by their names on the AWS wire. */
export const DATA_KEY_PAIR_SPECS: ReadonlyMap<string, KeySpecRow> = new Map(
  KEY_SPECS.filter(({ family }) => FAMILIES.includes(family)).map((row) => [row.aws, row]),
);

/** A fresh pair to hand out. RSA comes as a promise. ML-KEM is written as its seed, of one length for all levels. */
export function generateDataKeyPair(spec: KeySpecRow): DataKeyPair | Promise<DataKeyPair> {
  const material = generateMaterial(spec);
  return material instanceof Promise ? material.then((made) => pairOf(spec, made)) : pairOf(spec, material);
}

function pairOf(spec: KeySpecRow, material: KeyMaterial): DataKeyPair {
  return {
    publicKey: publicKeyOf(spec, openKeyMaterial(spec, material)),
    privateKey: bytesOf<'PrivateKey'>(material as Buffer),
  };
}
