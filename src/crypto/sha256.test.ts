import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from './sha256.ts';

describe('SHA-256', () => {
  it.each([
    // FIPS 180-4, the examples of NIST's "Secure Hashing" page.
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j', (text, digest) => expect(sha256(Buffer.from(text)).toString('hex')).toBe(digest));

  it('keeps every byte', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 256; i++) {
      const digest = sha256(Buffer.from([i]));
      expect(digest).toEqual(
        createHash('sha256')
          .update(Buffer.from([i]))
          .digest(),
      );
      for (const byte of digest) seen.add(byte);
    }
    expect(seen.size).toBe(256);
  });
});
