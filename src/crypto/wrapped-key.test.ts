import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aadOfList, NO_AAD } from './aad.ts';
import { encrypt, parseCiphertext } from './ciphertext.ts';
import { hedgedSalt } from './salt.ts';
import { bytesOf } from '../bytes/bytes.ts';
import { MAX_WRAPPED, MAX_WRAPPED_KEY, openWrapped, parseWrapped, sealWrapped } from './wrapped-key.ts';

const material = createSecretKey(randomBytes(32));
const ID = '5a1c2b3d-4e5f-4607-8899-aabbccddeeff';
const aad = aadOfList(['a', 'b']);

function seal(secret: Uint8Array, bound = aad) {
  return sealWrapped(material, ID, hedgedSalt(randomBytes(32), bound, secret), bound, secret);
}
function open(bytes: Buffer, bound = aad, by = material) {
  const parsed = parseWrapped(bytes);
  return parsed === undefined ? 'unreadable' : openWrapped(by, parsed, bound);
}

describe('a wrapped key', () => {
  it('opens to what was wrapped, and to nothing else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.array(fc.string({ unit: 'grapheme' })),
        (secret, list, other) => {
          const wrapped = seal(secret, aadOfList(list));
          expect(open(wrapped, aadOfList(list))).toEqual(Buffer.from(secret));
          const isSame = JSON.stringify(list) === JSON.stringify(other);
          expect(open(wrapped, aadOfList(other)) === 'wrong-context').toBe(!isSame);
        },
      ),
    );
  });

  it('has a bound that the longest reaches', () => {
    const longest = seal(randomBytes(MAX_WRAPPED));
    expect(longest).toHaveLength(MAX_WRAPPED_KEY);
    expect(open(longest)).toHaveLength(MAX_WRAPPED);
    expect(() => seal(randomBytes(MAX_WRAPPED + 1))).toThrow(RangeError);
    expect(() => seal(Buffer.alloc(0))).toThrow(RangeError);
  });

  it('cut anywhere is unreadable', () => {
    const wrapped = seal(randomBytes(32));
    for (let length = 0; length < wrapped.length; length++) {
      expect(open(wrapped.subarray(0, length))).toBe('unreadable');
    }
    expect(open(Buffer.concat([wrapped, Buffer.from(' ')]))).toBe('unreadable');
    expect(open(Buffer.concat([wrapped, wrapped]))).toBe('unreadable');
  });

  it('with any bit flipped does not open', () => {
    const wrapped = seal(randomBytes(32));
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = Buffer.from(wrapped);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(typeof open(flipped)).toBe('string');
    }
  });

  it('has no other tag than one of 16 bytes', () => {
    const parts = JSON.parse(seal(randomBytes(32)).toString()) as Record<string, string>;
    const sealed = Buffer.from(parts['ciphertext'] ?? '', 'base64');
    for (const cut of [4, 8, 12, 15]) {
      const ciphertext = sealed.subarray(0, -cut).toString('base64');
      const { iv, version, handle } = parts;
      expect(open(Buffer.from(JSON.stringify({ ciphertext, iv, version, handle })))).toBe('damaged');
    }
  });

  it('opens under no other material', () => {
    expect(open(seal(randomBytes(32)), aad, createSecretKey(randomBytes(32)))).toBe('wrong-context');
  });
});

describe('two suites', () => {
  it('do not read each other, not even in the frame of the other', () => {
    const handle = bytesOf<'Handle'>(Buffer.from(ID.replaceAll('-', ''), 'hex'));
    const salt = randomBytes(32);
    const message = encrypt(material, handle, salt, NO_AAD, Buffer.from('secret'));
    expect(parseWrapped(message)).toBeUndefined();
    // What the message suite sealed, spelt as a wrapped key of the same handle and salt.
    const ciphertext = message.toString('base64', 52);
    const respelt = { ciphertext, iv: salt.toString('base64'), version: '4.0.0', handle: ID };
    expect(open(Buffer.from(JSON.stringify(respelt)), NO_AAD)).toBe('wrong-context');
    // What the wrap suite sealed, in the frame of a ciphertext, under either number of a suite.
    const wrapped = parseWrapped(sealWrapped(material, ID, salt, NO_AAD, Buffer.from('secret')));
    expect(parseCiphertext(wrapped?.message ?? Buffer.alloc(0))).toBeUndefined();
    expect(parseCiphertext(seal(randomBytes(32)))).toBeUndefined();
  });
});
