import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { canonicalRange, rangeText } from './address-text.ts';
import { parseRange, type AddressRange } from './address.ts';

describe('the text of a range of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/31', '10.1.2.2/31'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['2001:DB8:0:0:1:0:0:1/64', '2001:db8::/64'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['fe80::1/9', 'fe80::/9'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7/128'],
    ['ff00:f:0:1::/50', 'ff00:f::/50'],
  ])('%s is %s', (given, text) => expect(canonicalRange(given)).toBe(text));

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0/8',
    '010.0.0.0/8',
    '10.0.0.0/8/8',
    '::/129',
    'fe80::1%eth0',
    'x',
    '10.0.0.0/',
    ' 10.0.0.0/8',
    '::ffff:10.0.0.0/95',
  ])('%j is none', (given) => expect(canonicalRange(given)).toBeUndefined());

  it('is read as the range that it was made of', () => {
    const v4 = fc.record({ address: fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), bits: fc.nat(32) });
    // Not within ::ffff:0:0/96, which is IPv4.
    const v6 = fc.record({
      address: fc
        .array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map(([, ...rest]) => [32, ...rest]),
      bits: fc.integer({ min: 8, max: 128 }),
    });
    fc.assert(
      fc.property(fc.oneof(v4, v6), (range: AddressRange) => {
        const text = rangeText(range);
        const read = parseRange(text) as AddressRange;
        expect(read.bits).toBe(range.bits);
        expect(rangeText(read)).toBe(text);
      }),
    );
  });
});
