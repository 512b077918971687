import { keyCheckValue, publicKeyCheckValue } from '@keystead/sdk';

/** Key material in this page's memory: where nobody else has it, nobody else gets it. */
export interface Material {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the server is to show for it. Undefined where this browser cannot compute it. */
  readonly checkValue: string | undefined;
}

/** Why bytes are no material for a key of this kind, in a sentence. */
export class MaterialProblem extends Error {}

const LENGTHS: Readonly<Record<string, number>> = {
  'aes-128': 16,
  'aes-256': 32,
  'hmac-224': 28,
  'hmac-256': 32,
  'hmac-384': 48,
  'hmac-512': 64,
};
const CURVES: Readonly<Record<string, string>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };
const MODULUS_BITS = { 'rsa-2048': 2048, 'rsa-3072': 3072, 'rsa-4096': 4096 } as Readonly<Record<string, number>>;
const { subtle } = globalThis.crypto;

/** Length of secret material in bytes; undefined for pairs. */
export const materialLength = (spec: string): number | undefined => LENGTHS[spec];

/** Whether this browser can make the material, and wrap it: RSA keys need AES-KWP, which browsers have not. */
export const isMadeHere = (spec: string): boolean => spec in LENGTHS || spec in CURVES;

/** Overwrites it. What the browser itself copied is out of reach: the page should be closed afterwards. */
export function wipe({ bytes }: Material): void {
  bytes.fill(0);
}

/** Draws secret bytes, or makes a pair, from the browser's own generator. */
export async function makeMaterial(spec: string): Promise<Material> {
  const length = LENGTHS[spec];
  if (length !== undefined) return secretOf(crypto.getRandomValues(new Uint8Array(length)));
  const namedCurve = CURVES[spec];
  if (namedCurve === undefined) throw new MaterialProblem('A browser cannot make this kind of key: use OpenSSL.');
  const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
  const bytes = new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey));
  const publicKey = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
  return { bytes, checkValue: await publicKeyCheckValue(publicKey) };
}

/**
 * Reads material out of a file: raw bytes, hexadecimal digits or base64 of a secret key, the file that this page saves,
 * PKCS#8 of a pair in PEM or DER.
 *
 * @throws {MaterialProblem}
 */
export async function readMaterial(file: Uint8Array<ArrayBuffer>, spec: string): Promise<Material> {
  const length = LENGTHS[spec];
  if (length !== undefined) return secretOf(secretIn(file, length));
  const bytes = pkcs8In(file);
  return { bytes, checkValue: await pairCheckValue(bytes, spec) };
}

async function secretOf(bytes: Uint8Array<ArrayBuffer>): Promise<Material> {
  return { bytes, checkValue: await keyCheckValue(bytes) };
}

function secretIn(file: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (file.length === length) return file.slice();
  const text = new TextDecoder().decode(file);
  const saved = /^Material \(hex\): ([0-9a-f]+)$/m.exec(text)?.[1];
  const digits = saved ?? text.trim();
  const found = /^([0-9a-fA-F]{2})+$/.test(digits) ? Uint8Array.fromHex(digits) : base64In(digits);
  if (found === undefined)
    throw new MaterialProblem(
      `This file has ${file.length} bytes. The key takes ${length}: as they are, as hexadecimal digits, or in base64.`,
    );
  if (found.length === length) return found;
  const held = found.length;
  found.fill(0);
  throw new MaterialProblem(`There are ${held} bytes in this file, and the key takes ${length}.`);
}

function base64In(text: string): Uint8Array<ArrayBuffer> | undefined {
  const joined = text.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(joined) || joined.length < 16) return undefined;
  try {
    return Uint8Array.fromBase64(joined, /[-_]/.test(joined) ? { alphabet: 'base64url' } : {});
  } catch {
    return undefined;
  }
}

function pkcs8In(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  // SEQUENCE, the first byte of any DER that a private key comes in.
  if (file[0] === 0x30) return file.slice();
  const text = new TextDecoder().decode(file);
  const [, label, body] = /-----BEGIN ([A-Z ]+)-----([^-]+)-----END/.exec(text) ?? [];
  if (label === undefined || body === undefined)
    throw new MaterialProblem('This is no private key in PEM or DER. The key takes PKCS#8.');
  if (label === 'ENCRYPTED PRIVATE KEY')
    throw new MaterialProblem(
      'This private key is encrypted with a passphrase. Take that off first: openssl pkcs8 -topk8 -nocrypt -in FILE -out PLAIN',
    );
  if (label.includes('PUBLIC')) throw new MaterialProblem('This is a public key. The private one is needed.');
  if (label !== 'PRIVATE KEY')
    throw new MaterialProblem(
      `This is a ${label}, not PKCS#8. Convert it first: openssl pkcs8 -topk8 -nocrypt -in FILE -out PKCS8`,
    );
  return base64In(body) ?? refuseBase64();
}

function refuseBase64(): never {
  throw new MaterialProblem('The base64 between the PEM lines is damaged.');
}

async function pairCheckValue(bytes: Uint8Array<ArrayBuffer>, spec: string): Promise<string | undefined> {
  const namedCurve = CURVES[spec];
  const bits = MODULUS_BITS[spec];
  if (namedCurve === undefined && bits === undefined) return undefined;
  const algorithm =
    namedCurve === undefined ? { name: 'RSA-PSS', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  let jwk: JsonWebKey;
  try {
    jwk = await subtle.exportKey('jwk', await subtle.importKey('pkcs8', bytes, algorithm, true, ['sign']));
  } catch {
    throw new MaterialProblem(
      `This file holds no private key of the kind ${namedCurve ?? `RSA ${bits}`} in PKCS#8, or a damaged one.`,
    );
  }
  const modulusBits = jwk.n === undefined ? undefined : (jwk.n.replaceAll('=', '').length * 6) & ~7;
  if (bits !== undefined && modulusBits !== bits)
    throw new MaterialProblem(`This is an RSA key of ${modulusBits} bits, and the key takes ${bits}.`);
  const { kty, crv, x, y, n, e } = jwk;
  const half = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  const publicKey = await subtle.importKey('jwk', half as JsonWebKey, algorithm, true, ['verify']);
  return publicKeyCheckValue(new Uint8Array(await subtle.exportKey('spki', publicKey)));
}
