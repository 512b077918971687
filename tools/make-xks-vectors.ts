import { createHash, createSecretKey } from 'node:crypto';
import { bytesOf } from '../src/bytes/bytes.ts';
import {
  decryptXks,
  encryptXks,
  xksHandle,
  xksIntegrityValue,
  type XksCiphertext,
} from '../src/crypto/xks-ciphertext.ts';

/** The vectors of docs/spec/xks.md: every input is the SHA-256 of a name, repeated and cut. */
export function xksVectors(): object {
  const made = [
    ...[0, 1, 33, 8192].map((length) => seal(`an aad of ${length} bytes`, fixed('aad', length), fixed('data key', 32))),
    ...[1, 15, 16, 17, 4300, 8192].map((length) => seal(`${length} bytes`, fixed('aad', 20), fixed('text', length))),
  ];
  const sample = made[2] as (typeof made)[number];
  const refused = [
    ...CHANGES.map(([part, offset]) => ({ name: `${part}, byte ${offset}`, ...flip(sample, part, offset) })),
    { name: 'other material', ...pick(sample), material: hex(fixed('other', 32)) },
    { name: 'no aad', ...pick(sample), aad: '' },
    { name: 'an iv of 12 bytes', ...pick(sample), iv: sample.iv.slice(0, 24) },
    { name: 'no metadata', ...pick(sample), metadata: '' },
  ];
  return { format: 'keystead-xks-vectors/1', made, refused, specificationExample: SPECIFICATION_EXAMPLE };
}

/** The request and the answer of the specification's Encrypt example; appendix C computes the value. */
const SPECIFICATION_EXAMPLE = {
  aad: hex(Buffer.from('project=nile,department=marketing')),
  metadata: hex(Buffer.from('key_version=1')),
  iv: '1ccae5470f39700254779031',
  ciphertext: '821c642b5b71783367deaf18',
  tag: 'bc1c4dda7707d6812447c5955e99b261',
  integrity: 'qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc=',
};

type Part = 'ciphertext' | 'iv' | 'tag' | 'metadata' | 'aad';

const CHANGES: readonly (readonly [Part, number])[] = [
  ['ciphertext', 0],
  ['iv', 15],
  ['tag', 0],
  ['metadata', 0],
  ['metadata', 16],
  ['metadata', 19],
];

function seal(name: string, aad: Buffer, plaintext: Buffer) {
  const material = fixed('material', 32);
  const handle = bytesOf<'Handle'>(fixed(`handle of ${name}`, 16));
  const salt = fixed(`salt of ${name}`, 19);
  const key = createSecretKey(material);
  const parts = encryptXks(key, handle, salt, aad, plaintext);
  if (xksHandle(parts)?.equals(handle) !== true || decryptXks(key, parts, aad)?.equals(plaintext) !== true) {
    throw new Error(`'${name}' does not open`);
  }
  return {
    name,
    material: hex(material),
    handle: hex(handle),
    salt: hex(salt),
    aad: hex(aad),
    plaintext: hex(plaintext),
    ...hexParts(parts),
    integrity: hex(xksIntegrityValue(aad, parts)),
  };
}

type Vector = ReturnType<typeof seal>;

function pick({ material, aad, ciphertext, iv, tag, metadata }: Vector) {
  return { material, aad, ciphertext, iv, tag, metadata };
}

function flip(vector: Vector, part: Part, offset: number) {
  const bytes = Buffer.from(vector[part], 'hex');
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  return { ...pick(vector), [part]: hex(bytes) };
}

function hexParts({ ciphertext, iv, tag, metadata }: XksCiphertext) {
  return { ciphertext: hex(ciphertext), iv: hex(iv), tag: hex(tag), metadata: hex(metadata) };
}

function fixed(name: string, length: number): Buffer {
  const seed = createHash('sha256').update(name).digest();
  return Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, () => seed),
    length,
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
