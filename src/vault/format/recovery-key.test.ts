import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { xWingPair } from '../../crypto/x-wing.ts';
import { makeRecoveryKey, readRecoveryKey, writeRecoveryKey } from './recovery-key.ts';
import { recoveryKeyId } from './sealed.ts';

const seed = bytesOf<'RecoverySeed'>(Buffer.alloc(32).map((_, i) => i));
const file = writeRecoveryKey(seed, 'x-wing:name').toString();
const line = file.split('\n').at(-2) as string;

describe('the file of a recovery key', () => {
  it('has the form that the specification shows', () => {
    expect(line).toBe(
      'keystead-recovery-key-1 00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f 93fb1e6e',
    );
  });

  it.each([
    ['as it was written', file],
    ['the line alone', line],
    ['with other line ends and blanks around it', `\r\n  ${line}  \r\n\r\n`],
  ])('is read %s', (_name, text) => {
    expect(readRecoveryKey(Buffer.from(text))).toEqual(seed);
  });

  it.each([
    ['nothing', ''],
    ['two lines', `${line}\n${line}`],
    ['a group too few', line.slice(0, -9)],
    ['another version', line.replace('key-1', 'key-2')],
    ['capital digits', line.toUpperCase()],
    ['a mistyped digit', line.replace('08090a0b', '08090a0c')],
    ['two groups that changed places', line.replace('00010203 04050607', '04050607 00010203')],
    ['something long', `#${' '.repeat(5000)}\n${line}`],
  ])('is refused: %s', (_name, text) => {
    expect(() => readRecoveryKey(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'recovery-key-malformed' }),
    );
  });

  it('never shows the seed in a refusal', () => {
    let message = '';
    try {
      readRecoveryKey(Buffer.from(line.replace('93fb1e6e', '00000000')));
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toMatch(/digit is wrong/);
    expect(message).not.toMatch(/[0-9a-f]{8}/);
  });

  it('names the pair that was made', () => {
    const made = makeRecoveryKey();
    expect(xWingPair(made.seed).publicKey).toEqual(made.publicKey);
    expect(recoveryKeyId(made.publicKey)).toBe(made.keyId);
    expect(made.seed.equals(makeRecoveryKey().seed)).toBe(false);
  });
});
