import { describe, expect, it } from 'vitest';
import { ownCheckValue } from './own-check-value.ts';
import { secretLength, secretMaterial } from './secret-material.ts';
import { importable } from './wrap-material.ts';

const MATERIAL = Buffer.alloc(32, 0xa7);
const SAVED = `Key material for Keystead. Whoever has this file has the key.
Kind: AES-256
Check value: e239c3a13e139aed
Material (hex): ${MATERIAL.toString('hex')}
`;

describe('the material of a secret key in a file', () => {
  it.each([
    ['raw bytes', MATERIAL],
    ['digits', Buffer.from(MATERIAL.toString('hex'))],
    ['digits in capitals, with the end of a line', Buffer.from(`${MATERIAL.toString('hex').toUpperCase()}\n`)],
    ['the file that the console saves', Buffer.from(SAVED)],
    ['the same with the line ends of Windows', Buffer.from(SAVED.replaceAll('\n', '\r\n'))],
  ])('is read from %s, to compare and to import', async (_, file) => {
    const own = await ownCheckValue(new Uint8Array(MATERIAL), 'aes-256');
    expect(await ownCheckValue(new Uint8Array(file), 'aes-256')).toBe(own);
    expect(importable(Buffer.from(file), 'aes-256')).toEqual(MATERIAL);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['31 bytes', MATERIAL.subarray(1)],
    ['33 bytes', Buffer.concat([MATERIAL, Buffer.alloc(1)])],
    ['digits of 24 bytes', Buffer.from(MATERIAL.toString('hex', 8))],
    ['a damaged saved file', Buffer.from(SAVED.replace('a7a7', 'a7x7'))],
  ])('is not taken from %s: no check value of something else is compared', async (_, file) => {
    const refused = { code: 'unreadable-material' };
    expect(() => secretMaterial(Buffer.from(file), 'aes-256')).toThrow(expect.objectContaining(refused) as Error);
    await expect(ownCheckValue(new Uint8Array(file), 'aes-256')).rejects.toMatchObject(refused);
  });

  it('wipes the file where it is not the material itself', () => {
    const file = Buffer.from(SAVED);
    secretMaterial(file, 'aes-256');
    expect(file.every((byte) => byte === 0)).toBe(true);
  });

  it('is as long as the spec says, and a pair has none', () => {
    expect(['aes-128', 'aes-256', 'hmac-224', 'hmac-512', 'rsa-2048', 'ec-p256'].map(secretLength)).toEqual([
      16,
      32,
      28,
      64,
      undefined,
      undefined,
    ]);
  });
});
