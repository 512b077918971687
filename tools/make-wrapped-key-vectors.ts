import { createSecretKey } from 'node:crypto';
import { aadOfList } from '../src/crypto/aad.ts';
import { openWrapped, parseWrapped, sealWrapped } from '../src/crypto/wrapped-key.ts';
import { fixed, hex } from './fixed-bytes.ts';

const HANDLE = '5a1c2b3d-4e5f-4607-8899-aabbccddeeff';
type List = readonly string[] | null;

const LISTS: readonly (readonly [string, List])[] = [
  ['no aad', null],
  ['an empty list', []],
  ['one text', ['a']],
  ['an empty text', ['']],
  ['order and repetitions', ['b', 'a', 'b']],
  ['the letter on the other side', ['ba', 'b']],
  ['composed', ['\u00e9']],
  ['decomposed', ['e\u0301']],
  ['beyond the first plane', ['\u{1F600}']],
];
const LENGTHS = [1, 15, 16, 17, 32, 8191, 8192];
const MATERIALS = [16, 24, 32];

/** The vectors of docs/spec/wrapped-key.md. */
export function wrappedKeyVectors(): object {
  const made = [
    ...LISTS.map(([name, list]) => seal(name, 32, list, fixed(name, 24))),
    ...LENGTHS.map((length) => seal(`${length} bytes`, 32, null, fixed('secret', length))),
    ...MATERIALS.map((length) => seal(`material of ${length} bytes`, length, null, fixed('secret', 32))),
  ];
  const sample = made.find(({ name }) => name === 'one text') as (typeof made)[number];
  return {
    format: 'keystead-wrapped-key-vectors/1',
    made,
    refused: [
      ...refusals(sample.wrapped).map(([reason, name, wrapped]) => ({ ...pick(sample), name, reason, wrapped })),
      { ...pick(sample), name: 'no aad', reason: 'wrong-context', aad: '00' },
      { ...pick(sample), name: 'other material', reason: 'wrong-context', material: hex(fixed('other', 32)) },
    ],
  };
}

function pick({ material, aad, wrapped }: ReturnType<typeof seal>) {
  return { material, aad, wrapped };
}

function seal(name: string, materialLength: number, list: List, secret: Buffer) {
  const material = fixed('material', materialLength);
  const key = createSecretKey(material);
  const salt = fixed(`salt of ${name}`, 32);
  const aad = aadOfList(list ?? undefined);
  const wrapped = sealWrapped(key, HANDLE, salt, aad, secret);
  const parsed = parseWrapped(wrapped);
  const opened = parsed && openWrapped(key, parsed, aad);
  if (!Buffer.isBuffer(opened) || !opened.equals(secret)) throw new Error(`'${name}' does not open`);
  return {
    name,
    material: hex(material),
    handle: HANDLE,
    salt: hex(salt),
    list,
    aad: hex(aad),
    secret: hex(secret),
    wrapped: wrapped.toString('base64'),
  };
}

type Reason = 'unreadable' | 'wrong-context' | 'damaged';

/** One change of each part, and the reason that a reader finds. */
function refusals(wrapped: string): (readonly [Reason, string, string])[] {
  const text = Buffer.from(wrapped, 'base64').toString('latin1');
  const parts = JSON.parse(text) as { ciphertext: string; iv: string; version: string; handle: string };
  const [sealed, salt] = [Buffer.from(parts.ciphertext, 'base64'), Buffer.from(parts.iv, 'base64')];
  const spelt = (more: object) => Buffer.from(JSON.stringify({ ...parts, ...more }), 'latin1').toString('base64');
  const raw = (changed: string) => Buffer.from(changed, 'latin1').toString('base64');
  const flip = (bytes: Buffer, offset: number) =>
    Buffer.from(bytes.map((byte, at) => (at === offset ? byte ^ 1 : byte))).toString('base64');
  const { iv, version, ciphertext, handle } = parts;
  return [
    ['unreadable', 'another version', spelt({ version: '3.0.0' })],
    ['unreadable', 'a further member', spelt({ hash: 'x' })],
    ['unreadable', 'another order', raw(JSON.stringify({ iv, ciphertext, version, handle }))],
    ['unreadable', 'a member twice', raw(text.replace('"iv":', `"iv":"${iv}","iv":`))],
    ['unreadable', 'a member missing', raw(JSON.stringify({ ciphertext, iv, version }))],
    ['unreadable', 'white space', raw(text.replace(',', ', '))],
    ['unreadable', 'a handle in upper case', spelt({ handle: handle.toUpperCase() })],
    ['unreadable', 'a salt of 31 bytes', spelt({ iv: salt.subarray(1).toString('base64') })],
    ['unreadable', 'an empty body', spelt({ ciphertext: sealed.subarray(0, 48).toString('base64') })],
    ['unreadable', '8,193 bytes', spelt({ ciphertext: Buffer.concat([sealed], 8193 + 48).toString('base64') })],
    ['unreadable', 'bits behind the end', spelt({ iv: iv.replace(/.=$/, (end) => `${next(end)}=`) })],
    ['wrong-context', 'handle', spelt({ handle: handle.replace('5a', '5b') })],
    ['wrong-context', 'salt', spelt({ iv: flip(salt, 31) })],
    ['wrong-context', 'commitment', spelt({ ciphertext: flip(sealed, 0) })],
    ['damaged', 'body', spelt({ ciphertext: flip(sealed, 32) })],
    ['damaged', 'tag', spelt({ ciphertext: flip(sealed, sealed.length - 1) })],
    ['damaged', 'last byte missing', spelt({ ciphertext: sealed.subarray(0, -1).toString('base64') })],
  ];
}

/** The character of base64 behind one whose last two bits are zero. */
function next(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 1);
}
