import { createHmac, createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveKey, deriveStep, label } from './kdf.ts';

const root = createSecretKey(Buffer.alloc(32, 3));
const hex = (...parts: (string | Buffer)[]) =>
  createHmac('sha512', root)
    .update(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part))))
    .digest('hex');

describe('key derivation', () => {
  it('is one step of SP 800-108 in counter mode: counter, label, zero, context, length in bits', () => {
    expect(deriveStep(root, label('ab'), Buffer.from('context')).toString('hex')).toBe(
      hex('00000001', '616200', Buffer.from('context'), '00000200'),
    );
  });

  it('takes its context in parts', () => {
    const whole = deriveStep(root, label('l'), Buffer.from('abcd'));
    expect(deriveStep(root, label('l'), Buffer.from('ab'), Buffer.alloc(0), Buffer.from('cd'))).toEqual(whole);
  });

  it('cuts a key to 256 bits and says so in its length field', () => {
    const key = deriveKey(root, label('ab')).export().toString('hex');
    expect(key).toBe(hex('00000001', '616200', '00000100').slice(0, 64));
    expect(key).not.toBe(deriveStep(root, label('ab')).subarray(0, 32).toString('hex'));
  });

  it('gives every label and every root its own key', () => {
    const other = createSecretKey(Buffer.alloc(32, 4));
    const keys = [
      deriveKey(root, label('a')),
      deriveKey(root, label('b')),
      deriveKey(root, label('a/b')),
      deriveKey(other, label('a')),
    ];
    expect(new Set(keys.map((key) => key.export().toString('hex'))).size).toBe(4);
  });
});
