import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextTag, der, DerError, DerReader, derInteger, encodeDer, oidContent, TAG } from './der.ts';

const read = (hex: string) => new DerReader(Buffer.from(hex, 'hex'));

describe('reading DER', () => {
  it.each([
    ['nothing', ''],
    ['a tag alone', '04'],
    ['a length beyond the end', '040200'],
    ['the indefinite length', '04800000'],
    ['a long length of a short one', '04810100'],
    ['a length with a zero in front', `0482007f${'00'.repeat(0x7f)}`],
    ['a length of 255 in two bytes', `048200ff${'00'.repeat(0xff)}`],
    ['a length of four bytes', `0484000000010a`],
    ['a length without its bytes', '0481'],
    ['another tag', '0500'],
  ])('refuses %s', (_, hex) => {
    expect(() => read(hex).value(TAG.octetString)).toThrow(DerError);
  });

  it.each([
    ['04820100' + '00'.repeat(256), 256],
    ['048180' + '00'.repeat(128), 128],
    ['047f' + '00'.repeat(127), 127],
    ['0400', 0],
  ])('takes a length in its shortest form', (hex, length) => {
    expect(read(hex).value(TAG.octetString)).toHaveLength(length);
  });

  it.each([
    ['020100', ''],
    ['020101', '01'],
    ['02017f', '7f'],
    ['02020080', '80'],
    ['0203010000', '010000'],
  ])('reads the integer %s as %j', (hex, magnitude) => {
    expect(read(hex).magnitude().toString('hex')).toBe(magnitude);
    expect(encodeDer(derInteger(Buffer.from(`0000${magnitude}`, 'hex'))).toString('hex')).toBe(hex);
  });

  it.each(['0200', '020180', '0201ff', '0202007f', '02020000', '0203000080'])('refuses the integer %s', (hex) => {
    expect(() => read(hex).magnitude()).toThrow(DerError);
  });

  it.each(['0300', '030101', '03020780'])('refuses the bit string %s', (hex) => {
    expect(() => read(hex).bits()).toThrow(DerError);
  });

  it('refuses bytes behind the end', () => {
    const reader = read('050000');
    reader.value(TAG.null);
    expect(() => reader.end()).toThrow(DerError);
  });
});

describe('writing DER', () => {
  it('is read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 70_000, size: 'max' }), (a, b) => {
        const bytes = encodeDer(der(TAG.sequence, der(TAG.octetString, a), der(contextTag(1, 'primitive'), b)));
        const outer = new DerReader(bytes);
        const inner = outer.inside(TAG.sequence);
        outer.end();
        expect(inner.value(TAG.octetString).equals(a)).toBe(true);
        expect(inner.value(0x81).equals(b)).toBe(true);
        inner.end();
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['1.2.840.113549.1.1.1', '2a864886f70d010101'],
    ['1.3.132.0.35', '2b81040023'],
    ['2.16.840.1.101.3.4.3.17', '608648016503040311'],
    ['1.2.156.10197.1.301', '2a811ccf5501822d'],
  ])('writes the object identifier %s', (dotted, hex) => {
    expect(oidContent(dotted).toString('hex')).toBe(hex);
  });

  it('names Ed25519 as OpenSSL does', () => {
    const spki = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
    expect(spki.includes(oidContent('1.3.101.112'))).toBe(true);
  });
});
