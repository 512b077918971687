import { describe, expect, it } from 'vitest';
import { ownCheckValue } from './own-check-value.ts';
import { aesMaterial, secretLength, secretMaterial } from './secret-material.ts';
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
    ['base64', Buffer.from(MATERIAL.toString('base64'))],
    ['base64 in short lines', Buffer.from(MATERIAL.toString('base64').replaceAll(/(.{20})/g, '$1\r\n'))],
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
    ['base64 of 30 bytes', Buffer.from(MATERIAL.toString('base64', 2))],
    ['base64 that is not whole', Buffer.from(MATERIAL.toString('base64').slice(0, -1))],
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

describe('the material of an AES key of any length', () => {
  const of = (length: number) => Buffer.alloc(length, 0xc4);
  const saved = (length: number) => `Kind: AES\nMaterial (hex): ${of(length).toString('hex')}\n`;

  it.each([16, 24, 32])('of %i bytes is read in every form', (length) => {
    const [hex, base64] = [of(length).toString('hex'), of(length).toString('base64')];
    for (const file of [of(length), `${hex}\n`, ` ${hex.toUpperCase()}\r\n`, `${base64}\n`, saved(length)])
      expect(aesMaterial(Buffer.from(file))).toEqual(of(length));
    for (const [file, form] of [
      [of(length), 'raw'],
      [hex, 'hex'],
      [base64, 'base64'],
    ] as const)
      expect(aesMaterial(Buffer.from(file), form)).toEqual(of(length));
  });

  it.each([
    [
      '32 digits without an end of line',
      of(16).toString('hex'),
      /32 bytes \(raw bytes\) and as 16 bytes \(hexa/,
      '--form raw or --form hex',
    ],
    [
      '24 characters without an end of line',
      of(16).toString('base64'),
      /24 bytes \(raw bytes\) and as 16 bytes \(base64/,
      '--form raw or --form base64',
    ],
    [
      '32 characters without an end of line',
      of(24).toString('base64'),
      /32 bytes \(raw bytes\) and as 24 bytes \(base64/,
      '--form raw or --form base64',
    ],
  ])('is not guessed from %s', (_, text, message, action) => {
    const refused = {
      code: 'ambiguous-material',
      message: expect.stringMatching(message),
      action: expect.stringContaining(action),
    };
    expect(() => aesMaterial(Buffer.from(text))).toThrow(expect.objectContaining(refused) as Error);
  });

  it.each([
    ['nothing', Buffer.alloc(0), undefined, 'unreadable-material'],
    ['a pair', Buffer.from('-----BEGIN PRIVATE KEY-----\n'), undefined, 'unreadable-material'],
    ['raw bytes that are said to be digits', of(32), 'hex', 'unreadable-material'],
    ['digits that are said to be base64', Buffer.from(`${of(16).toString('hex')}\n`), 'base64', 'unreadable-material'],
    ['a form that there is not', of(32), 'pem', 'usage'],
  ])('is not taken from %s', (_, file, form, code) => {
    expect(() => aesMaterial(Buffer.from(file), form)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('wipes the file where it is not the material itself, and where it is refused', () => {
    for (const text of [`${of(16).toString('hex')}\n`, of(16).toString('hex')]) {
      const file = Buffer.from(text);
      try {
        aesMaterial(file);
      } catch {
        // Refused: that, too, leaves nothing.
      }
      expect(file.every((byte) => byte === 0)).toBe(true);
    }
  });
});
