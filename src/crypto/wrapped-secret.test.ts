import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lengthPrefixed } from '../bytes/encoding.ts';
import { sealCommitted } from './committed.ts';
import { label } from './kdf.ts';
import { UnwrapError, unwrapSecret, wrapSecret, type Binding } from './wrapped-secret.ts';

const key = createSecretKey(randomBytes(32));
const secret = randomBytes(32);

const BINDINGS: readonly Binding[] = [
  ['barrier-key', 'seal'],
  ['tenant-key', 'tenant'],
  ['instance-key', 'tenant', 'eu-central-1'],
  ['material', 'tenant', 'region', 'key', 'version', 'aes-256', 'encrypt-decrypt', 'imported', '0', 'id', 'raw'],
  ['import-key', 'tenant', 'region', 'key', 'token', 'RSAES_OAEP_SHA_256'],
  ['credential', 'tenant', 'credential'],
  ['service-events', 'tenant', 'service'],
  ['checkpoint-key', 'installation'],
  ['token-signing-key', 'kid'],
  ['environment-secret', 'tenant', 'environment', 'name'],
  ['source-secret', 'tenant', 'source', 'name'],
  ['channel-secret', 'tenant', 'channel', 'name'],
  ['run-outcome', 'tenant', 'run'],
];

/** Every binding that differs from this one in a single field, in the purpose, or in where a field ends. */
function neighbours(binding: Binding): [string, Binding][] {
  const fields: readonly string[] = binding;
  const changed = (at: number, value: string) => fields.with(at, value) as unknown as Binding;
  return [
    ...fields.map((field, at): [string, Binding] => [`field ${at} changed`, changed(at, `${field}x`)]),
    ...fields.map((field, at): [string, Binding] => [`field ${at} cut`, changed(at, field.slice(0, -1))]),
    ...fields.slice(1).map((field, at): [string, Binding] => {
      const previous = fields[at] as string;
      const moved = fields.with(at, previous + field.slice(0, 1)).with(at + 1, field.slice(1));
      return [`a letter moved from field ${at + 1} to field ${at}`, moved as unknown as Binding];
    }),
    ['a field more', [...fields, ''] as unknown as Binding],
    ['a field less', fields.slice(0, -1) as unknown as Binding],
  ];
}

function opens(binding: Binding, wrapped: Buffer): boolean {
  try {
    unwrapSecret(key, binding, wrapped);
    return true;
  } catch (error) {
    if (error instanceof UnwrapError) return false;
    throw error;
  }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('a wrapped secret', () => {
  it.each([1, 15, 16, 17, 32, 2400, 16_384])('opens again: %d bytes', (length) => {
    const long = randomBytes(length);
    const wrapped = wrapSecret(key, ['tenant-key', 't'], randomBytes(32), long);
    expect(wrapped.length).toBe(length + 83);
    expect(wrapped.subarray(0, 3).toString('hex')).toBe('4b5701');
    expect(unwrapSecret(key, ['tenant-key', 't'], wrapped)).toEqual(long);
  });

  it.each([
    ['secret', 0, 32],
    ['secret', 16_385, 32],
    ['salt', 1, 31],
    ['salt', 1, 33],
    ['salt', 1, 0],
  ])('is not made of a %s of another length (%d, %d)', (_what, length, saltLength) => {
    const make = () => wrapSecret(key, ['tenant-key', 't'], Buffer.alloc(saltLength), Buffer.alloc(length));
    expect(make).toThrow(RangeError);
  });

  it.each(BINDINGS)('of %s opens in its place and in no other', (...binding) => {
    const own = binding as unknown as Binding;
    const wrapped = wrapSecret(key, own, randomBytes(32), secret);
    expect(unwrapSecret(key, own, wrapped)).toEqual(secret);
    expect(neighbours(own).filter(([, other]) => opens(other, wrapped))).toEqual([]);
    expect(BINDINGS.filter((other) => opens(other, wrapped))).toEqual([own]);
  });

  describe('is refused', () => {
    const place: Binding = ['credential', 'tenant', 'credential'];
    const wrapped = wrapSecret(key, place, randomBytes(32), secret);

    it('as any prefix of itself, and with bytes behind it', () => {
      const lengths = Array.from({ length: wrapped.length + 2 }, (_, length) => length);
      const longer = Buffer.concat([wrapped, Buffer.alloc(1)]);
      expect(lengths.filter((length) => opens(place, longer.subarray(0, length)))).toEqual([wrapped.length]);
    });

    it('with any bit flipped', () => {
      const bits = Array.from({ length: wrapped.length * 8 }, (_, bit) => bit);
      expect(bits.filter((bit) => opens(place, flipped(wrapped, bit)))).toEqual([]);
    });

    it('over the limit', () => {
      expect(opens(place, Buffer.concat([wrapped, Buffer.alloc(16_384)]))).toBe(false);
    });

    it.each([
      ['of another magic', '4b5301', 32],
      ['of another format', '4b5702', 32],
      ['over the limit', '4b5701', 16_385],
    ])('%s, though it is authentic', (_name, start, length) => {
      const seal = (magicAndFormat: string, bytes: number) => {
        const header = Buffer.concat([Buffer.from(magicAndFormat, 'hex'), randomBytes(32)]);
        return sealCommitted(key, label('keystead/wrap/v1'), header, lengthPrefixed(...place), Buffer.alloc(bytes, 1));
      };
      expect(opens(place, seal('4b5701', 32))).toBe(true);
      expect(opens(place, seal(start, length))).toBe(false);
    });

    it('under another key', () => {
      expect(() => unwrapSecret(createSecretKey(randomBytes(32)), place, wrapped)).toThrow(UnwrapError);
    });

    it('with an error that says what to look at and nothing of the secret', () => {
      expect(() => unwrapSecret(key, ['credential', 'tenant', 'other'], wrapped)).toThrow(
        /^the wrapped credential does not open: it is damaged, was moved, or was wrapped by another key$/,
      );
    });
  });
});
