import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';
import { canonicalJson, type Json } from './canonical-json.ts';
import { encodeStringMap, lengthPrefixed } from './encoding.ts';
import { constantTimeEqual } from './equal.ts';
import { decodeHex } from './hex.ts';
import { ReadError, Reader } from './reader.ts';
import { parseStrictJson, StrictJsonError } from './strict-json.ts';

describe('base64', () => {
  it.each(['', 'AA==', 'AAA=', 'AAAA', '+/+/'])('takes %j', (text) => {
    expect(decodeBase64(text)?.toString('base64')).toBe(text);
  });
  it.each(['A', 'AA', 'AA=', 'AB==', 'AAB=', 'A===', '====', '-_-_', 'AA\n=', ' AAA', 'AA==AA=='])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
  it('takes exactly the texts that encoding gives', () => {
    const almost = fc.string({
      unit: fc.constantFrom('A', 'B', '/', '+', '=', '-', '_', '\n', ' ', '\u0141'),
      maxLength: 16,
    });
    const encoded = fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    const spoiled = fc
      .tuple(encoded, fc.nat(24), fc.constantFrom('', '=', '-', 'A', '\u0141'))
      .map(([text, at, by]) => text.slice(0, at) + by + text.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(almost, encoded, spoiled), (text) => {
        const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
        const isEncoding = isBase64 && Buffer.from(text, 'base64').toString('base64') === text;
        expect(decodeBase64(text)?.toString('base64')).toBe(isEncoding ? text : undefined);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('hex', () => {
  it('takes lower-case pairs and nothing else', () => {
    expect(decodeHex('00ff')).toEqual(Buffer.from([0, 255]));
    for (const text of ['0', 'FF', 'zz', '0x00', '00 ']) expect(decodeHex(text)).toBeUndefined();
  });
});

describe('canonical encodings', () => {
  it('keeps lists apart that join to the same bytes', () => {
    expect(lengthPrefixed('a', 'bc')).not.toEqual(lengthPrefixed('ab', 'c'));
    expect(lengthPrefixed('')).not.toEqual(lengthPrefixed());
  });
  it('sorts a map by UTF-8 bytes and keeps its entries apart', () => {
    const encode = (entries: [string, string][]) => encodeStringMap(new Map(entries));
    expect(
      encode([
        ['b', '1'],
        ['a', '2'],
      ]),
    ).toEqual(
      encode([
        ['a', '2'],
        ['b', '1'],
      ]),
    );
    expect(encode([['a', 'bc']])).not.toEqual(encode([['ab', 'c']]));
    expect(encode([['é', '']])).not.toEqual(encode([['e\u0301', '']]));
    // U+FF61 sorts behind U+1F600 by UTF-16 units, before it by UTF-8 bytes.
    expect(
      encode([
        ['\u{1F600}', ''],
        ['\uFF61', ''],
      ]).indexOf('\uFF61'),
    ).toBeLessThan(
      encode([
        ['\u{1F600}', ''],
        ['\uFF61', ''],
      ]).indexOf('\u{1F600}'),
    );
  });
  it('writes one JSON text for one value', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x'], c: undefined })).toBe('{"a":[true,null,"x"],"b":1}');
    for (const value of [0.5, [2 ** 53], { a: { b: NaN } }]) expect(() => canonicalJson(value)).toThrow(TypeError);
  });
  it('sorts members at every depth, whether or not they came in order', () => {
    const anyJson = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('value')),
      // Names that look like numbers: the runtime puts them first, and in another order.
      object: fc.dictionary(fc.oneof(fc.string(), fc.nat(100).map(String)), tie('value')),
    })).value as fc.Arbitrary<Json>;
    const sorted = (value: Json): string => {
      if (value === null || typeof value !== 'object') return JSON.stringify(value);
      if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
      const object = value as Record<string, Json>;
      const names = Object.keys(object).toSorted();
      return `{${names.map((name) => `${JSON.stringify(name)}:${sorted(object[name] as Json)}`).join(',')}}`;
    };
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(canonicalJson(value)).toBe(sorted(value));
      }),
    );
  });
});

describe('constant-time equality', () => {
  it('compares content and length', () => {
    expect(constantTimeEqual(Buffer.from('ab'), Buffer.from('ab'))).toBe(true);
    expect(constantTimeEqual(Buffer.from('ab'), Buffer.from('ac'))).toBe(false);
    expect(constantTimeEqual(Buffer.from('ab'), Buffer.from('abc'))).toBe(false);
  });
});

describe('reader', () => {
  it('reads fields and refuses what does not fit', () => {
    const reader = new Reader(Buffer.from('0102030000000461626364ff', 'hex'));
    expect([reader.u8(), reader.u16(), reader.prefixed(4).toString()]).toEqual([1, 0x0203, 'abcd']);
    expect(() => reader.end()).toThrow(ReadError);
    expect(() => reader.u32()).toThrow(ReadError);
    expect(reader.rest()).toEqual(Buffer.from([255]));
    reader.end();
  });
  it.each([0xffffffff, 5, 2 ** 31])('refuses the length %d over its limit', (length) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(length);
    expect(() => new Reader(bytes).prefixed(4)).toThrow(ReadError);
  });
  it('refuses integers that a number cannot hold', () => {
    expect(() => new Reader(Buffer.alloc(8, 0xff)).u64()).toThrow(ReadError);
  });
});

describe('strict JSON', () => {
  const parse = (text: string) => parseStrictJson(Buffer.from(text));
  it('parses what JSON.parse parses', () => {
    const text = '{"a":[{"b":":\\":"},{}],"c":"\\\\","d":{"e":1.5e3}}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });
  it('parses any JSON as JSON.parse does, quotes, backslashes and colons in strings included', () => {
    const anyString = fc.string({ unit: fc.constantFrom('"', '\\', ':', '{', ']', 'a', 'é', '\u0000') });
    const anyJson = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, anyString, fc.integer(), fc.constant(null), tie('list'), tie('object')),
      list: fc.array(tie('value')),
      object: fc.dictionary(anyString, tie('value')),
    })).value;
    fc.assert(
      fc.property(anyJson, fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });
  it.each(['"', '"\\', '"\\"', '{"a":1', '{"a\\":1}', '{"a":"\\\\"b"}', '"a":1', ':', '}'])('refuses %s', (text) =>
    expect(() => parse(text)).toThrow(StrictJsonError),
  );
  it('keeps __proto__ as an ordinary member', () => {
    const value = parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect((value as { admin?: boolean }).admin).toBeUndefined();
  });
  it.each(['{"a":1,"a":1}', '{"x":{"a":1,"b":2,"a":3}}', '{"a":1,"\\u0061":2}', '[{"a":1,"a":1}]'])(
    'refuses the duplicate member in %s',
    (text) => expect(() => parse(text)).toThrow('the same member twice'),
  );
  it('refuses depth, bad UTF-8 and bad JSON', () => {
    expect(() => parse('['.repeat(33) + ']'.repeat(33))).toThrow('nested deeper');
    expect(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('UTF-8');
    expect(() => parse('{"a":')).toThrow(StrictJsonError);
    expect(() => parse('')).toThrow(StrictJsonError);
  });
});
