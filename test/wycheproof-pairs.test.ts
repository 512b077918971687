import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { contextTag, der } from '../src/crypto/der.ts';
import { pointOf, writeEcPrivateKey, type Curve } from '../src/crypto/ec-private-key.ts';
import { decapsulate } from '../src/crypto/encapsulation.ts';
import { deriveSharedSecret } from '../src/crypto/key-agreement.ts';
import { isMaterialProblem, openKeyMaterial, publicKeyOf, readImportedMaterial } from '../src/crypto/key-material.ts';
import { keySpec, type KeySpecRow } from '../src/crypto/key-spec.ts';
import { writePrivateKeyInfo } from '../src/crypto/pkcs8.ts';
import { decryptAside, decryptWith, type PublicKeyEncryptionName } from '../src/crypto/public-key-encryption.ts';
import { verify, type MessageType, type SigningAlgorithmName } from '../src/crypto/signing.ts';
import {
  attempt,
  compare,
  describeSuites,
  hex,
  type Group,
  type Outcome,
  type Suite,
  type Vector,
} from './wycheproof.fixture.ts';

const row = (name: string) => keySpec(name) as KeySpecRow;

describeSuites('key pairs', [
  ...signatures('ecdsa_secp256r1_sha256', 'ECDSA_SHA_256', 'sha256'),
  ...signatures('ecdsa_secp256k1_sha256', 'ECDSA_SHA_256', 'sha256'),
  ...signatures('ecdsa_secp384r1_sha384', 'ECDSA_SHA_384', 'sha384'),
  ...signatures('ecdsa_secp521r1_sha512', 'ECDSA_SHA_512', 'sha512'),
  ...signatures('rsa_signature_2048_sha256', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256'),
  ...signatures('rsa_pss_2048_sha256_mgf1_32', 'RSASSA_PSS_SHA_256', 'sha256'),
  signature('ed25519', 'ED25519_SHA_512', 'RAW'),
  ...mlDsa('mldsa_44_verify'),
  ...mlDsa('mldsa_65_verify'),
  ecdh('ecdh_secp256r1', 'ec-p256'),
  ecdh('ecdh_secp384r1', 'ec-p384'),
  ecdh('ecdh_secp521r1', 'ec-p521'),
  mlKem('mlkem_512', 'ml-kem-512'),
  mlKem('mlkem_768', 'ml-kem-768'),
  oaep('rsa_oaep_2048_sha1_mgf1sha1', 'RSAES_OAEP_SHA_1'),
  oaep('rsa_oaep_2048_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_3072_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_4096_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  // MGF1 by another hash is for imports alone: a key that encrypts knows one form.
  { ...oaep('rsa_oaep_2048_sha256_mgf1sha1', 'RSAES_OAEP_SHA_256'), mustRefuse: () => true },
]);

function publicKeyIn(group: Group): KeyObject | undefined {
  return attempt(() => createPublicKey({ key: hex(group['publicKeyDer']), format: 'der', type: 'spki' }));
}

function signature(
  file: string,
  algorithm: SigningAlgorithmName,
  type: MessageType,
  messageOf: (vector: Vector, group: Group) => Buffer = (vector) => hex(vector['msg']),
): Suite {
  return {
    file,
    by: `${algorithm} ${type}`,
    outcome: (vector, group) => {
      const publicKey = publicKeyIn(group);
      if (publicKey === undefined) return 'refused';
      const isValid = verify(algorithm, publicKey, messageOf(vector, group), type, hex(vector['sig']));
      return isValid ? 'right' : 'refused';
    },
  };
}

/** By the message and by its digest: two ways through different code. */
function signatures(file: string, algorithm: SigningAlgorithmName, hash: string): Suite[] {
  const digest = (vector: Vector) => createHash(hash).update(hex(vector['msg'])).digest();
  return [signature(file, algorithm, 'RAW'), signature(file, algorithm, 'DIGEST', digest)];
}

/** The longest context that FIPS 204 has, in bytes. */
const MAX_CONTEXT = 255;

function mlDsa(file: string): Suite[] {
  const raw = signature(file, 'ML_DSA_SHAKE_256', 'RAW');
  const external = signature(file, 'ML_DSA_SHAKE_256', 'EXTERNAL_MU', mu);
  return [
    // A whole message has the empty context here.
    { ...raw, mustRefuse: (vector) => hex(vector['ctx']).length > 0 },
    {
      ...external,
      skip: (vector) => (hex(vector['ctx']).length > MAX_CONTEXT ? 'a context that mu cannot hold' : undefined),
    },
  ];
}

/** FIPS 204 algorithm 2 line 10 and algorithm 7 line 6. */
function mu(vector: Vector, group: Group): Buffer {
  const context = hex(vector['ctx']);
  const shake = (...parts: readonly Buffer[]) => {
    const state = createHash('shake256', { outputLength: 64 });
    for (const part of parts) state.update(part);
    return state.digest();
  };
  const head = Buffer.from([0, context.length]);
  return shake(shake(hex(group['publicKey'])), head, context, hex(vector['msg']));
}

function ecdh(file: string, name: string): Suite {
  const spec = row(name);
  const curve = spec.pair as Curve;
  return {
    file,
    // Valid elsewhere, perhaps: here a curve is named, and DER is DER.
    mustRefuse: ({ flags }) => flags.includes('UnnamedCurve') || flags.includes('InvalidAsn'),
    outcome: (vector): Outcome => {
      const scalar = Buffer.alloc(curve.coordinateLength);
      const given = hex(vector['private']).subarray(-curve.coordinateLength);
      given.copy(scalar, scalar.length - given.length);
      const point = pointOf(curve, scalar);
      if (point === undefined) return 'refused';
      const key = openKeyMaterial(spec, writeEcPrivateKey(curve, scalar, point));
      return compare(deriveSharedSecret(spec, key, hex(vector['public'])), vector['shared']);
    },
  };
}

function mlKem(file: string, name: string): Suite {
  const spec = row(name);
  const { oid } = spec.pair as { oid: string };
  return {
    file,
    outcome: (vector): Outcome => {
      const seed = der(contextTag(0, 'primitive'), hex(vector['seed']));
      const material = readImportedMaterial(spec, writePrivateKeyInfo(oid, [], seed));
      if (material instanceof Promise || isMaterialProblem(material)) return 'refused';
      const key = openKeyMaterial(spec, material);
      const publicKey = hex(vector['ek']);
      const isOther = publicKey.length > 0 && !publicKeyOf(spec, key).subarray(-publicKey.length).equals(publicKey);
      return isOther ? 'wrong' : compare(decapsulate(spec, key, hex(vector['c'])), vector['K']);
    },
  };
}

function oaep(file: string, algorithm: PublicKeyEncryptionName): Suite {
  return {
    file,
    // Keys have no label, so what was encrypted with one is refused.
    mustRefuse: (vector) => vector['label'] !== '',
    outcome: async (vector, group) => {
      const key = openKeyMaterial(row(`rsa-${Number(group['keySize'])}`), hex(group['privateKeyPkcs8']));
      const ciphertext = hex(vector['ct']);
      const [found, foundAside] = [
        decryptWith(algorithm, key, ciphertext),
        await decryptAside(algorithm, key, ciphertext),
      ];
      const isSame = foundAside === undefined ? found === undefined : found?.equals(foundAside) === true;
      return isSame ? compare(found, vector['msg']) : 'wrong';
    },
  };
}
