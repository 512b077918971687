import { createHash, createSecretKey } from 'node:crypto';
import { bytesOf } from '../src/bytes/bytes.ts';
import { aadOfMap } from '../src/crypto/aad.ts';
import {
  externalAad,
  joinExternal,
  openInner,
  parseExternalCiphertext,
  sealInner,
} from '../src/crypto/external-ciphertext.ts';
import { decryptXks, encryptXks } from '../src/crypto/xks-ciphertext.ts';

/** The vectors of the suite `external` of docs/spec/ciphertext.md. The external key is one of the suite `xks`. */
export function externalVectors(): object {
  const made = [1, 16, 32, 4096].map((length) => seal(`${length} bytes`, fixed('plaintext', length)));
  return { format: 'keystead-external-ciphertext-vectors/1', made };
}

function seal(name: string, plaintext: Buffer) {
  const [material, external] = [fixed('material', 32), fixed('external', 32)];
  const [handle, externalHandle] = [fixed(`handle of ${name}`, 16), fixed('external handle', 16)];
  const [salt, externalSalt] = [fixed(`salt of ${name}`, 32), fixed(`external salt of ${name}`, 19)];
  const aad = aadOfMap(new Map([['purpose', name]]));
  const [ours, theirs] = [createSecretKey(material), createSecretKey(external)];
  const inner = sealInner(ours, bytesOf(handle), salt, aad, plaintext);
  const bound = externalAad(inner.header, aad);
  const parts = encryptXks(theirs, bytesOf(externalHandle), externalSalt, bound, inner.inner);
  const ciphertext = joinExternal(inner, parts);
  const parsed = ciphertext && parseExternalCiphertext(ciphertext);
  const opened = parsed && decryptXks(theirs, { ...parts, ...parsed.parts }, bound);
  const plain = parsed && opened && openInner(ours, parsed.header, opened, aad);
  if (!Buffer.isBuffer(plain) || !plain.equals(plaintext)) throw new Error(`'${name}' does not open`);
  const inputs = { material, external, handle, externalHandle, salt, externalSalt, aad, plaintext, ciphertext };
  const hex = Object.entries(inputs).map(([field, bytes]) => [field, Buffer.from(bytes as Buffer).toString('hex')]);
  return { name, ...Object.fromEntries(hex) } as Record<string, string>;
}

function fixed(name: string, length: number): Buffer {
  const seed = createHash('sha256').update(name).digest();
  return Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, () => seed),
    length,
  );
}
