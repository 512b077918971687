import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { keyCheckValue, publicKeyCheckValue } from '@keystead/sdk';
import { CliError } from './errors.ts';
import { secretMaterial, secretLength } from './secret-material.ts';

/**
 * The check value of material in a file at home, which is wiped. Of a pair it may be either half.
 *
 * @param spec the spec of the key that it is compared with
 */
export async function ownCheckValue(material: Uint8Array<ArrayBuffer>, spec: string): Promise<string> {
  try {
    if (secretLength(spec) !== undefined) return await secretCheckValue(material, spec);
    const publicKey = readPublicKey(Buffer.from(material.buffer)).export({ format: 'der', type: 'spki' });
    return await publicKeyCheckValue(new Uint8Array(publicKey));
  } finally {
    material.fill(0);
  }
}

async function secretCheckValue(file: Uint8Array<ArrayBuffer>, spec: string): Promise<string> {
  const secret = secretMaterial(Buffer.from(file.buffer), spec);
  try {
    return await keyCheckValue(secret);
  } finally {
    secret.fill(0);
  }
}

const READERS: readonly ((key: Buffer) => KeyObject)[] = [
  (key) => createPublicKey({ key, format: 'pem' }),
  (key) => createPublicKey({ key, format: 'der', type: 'spki' }),
  (key) => createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' })),
];

function readPublicKey(bytes: Buffer): KeyObject {
  for (const read of READERS) {
    try {
      return read(bytes);
    } catch {
      // Not in this form: the next one, if any, decides.
    }
  }
  throw new CliError(
    'failed',
    'unreadable-material',
    'the file holds no key that can be read',
    'Name a file with the key pair in PEM or DER (PKCS#8), or with its public key.',
  );
}
