import { checkPrimeSync, createHash } from 'node:crypto';
import { contextTag, der, TAG } from '../src/crypto/der.ts';
import { pointOf, writeEcPrivateKey, type Curve } from '../src/crypto/ec-private-key.ts';
import { decapsulate } from '../src/crypto/encapsulation.ts';
import { deriveSharedSecret } from '../src/crypto/key-agreement.ts';
import { keyCheckValue } from '../src/crypto/key-check-value.ts';
import { isMaterialProblem, openKeyMaterial, publicKeyOf, readImportedMaterial } from '../src/crypto/key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from '../src/crypto/key-spec.ts';
import { generateMac, type MacAlgorithmName } from '../src/crypto/mac.ts';
import { writePrivateKeyInfo } from '../src/crypto/pkcs8.ts';
import { writeRsaPrivateKey } from '../src/crypto/rsa-private-key.ts';
import { sign, type MessageType, type SigningAlgorithmName } from '../src/crypto/signing.ts';
import { sm2Digest } from '../src/crypto/sm2-digest.ts';
import { fixed, hex } from './fixed-bytes.ts';

/** The test vectors of docs/spec/key-specs.md: of what gives the same answer every time. */
export async function keySpecVectors() {
  const message = fixed('message', 100);
  return {
    format: 'keystead-key-specs-vectors/1',
    // A stored secret is any bytes, and has no check value.
    keys: KEY_SPECS.filter(({ family }) => family !== 'secret').map((spec) => keyVector(spec)),
    signatures: [
      signature('rsa-2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'RAW', message),
      signature('rsa-2048', 'RSASSA_PKCS1_V1_5_SHA_384', 'DIGEST', fixed('digest', 48)),
      signature('rsa-3072', 'RSASSA_PKCS1_V1_5_SHA_512', 'DIGEST', fixed('digest', 64)),
      signature('ed25519', 'ED25519_SHA_512', 'RAW', message),
      signature('ed25519', 'ED25519_PH_SHA_512', 'DIGEST', fixed('digest', 64)),
    ],
    macs: KEY_SPECS.filter(({ family }) => family === 'hmac').map((spec) => mac(spec, message)),
    sharedSecrets: KEY_SPECS.filter(({ usages }) => usages.includes('key-agreement')).map(sharedSecret),
    rejected: KEY_SPECS.filter(({ family }) => family === 'ml-kem').map(rejected),
    sm2Digests: [
      { material: hex(materialOf(row('sm2'))), message: hex(message), digest: hex(sm2Digest(message, open('sm2'))) },
    ],
    refused: await refusals(),
  };
}

const row = (name: string) => keySpec(name) as KeySpecRow;
const open = (name: string) => openKeyMaterial(row(name), materialOf(row(name)));

function keyVector(spec: KeySpecRow) {
  const material = materialOf(spec);
  const key = openKeyMaterial(spec, material);
  return {
    spec: spec.name,
    material: hex(material),
    ...(spec.pair !== undefined && { publicKey: hex(publicKeyOf(spec, key)) }),
    checkValue: keyCheckValue(key),
  };
}

/** Fixed material for each spec, in the form that is kept. */
function materialOf(spec: KeySpecRow, name = 'key'): Buffer {
  const { pair } = spec;
  if (pair === undefined) return fixed(`${name} ${spec.name}`, spec.materialLength as number);
  switch (pair.type) {
    case 'rsa':
      return rsaMaterial(spec.name, pair.modulusLength);
    case 'ec':
      return ecMaterial(pair, `${name} ${spec.name}`);
    case 'edwards':
      return writePrivateKeyInfo(pair.oid, [], der(TAG.octetString, fixed(`${name} ${spec.name}`, pair.secretLength)));
    case 'module-lattice':
      return writePrivateKeyInfo(
        pair.oid,
        [],
        der(contextTag(0, 'primitive'), fixed(`${name} ${spec.name}`, pair.seedLength)),
      );
  }
}

function ecMaterial(curve: Curve, name: string): Buffer {
  const scalar = fixed(name, curve.coordinateLength);
  // Below the order of every curve.
  scalar[0] = 0;
  return writeEcPrivateKey(curve, scalar, pointOf(curve, scalar) as Buffer);
}

const rsaMaterials = new Map<string, Buffer>();

/** The first primes above two fixed numbers, and what follows from them. */
function rsaMaterial(name: string, modulusLength: number): Buffer {
  const known = rsaMaterials.get(name);
  if (known !== undefined) return known;
  const e = 65537n;
  const [p, q] = ['p', 'q'].map((prime) => primeFrom(`${prime} ${name}`, modulusLength / 2, e)) as [bigint, bigint];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qInverse: inverse(q, p) };
  const [n, ...rest] = Object.values(parts).map(bytesOf) as [Buffer, ...Buffer[]];
  const [eBytes, dBytes, pBytes, qBytes, dp, dq, qInverse] = rest as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const material = writeRsaPrivateKey({ n, e: eBytes, d: dBytes, p: pBytes, q: qBytes, dp, dq, qInverse });
  rsaMaterials.set(name, material);
  return material;
}

function primeFrom(name: string, bits: number, e: bigint): bigint {
  const start = expanded(name, bits / 8);
  // Two ones in front, so that the product has all its bits; a one behind, for an odd number.
  start[0] = (start[0] as number) | 0xc0;
  let candidate = BigInt(`0x${hex(start)}`) | 1n;
  while ((candidate - 1n) % e === 0n || !checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** As many bytes as wanted that do not repeat. */
function expanded(name: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, n) =>
    createHash('sha256').update(`${name} ${n}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high, x, y] = [value % modulus, modulus, 1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high, x, y] = [high % low, low, y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}

function bytesOf(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
}

function signature(name: string, algorithm: SigningAlgorithmName, messageType: MessageType, message: Buffer) {
  const made = sign(algorithm, open(name), message, messageType);
  return { spec: name, algorithm, messageType, message: hex(message), signature: hex(made) };
}

function mac(spec: KeySpecRow, message: Buffer) {
  const algorithm = spec.algorithms['generate-verify-mac']?.[0] as MacAlgorithmName;
  return {
    spec: spec.name,
    algorithm,
    message: hex(message),
    mac: hex(generateMac(algorithm, open(spec.name), message)),
  };
}

function sharedSecret(spec: KeySpecRow) {
  const peer = openKeyMaterial(spec, materialOf(spec, 'peer'));
  const publicKey = publicKeyOf(spec, peer);
  const secret = deriveSharedSecret(spec, open(spec.name), publicKey) as Buffer;
  return { spec: spec.name, publicKey: hex(publicKey), sharedSecret: hex(secret) };
}

function rejected(spec: KeySpecRow) {
  const { ciphertextLength } = spec.pair as { ciphertextLength: number };
  const ciphertext = fixed('ciphertext', ciphertextLength);
  const secret = decapsulate(spec, open(spec.name), ciphertext) as Buffer;
  return { spec: spec.name, ciphertext: hex(ciphertext), sharedSecret: hex(secret) };
}

/** Changed material, and the code that says why it is refused. */
async function refusals() {
  const p256 = materialOf(row('ec-p256'));
  const ed25519 = materialOf(row('ed25519'));
  const mlKem = materialOf(row('ml-kem-512'));
  const rsa = materialOf(row('rsa-2048'));
  const flipped = (bytes: Buffer, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)) as Buffer;
  const cases: readonly (readonly [spec: string, what: string, material: Buffer])[] = [
    ['aes-256', 'a byte less', fixed('short', 31)],
    ['hmac-384', 'a byte more', fixed('long', 49)],
    ['ec-p256', 'a byte behind it', Buffer.concat([p256, Buffer.alloc(1)])],
    ['ec-p256', 'its last byte missing', p256.subarray(0, -1)],
    ['ec-p256', 'the public key of another', flipped(p256, p256.length - 1)],
    ['ec-p384', 'a key of P-256', p256],
    ['ec-p256', 'a scalar of zero', ecWith(row('ec-p256').pair as Curve, Buffer.alloc(32))],
    ['ed25519', 'version 2', ed25519.map((byte, at) => (at === 4 ? 2 : byte)) as Buffer],
    ['ed25519', 'a key of ML-KEM', mlKem],
    ['ml-kem-768', 'a key of ML-KEM-512', mlKem],
    ['rsa-3072', 'a key of 2048 bits', rsa],
    ['rsa-2048', 'another coefficient', flipped(rsa, rsa.length - 1)],
    ['rsa-2048', 'another modulus', flipped(rsa, 200)],
  ];
  const refused = cases.map(async ([spec, what, material]) => {
    const read = await readImportedMaterial(row(spec), material);
    if (!isMaterialProblem(read)) throw new Error(`${spec} is taken with ${what}`);
    return { spec, what, material: hex(material), code: read.code };
  });
  return Promise.all(refused);
}

function ecWith(curve: Curve, scalar: Buffer): Buffer {
  const one = Buffer.alloc(curve.coordinateLength);
  one[one.length - 1] = 1;
  return writeEcPrivateKey(curve, scalar, pointOf(curve, one) as Buffer);
}
