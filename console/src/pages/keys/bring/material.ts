import { keyCheckValue, publicKeyCheckValue } from '@keystead/sdk';
import { specName } from '../key-words.ts';
import { importable, materialLength, type WebPair } from './importable.ts';

/** Key material in this page's memory: where nobody else has it, nobody else gets it. */
export interface Material {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the server is to show for it. Undefined where this browser cannot compute it. */
  readonly checkValue: string | undefined;
}

/** Why bytes are no material for a key of this kind, in a sentence. */
export class MaterialProblem extends Error {}

/** The longest that RSA-OAEP with SHA-256 carries under a wrapping key of 4096 bits (RFC 8017 section 7.1.1). */
const LONGEST = 446;
const { subtle } = globalThis.crypto;

/** Overwrites it. What the browser itself copied is out of reach: the page should be closed afterwards. */
export function wipe({ bytes }: Material): void {
  bytes.fill(0);
}

/**
 * Draws secret bytes, or makes a pair, from the browser's own generator.
 *
 * @throws {MaterialProblem} where this browser knows no such pairs
 */
export async function makeMaterial(spec: string): Promise<Material> {
  const { length, web } = importable(spec);
  if (length !== undefined) return secretOf(crypto.getRandomValues(new Uint8Array(length)));
  if (web === undefined) throw new MaterialProblem('A browser cannot make this kind of key: use OpenSSL.');
  const [ofPrivate, ofPublic] = web.usages;
  const pair = await subtle.generateKey(web.algorithm, true, asUsages([...ofPrivate, ...ofPublic])).catch(() => {
    throw new MaterialProblem(
      'This browser does not know this kind of key yet: bring it in a file, or use another browser.',
    );
  });
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
  const length = materialLength(spec);
  if (length !== undefined) return secretOf(secretIn(file, length));
  const bytes = pkcs8In(file);
  const checkValue = await pairCheckValue(bytes, spec).catch((error: unknown) => {
    bytes.fill(0);
    throw error;
  });
  if (bytes.length <= LONGEST) return { bytes, checkValue };
  const held = bytes.length;
  bytes.fill(0);
  throw new MaterialProblem(
    `This private key has ${held} bytes, and a browser wraps ${LONGEST} at most. Bring it with its seed alone, or let OpenSSL wrap it.`,
  );
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

const asUsages = (usages: readonly string[]) => usages as readonly KeyUsage[] as KeyUsage[];

/** Members of a JWK that make its public half (RFC 7518 section 6, RFC 9964 section 3). */
const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'alg', 'pub'];

async function pairCheckValue(bytes: Uint8Array<ArrayBuffer>, spec: string): Promise<string | undefined> {
  const { web, modulusBits: wanted } = importable(spec);
  if (web === undefined || !(await isKnown(web))) return undefined;
  const [ofPrivate, ofPublic] = web.usages;
  let jwk: JsonWebKey;
  try {
    jwk = await subtle.exportKey(
      'jwk',
      await subtle.importKey('pkcs8', bytes, web.algorithm, true, asUsages(ofPrivate)),
    );
  } catch {
    throw new MaterialProblem(
      `This file holds no private key of the kind ${specName(spec)} in PKCS#8, or a damaged one.`,
    );
  }
  const modulusBits = jwk.n === undefined ? undefined : (jwk.n.replaceAll('=', '').length * 6) & ~7;
  if (modulusBits !== wanted)
    throw new MaterialProblem(`This is an RSA key of ${modulusBits} bits, and the key takes ${wanted}.`);
  const half = Object.fromEntries(Object.entries(jwk).filter(([member]) => PUBLIC_MEMBERS.includes(member)));
  const publicKey = await subtle.importKey('jwk', half, web.algorithm, true, asUsages(ofPublic));
  return publicKeyCheckValue(new Uint8Array(await subtle.exportKey('spki', publicKey)));
}

/** Whether this browser knows pairs of this kind: those of RSA and of the NIST curves all do. */
async function isKnown({ algorithm, usages: [ofPrivate, ofPublic] }: WebPair): Promise<boolean> {
  if (algorithm.hash !== undefined) return true;
  return subtle.generateKey(algorithm, false, asUsages([...ofPrivate, ...ofPublic])).then(
    () => true,
    () => false,
  );
}
