import { diffieHellman, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { bytesOf, wipe, type Bytes } from '../bytes/bytes.ts';
import { aside } from './aside.ts';
import { scalarOf } from './ec-private-key.ts';
import { sm2SharedSecret } from './evp/sm2.ts';
import type { KeySpecRow } from './key-spec.ts';
import { curvePointOf, openPublicKey } from './public-key.ts';

/**
 * The raw shared secret of ECDH (SP 800-56A section 5.7.1.2): the x coordinate, as long as one of the curve's
 * coordinates. The caller wipes it.
 *
 * @param peerSpki SubjectPublicKeyInfo in DER
 * @returns `undefined` where that is not a public key of the same curve
 */
export function deriveSharedSecret(
  spec: KeySpecRow,
  privateKey: KeyObject,
  peerSpki: Uint8Array,
): Bytes<'SharedSecret'> | undefined {
  if (spec.pair?.type !== 'ec') throw new TypeError(`keys of spec ${spec.name} do not agree on secrets`);
  const point = curvePointOf(spec.pair, peerSpki);
  if (point === undefined) return undefined;
  const secret = spec.family === 'sm2' ? deriveSm2(privateKey, point) : derive(privateKey, peerSpki);
  return secret && bytesOf<'SharedSecret'>(secret);
}

/**
 * The same on a thread of the runtime's pool, for curves whose spec asks for it.
 *
 * @throws {TypeError} the spec is not one of those
 */
export function deriveSharedSecretAside(
  spec: KeySpecRow,
  privateKey: KeyObject,
  peerSpki: Uint8Array,
): Promise<Bytes<'SharedSecret'> | undefined> {
  return aside(async () => {
    if (spec.pair?.type !== 'ec' || spec.family === 'sm2')
      throw new TypeError(`keys of spec ${spec.name} agree at once`);
    const publicKey = curvePointOf(spec.pair, peerSpki) && openPublicKey(peerSpki);
    return publicKey && bytesOf<'SharedSecret'>(await agree({ privateKey, publicKey }));
  }, privateKey);
}

const agree = promisify(diffieHellman);

function derive(privateKey: KeyObject, peerSpki: Uint8Array): Buffer | undefined {
  const publicKey = openPublicKey(peerSpki);
  return publicKey && diffieHellman({ privateKey, publicKey });
}

function deriveSm2(privateKey: KeyObject, point: Buffer): Buffer | undefined {
  const material = privateKey.export({ format: 'der', type: 'pkcs8' });
  try {
    return sm2SharedSecret(scalarOf(material), point);
  } finally {
    wipe(material);
  }
}
