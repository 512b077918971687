import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keySchedule, openWith, sealTo, SEALED_OVERHEAD } from './hpke.ts';
import { xWingPair } from './x-wing.ts';

const [INFO, AAD] = [Buffer.from('info'), Buffer.from('aad')];
const key = xWingPair(Buffer.alloc(32, 1));

describe('HPKE', () => {
  it('derives the base nonce of a published vector', () => {
    // draft-ietf-hpke-pq, test vectors: mode 0, KEM 0x0041, KDF 0x0001, AEAD 0x0001.
    const secret = Buffer.from('12837b08836ce12d739bb54ae196b0d86b088d61147017be2edce7f858e0080a', 'hex');
    const info = Buffer.from(Buffer.from('Ode on a Grecian Urn').toString('hex'));
    const suite = Buffer.from('48504b45004100010001', 'hex');
    expect(keySchedule(secret, info, suite).nonce.toString('hex')).toBe('dc98846a2b5076c91461cbf4');
  });

  it.each([0, 1, 32, 1000])('opens what it has sealed: %i bytes', (length) => {
    const plaintext = randomBytes(length);
    const sealed = sealTo(key.publicKey, INFO, AAD, plaintext);
    expect(sealed).toHaveLength(length + SEALED_OVERHEAD);
    expect(openWith(key, INFO, AAD, sealed)).toEqual(plaintext);
  });

  it('opens under its own info, aad and key only, and nothing that was changed or cut', () => {
    const sealed = sealTo(key.publicKey, INFO, AAD, Buffer.alloc(32, 7));
    expect(openWith(key, Buffer.from('other'), AAD, sealed)).toBeUndefined();
    expect(openWith(key, INFO, Buffer.from('other'), sealed)).toBeUndefined();
    expect(openWith(xWingPair(Buffer.alloc(32, 2)), INFO, AAD, sealed)).toBeUndefined();
    for (const at of [0, 1087, 1088, 1120, 1151, 1152, sealed.length - 1]) {
      const flipped = Buffer.from(sealed);
      flipped[at]! ^= 1;
      expect(openWith(key, INFO, AAD, flipped)).toBeUndefined();
    }
    for (const length of [0, 1, 1119, 1120, SEALED_OVERHEAD - 1, SEALED_OVERHEAD, sealed.length - 1]) {
      expect(openWith(key, INFO, AAD, sealed.subarray(0, length))).toBeUndefined();
    }
    expect(openWith(key, INFO, AAD, Buffer.concat([sealed, Buffer.alloc(1)]))).toBeUndefined();
  });

  it('seals to a public key alone, and refuses what is none', () => {
    expect(() => sealTo(Buffer.alloc(1216, 0xff), INFO, AAD, Buffer.alloc(32))).toThrow(RangeError);
  });
});
