import { createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes/bytes.ts';
import { aadOfMap, NO_AAD } from './aad.ts';
import { openOnce } from './aead.ts';
import {
  decrypt,
  encrypt,
  HANDLE_LENGTH,
  MAX_PLAINTEXT,
  OVERHEAD,
  parseCiphertext,
  type Handle,
} from './ciphertext.ts';
import { hedgedSalt } from './salt.ts';
import { pooledRandom } from './random.ts';
import { bodyForTwoKeys } from './two-keys.fixture.ts';

const material = createSecretKey(randomBytes(32));
const handle: Handle = bytesOf(randomBytes(HANDLE_LENGTH));
const aad = aadOfMap(new Map([['tenant', 'a']]));

function seal(plaintext: Uint8Array, context: Uint8Array = aad, key = material): Buffer {
  return encrypt(key, handle, hedgedSalt(randomBytes(32), context, plaintext), context, plaintext);
}

function open(ciphertext: Uint8Array, context: Uint8Array = aad, key = material): Buffer | string {
  const parsed = parseCiphertext(ciphertext);
  return parsed === undefined ? 'unreadable' : decrypt(key, parsed, context);
}

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('a ciphertext', () => {
  it.each([1, 15, 16, 17, 1023, 1024, 4095, 4096])('opens again: %d bytes', (length) => {
    const plaintext = randomBytes(length);
    const ciphertext = seal(plaintext);
    expect(ciphertext.length).toBe(length + 100);
    expect(open(ciphertext)).toEqual(plaintext);
  });

  it.each([0, 4097, 8192])('is not made of %d bytes', (length) => {
    expect(() => seal(Buffer.alloc(length))).toThrow('a plaintext has 1 to 4096 bytes');
  });

  it.each([
    ['handle', 15, 32],
    ['handle', 17, 32],
    ['salt', 16, 31],
    ['salt', 16, 33],
    ['salt', 16, 0],
  ])('is not made with a %s of another length (%d, %d)', (_field, handleLength, saltLength) => {
    const wrongHandle: Handle = bytesOf(Buffer.alloc(handleLength, 1));
    expect(() => encrypt(material, wrongHandle, Buffer.alloc(saltLength), aad, Buffer.from('x'))).toThrow(RangeError);
  });

  it('is laid out as the specification says', () => {
    const salt = randomBytes(32);
    const plaintext = Buffer.from('plaintext');
    const ciphertext = encrypt(material, handle, salt, aad, plaintext);
    const header = Buffer.concat([Buffer.from('4b530101', 'hex'), handle, salt]);
    expect(ciphertext.subarray(0, 52)).toEqual(header);

    const context = createHash('sha256').update(header).update(aad).digest();
    const output = createHmac('sha512', material)
      .update(Buffer.from([0, 0, 0, 1]))
      .update('keystead/ciphertext/message/v1')
      .update(Buffer.from([0]))
      .update(salt)
      .update(context)
      .update(Buffer.from([0, 0, 2, 0]))
      .digest();
    expect(ciphertext.subarray(52, 84)).toEqual(output.subarray(32));
    expect(openOnce(output.subarray(0, 32), ciphertext.subarray(84))).toEqual(plaintext);
  });

  it('says which key version made it', () => {
    expect(parseCiphertext(seal(Buffer.from('x')))?.handle).toEqual(handle);
  });

  it('opens whatever bytes and context it was made of', () => {
    const context = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), context, (plaintext, map) => {
        const bound = aadOfMap(new Map(Object.entries(map)));
        expect(open(seal(plaintext, bound), bound)).toEqual(Buffer.from(plaintext));
      }),
      { numRuns: 100 },
    );
  });
});

describe('refused', () => {
  const plaintext = randomBytes(17);
  const ciphertext = seal(plaintext);

  it('every prefix', () => {
    for (let length = 0; length < ciphertext.length; length++) {
      expect(typeof open(ciphertext.subarray(0, length)), `${length} bytes`).toBe('string');
    }
  });

  it('every single flipped bit, with the reason of its field', () => {
    const fields = [
      { until: 4, reason: 'unreadable' },
      { until: 84, reason: 'wrong-context' },
      { until: ciphertext.length, reason: 'damaged' },
    ];
    for (let bit = 0; bit < ciphertext.length * 8; bit++) {
      const field = fields.find(({ until }) => bit >> 3 < until);
      expect(open(flipped(ciphertext, bit)), `bit ${bit}`).toBe(field?.reason);
    }
    expect(open(ciphertext)).toEqual(plaintext);
  });

  it('bytes behind the tag', () => {
    expect(open(Buffer.concat([ciphertext, Buffer.alloc(1)]))).toBe('damaged');
  });

  it.each([
    ['0', 0],
    ['a header alone', 52],
    ['an empty body', OVERHEAD],
    ['one byte over the limit', OVERHEAD + MAX_PLAINTEXT + 1],
    ['a mebibyte', 1 << 20],
  ])('a length that no ciphertext has: %s', (_name, length) => {
    const bytes = Buffer.alloc(length);
    ciphertext.copy(bytes);
    expect(parseCiphertext(bytes)).toBeUndefined();
  });

  it.each([
    ['magic of a wrapped secret', 1, 0x57],
    ['magic in lower case', 0, 0x6b],
    ['format 0', 2, 0],
    ['format 2', 2, 2],
    ['format 255', 2, 255],
    ['suite 0', 3, 0],
    ['suite 2', 3, 2],
    ['suite 255', 3, 255],
  ])('%s', (_name, offset, value) => {
    const bytes = Buffer.from(ciphertext);
    bytes[offset] = value;
    expect(parseCiphertext(bytes)).toBeUndefined();
  });

  it('whatever else comes, without an error', () => {
    const behind = (start: string) =>
      fc.uint8Array({ maxLength: 4300 }).map((bytes) => Buffer.concat([Buffer.from(start, 'hex'), bytes]));
    fc.assert(
      fc.property(fc.oneof(behind(''), behind('4b5301'), behind('4b530101')), (bytes) => {
        expect(['unreadable', 'wrong-context']).toContain(open(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('the material of another key', () => {
    expect(open(ciphertext, aad, createSecretKey(randomBytes(32)))).toBe('wrong-context');
  });

  it('the same material under the handle of another version', () => {
    const moved = Buffer.from(ciphertext);
    randomBytes(HANDLE_LENGTH).copy(moved, 4);
    expect(open(moved)).toBe('wrong-context');
  });
});

describe('the context', () => {
  const map = (entries: readonly (readonly [string, string])[]) => aadOfMap(new Map(entries));
  const made = map([
    ['a', 'bc'],
    ['name', 'é'],
  ]);
  const ciphertext = seal(Buffer.from('plaintext'), made);

  it('counts without its order', () => {
    const reordered = map([
      ['name', 'é'],
      ['a', 'bc'],
    ]);
    expect(open(ciphertext, reordered)).toEqual(Buffer.from('plaintext'));
  });

  it.each<[string, [string, string][]]>([
    ['none', []],
    ['an entry missing', [['a', 'bc']]],
    ['an entry more', [...entriesOf('a', 'bc', 'name', 'é'), ['x', '']]],
    ['a letter that moved from value to name', entriesOf('ab', 'c', 'name', 'é')],
    ['another case', entriesOf('A', 'bc', 'name', 'é')],
    ['another Unicode form', entriesOf('a', 'bc', 'name', 'e\u0301')],
    ['white space', entriesOf('a', 'bc ', 'name', 'é')],
    ['name and value exchanged', entriesOf('bc', 'a', 'é', 'name')],
  ])('does not open with %s', (_name, entries) => {
    expect(open(ciphertext, map(entries))).toBe('wrong-context');
  });

  it('is told apart from damage, inside', () => {
    const damaged = flipped(ciphertext, 84 * 8);
    expect(open(damaged, made)).toBe('damaged');
    expect(open(damaged, NO_AAD)).toBe('wrong-context');
  });
});

describe('commitment', () => {
  const salt = randomBytes(32);
  const header = Buffer.concat([Buffer.from('4b530101', 'hex'), handle, salt]);
  const other = createSecretKey(randomBytes(32));

  function derived(key: typeof material, context: Uint8Array): Buffer {
    const bound = createHash('sha256').update(header).update(context).digest();
    const label = Buffer.from('\0\0\0\x01keystead/ciphertext/message/v1\0', 'latin1');
    const input = Buffer.concat([label, salt, bound, Buffer.from([0, 0, 2, 0])]);
    return createHmac('sha512', key).update(input).digest();
  }

  it.each([
    ['two keys', material, aad, other, aad],
    ['two contexts', material, aad, material, NO_AAD],
  ])('keeps a body that AES-GCM opens for %s from opening for both', (_name, key1, aad1, key2, aad2) => {
    const first = derived(key1, aad1);
    const second = derived(key2, aad2);
    const body = bodyForTwoKeys(first.subarray(0, 32), second.subarray(0, 32));
    // The forgery is real: without the commitment both open.
    const plaintexts = [openOnce(first.subarray(0, 32), body), openOnce(second.subarray(0, 32), body)];
    expect(plaintexts.every((plaintext) => plaintext?.length === 32)).toBe(true);
    expect(plaintexts[0]).not.toEqual(plaintexts[1]);

    const forFirst = Buffer.concat([header, first.subarray(32), body]);
    expect(open(forFirst, aad1, key1)).toEqual(plaintexts[0]);
    expect(open(forFirst, aad2, key2)).toBe('wrong-context');
    const forSecond = Buffer.concat([header, second.subarray(32), body]);
    expect(open(forSecond, aad1, key1)).toBe('wrong-context');
    expect(open(forSecond, aad2, key2)).toEqual(plaintexts[1]);
  });
});

describe('the salt', () => {
  const stuck = Buffer.alloc(32, 7);

  it('differs for different plaintexts and contexts where the random source repeats itself', () => {
    const inputs: [Uint8Array, string][] = [
      [aad, 'one'],
      [aad, 'two'],
      [aad, 'one\0'],
      [NO_AAD, 'one'],
      [Buffer.alloc(0), 'one'],
      [Buffer.concat([aad, Buffer.from('o')]), 'ne'],
      [aad.subarray(0, -1), 'aone'],
    ];
    const salts = inputs.map(([context, text]) => hedgedSalt(stuck, context, Buffer.from(text)).toString('hex'));
    expect(new Set(salts).size).toBe(inputs.length);
    expect(salts.every((salt) => salt.length === 64)).toBe(true);
  });

  it('so no message key is used for two plaintexts', () => {
    const seen = ['one', 'two'].map((text) => {
      const plaintext = Buffer.from(text);
      return encrypt(material, handle, hedgedSalt(stuck, aad, plaintext), aad, plaintext);
    });
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = seen;
    expect(first.subarray(20, 52)).not.toEqual(second.subarray(20, 52));
    expect(first.subarray(52, 84)).not.toEqual(second.subarray(52, 84));
    const keyStream = (ciphertext: Buffer, text: string) =>
      Buffer.from(text).map((byte, i) => byte ^ (ciphertext[84 + i] as number));
    expect(keyStream(first, 'one')).not.toEqual(keyStream(second, 'two'));
  });

  it('differs for one plaintext where the random source does not repeat itself', () => {
    const random = pooledRandom();
    const salts = Array.from({ length: 20_000 }, () => hedgedSalt(random(32), aad, stuck).toString('hex'));
    expect(new Set(salts).size).toBe(20_000);
  });
});

function entriesOf(...texts: readonly string[]): [string, string][] {
  return Array.from({ length: texts.length / 2 }, (_, i) => [texts[2 * i] as string, texts[2 * i + 1] as string]);
}
