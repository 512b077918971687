import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuid } from './uuid.ts';

describe('a UUID', () => {
  it.each([
    ['zeros', 0x00, '00000000-0000-4000-8000-000000000000'],
    ['ones', 0xff, 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
  ])('sets version 4 and the variant, and keeps all else: %s', (_name, byte, text) => {
    expect(uuid((length) => Buffer.alloc(length, byte))).toBe(text);
  });

  it('is well-formed and new each time', () => {
    const made = Array.from({ length: 1000 }, () => uuid(randomBytes));
    for (const text of made)
      expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made).size).toBe(1000);
  });
});
