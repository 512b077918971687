import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateMac, MAC_ALGORITHMS, verifyMac, type MacAlgorithmName } from './mac.ts';

const key = createSecretKey(Buffer.alloc(20, 0x0b));
const message = Buffer.from('Hi There');

describe('MACs', () => {
  // RFC 4231 section 4.2.
  it.each([
    ['HMAC_SHA_224', '896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22'],
    ['HMAC_SHA_256', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      'HMAC_SHA_384',
      'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    ],
    [
      'HMAC_SHA_512',
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    ],
  ] as const)('%s is that of RFC 4231', (algorithm, mac) => {
    expect(generateMac(algorithm, key, message).toString('hex')).toBe(mac);
    expect(mac).toHaveLength(2 * MAC_ALGORITHMS[algorithm].length);
  });

  it.each(Object.keys(MAC_ALGORITHMS) as MacAlgorithmName[])('%s verifies whole and unchanged alone', (algorithm) => {
    const mac = generateMac(algorithm, key, message);
    expect(verifyMac(algorithm, key, message, mac)).toBe(true);
    for (let bit = 0; bit < mac.length * 8; bit++) {
      const changed = Buffer.from(mac);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verifyMac(algorithm, key, message, changed), `bit ${bit}`).toBe(false);
    }
    for (let length = 0; length < mac.length; length++) {
      expect(verifyMac(algorithm, key, message, mac.subarray(0, length)), `${length} bytes`).toBe(false);
    }
    expect(verifyMac(algorithm, key, message, Buffer.concat([mac, Buffer.alloc(1)]))).toBe(false);
    expect(verifyMac(algorithm, key, Buffer.from('Hi there'), mac)).toBe(false);
    expect(verifyMac(algorithm, createSecretKey(Buffer.alloc(20, 0x0c)), message, mac)).toBe(false);
  });
});
