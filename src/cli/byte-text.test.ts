import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../bytes/base64.ts';
import { base64Of, bytesOfBase64, bytesOfHex } from './byte-text.ts';

const BYTES = fc.uint8Array({ maxLength: 100 });

describe('secrets in letters', () => {
  it('are written and read as the runtime does it', () => {
    fc.assert(
      fc.property(BYTES, (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(base64Of(bytes).toString()).toBe(buffer.toString('base64'));
        expect(bytesOfBase64(Buffer.from(buffer.toString('base64')))).toEqual(buffer);
        const digits = Buffer.from(` ${buffer.toString('hex')}\r\n`);
        expect(bytesOfHex(digits)).toEqual(bytes.length > 0 ? buffer : undefined);
      }),
    );
  });

  it('are refused where the strict reader of text refuses them', () => {
    const letters = fc.string({
      unit: fc.constantFrom('A', 'Q', 'g', 'w', '+', '/', '=', '-', '_', '9'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (text) => {
        expect(bytesOfBase64(Buffer.from(text))).toEqual(decodeBase64(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', ' ', 'a', 'abc', '0g', 'ab cd', '\u00e4\u00e4'])('%j are no digits', (text) => {
    expect(bytesOfHex(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});
