import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterWrong, isLocked, NO_ATTEMPTS, type Attempts } from './attempts.ts';
import { isBelow, passwordBytes, requireStrong } from './password.ts';
import { recoveryCodeOf } from './recovery-codes.ts';
import { hashPassword } from '../../crypto/password-hash.ts';
import { stepOfCode } from './totp.ts';

describe('codes of an authenticator app', () => {
  // RFC 6238 appendix B, SHA-1; its codes have 8 digits, of which 6 are the last ones.
  const SECRET = Buffer.from('12345678901234567890');
  const VECTORS: readonly (readonly [seconds: number, code: string])[] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ];

  it.each(VECTORS)('at %d seconds', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    const at = (ms: number, lastStep = 0) => stepOfCode(SECRET, code, lastStep, seconds * 1000 + ms);
    expect(at(0)).toBe(step);
    // One step before and behind, and no further.
    expect([at(30_000), at(-30_000), at(60_000), at(-60_000)]).toEqual([step, step, undefined, undefined]);
    expect([at(0, step - 1), at(0, step), at(0, step + 1)]).toEqual([step, undefined, undefined]);
  });

  it.each(['', '28708', '2870822', '28708２', 'abcdef', ' 28708'])('are not %j', (code) => {
    expect(stepOfCode(SECRET, code, 0, 59_000)).toBeUndefined();
  });
});

describe('lockout', () => {
  it('doubles from a minute to an hour', () => {
    let attempts: Attempts = NO_ATTEMPTS;
    const minutes: (number | undefined)[] = [];
    for (let tries = 0; tries < 14; tries++) {
      attempts = afterWrong(attempts, 0);
      minutes.push(attempts.lockedUntilMs === undefined ? undefined : attempts.lockedUntilMs / 60_000);
    }
    expect(minutes).toEqual([undefined, undefined, undefined, undefined, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('lasts an hour at most, whatever the clock does', () => {
    const lasts = fc.property(
      fc.nat(60),
      fc.nat(1e13),
      fc.integer({ min: -1e13, max: 1e13 }),
      (wrong, atMs, stepMs) => {
        const attempts = afterWrong({ wrong }, atMs);
        const leftMs = (attempts.lockedUntilMs ?? Number.NEGATIVE_INFINITY) - (atMs + stepMs);
        return isLocked(attempts, atMs + stepMs) === (leftMs > 0 && leftMs <= 3_600_000);
      },
    );
    expect(fc.check(lasts).failed).toBe(false);
  });
});

describe('a password', () => {
  it.each([
    ['eleven char', false],
    ['twelve chars', true],
    ['a'.repeat(257), false],
    [`${'abcdef '.repeat(36)}1234`, true],
    ['abababababab', false],
    ['my name is ALICE', false],
    ['ﬁve ﬁngers a hand', true],
  ])('%j is strong enough: %s', (password, isStrong) => {
    let refusal: unknown;
    try {
      requireStrong(password, 'alice');
    } catch (error) {
      refusal = (error as { code: string }).code;
    }
    expect(refusal).toBe(isStrong ? undefined : 'password-too-weak');
  });

  it('is the same from every keyboard', () => {
    expect(passwordBytes('\u00e9\ufb01')).toEqual(passwordBytes('e\u0301fi'));
  });

  it('is hashed by Argon2id as RFC 9106 has it', async () => {
    const hashed = await hashPassword(Buffer.from('password'), Buffer.from('somesalt'), {
      memoryKiB: 65_536,
      passes: 2,
      parallelism: 1,
    });
    // What the reference implementation's own tests expect for these, with version 0x13.
    expect(hashed.toString('hex')).toBe('09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7');
  });

  it('is hashed anew where less was asked of it once', () => {
    const today = { memoryKiB: 64, passes: 3, parallelism: 1 };
    expect(isBelow(today, today)).toBe(false);
    expect(isBelow({ ...today, memoryKiB: 63 }, today)).toBe(true);
    expect(isBelow({ ...today, passes: 2 }, today)).toBe(true);
    expect(isBelow({ ...today, memoryKiB: 128 }, today)).toBe(false);
  });
});

it('a recovery code is one in any spelling', () => {
  expect(recoveryCodeOf('abcd-efgh ijkl-mnop')).toBe('ABCDEFGHIJKLMNOP');
  for (const none of ['123456', '', 'ABCD-EFGH-IJKL-MNO', 'ABCD-EFGH-IJKL-MNO1'])
    expect(recoveryCodeOf(none)).toBeUndefined();
});
