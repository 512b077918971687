import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Compressor, decompressInto } from './compress.ts';
import { noise } from '../vault.fixture.ts';
import { bind, frameBound, nodeZstd, type Zstd } from './zstd.ts';

function unpacked(codec: number, bytes: Uint8Array, length: number): Buffer {
  const into = Buffer.alloc(length);
  decompressInto(codec, bytes, into);
  return into;
}

describe('compression', () => {
  it('gives everything back, and stores what does not shrink', () => {
    const compressor = new Compressor();
    for (const plain of [
      Buffer.alloc(0),
      Buffer.from('x'),
      noise('n', 100_000),
      Buffer.alloc(100_000),
      noise('n', 40_000),
    ]) {
      const { codec, bytes } = compressor.compress(plain);
      expect(codec).toBe(plain.length === 100_000 && plain[0] === 0 ? 1 : 0);
      expect(unpacked(codec, bytes, plain.length).equals(plain)).toBe(true);
    }
  });

  it('comes back to compressing behind a stretch that does not shrink', () => {
    const compressor = new Compressor();
    compressor.compress(noise('n', 100_000));
    expect(compressor.compress(Buffer.alloc(100_000)).codec).toBe(1);
  });

  it('refuses a frame that is longer or shorter than it says', () => {
    const { codec, bytes } = new Compressor().compress(Buffer.alloc(10_000_000));
    for (const length of [0, 9_999_999, 10_000_001]) {
      expect(() => unpacked(codec, bytes, length)).toThrow(expect.objectContaining({ code: 'tampered' }));
    }
  });

  it('is the identity on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        const compressed = new Compressor().compress(bytes);
        expect(unpacked(compressed.codec, compressed.bytes, bytes.length).equals(bytes)).toBe(true);
      }),
    );
  });
});

const own = bind();

describe('zstd', () => {
  it('can be called in the runtime that the project installs', () => expect(own).toBeDefined());

  const implementations: readonly (readonly [string, Zstd])[] = [
    ["Node's interface", nodeZstd],
    ['contexts of its own', own ?? nodeZstd],
  ];
  const samples = [0, 1, 63, 64, 65, 70_000, 262_144, 1_048_576].flatMap((length) => [
    Buffer.alloc(length, 'A record that shrinks. '),
    noise('sample', length),
  ]);

  it.each(implementations)('opens by %s what either has made', (_name, { decompress }) => {
    for (const [, { compress }] of implementations) {
      for (const sample of samples) {
        const frame = Buffer.alloc(frameBound(sample.length));
        const length = compress(sample, frame);
        const plain = Buffer.alloc(sample.length);
        expect(decompress(frame.subarray(0, length), plain)).toBe(sample.length);
        expect(plain.equals(sample)).toBe(true);
      }
    }
  });

  it('makes frames of about the same length either way', () => {
    for (const sample of [...samples, readFileSync(join(import.meta.dirname, 'tree.ts'))]) {
      const [a, b] = implementations.map(([, { compress }]) =>
        compress(sample, Buffer.alloc(frameBound(sample.length))),
      );
      expect(a).toBeGreaterThan((b as number) * 0.95 - 16);
      expect(a).toBeLessThan((b as number) * 1.05 + 16);
    }
  });

  it.each(implementations)(
    'refuses by %s what is cut, changed, too long, or none',
    (_name, { compress, decompress }) => {
      const sample = Buffer.alloc(10_000, 'A record that shrinks. ');
      const room = Buffer.alloc(frameBound(sample.length));
      const frame = room.subarray(0, compress(sample, room));
      const into = Buffer.alloc(sample.length);
      for (let cut = 0; cut < frame.length; cut++) expect(decompress(frame.subarray(0, cut), into)).not.toBe(10_000);
      expect(decompress(frame, Buffer.alloc(9_999))).toBeUndefined();
      expect(decompress(noise('none', 100), into)).toBeUndefined();
    },
  );
});
