import { KeysteadError } from '@keystead/sdk';

/** What brought somebody to the sign-in page, in words: ends of sessions, and what providers sent back (`?problem=`). */
const PROBLEMS: Readonly<Record<string, readonly [message: string, action: string]>> = {
  'sign-in-expired': [
    'signing in by your provider took too long, or began in another browser',
    'Try again, in one window and within ten minutes.',
  ],
  'sign-in-cancelled': ['your provider signed nobody in: it was cancelled, or refused there', 'Try again.'],
  'provider-unavailable': [
    'your provider cannot be asked right now',
    'Try again in a while, or sign in another way. Administrators can test the provider under Access, Identity providers.',
  ],
  'provider-refused': [
    'what your provider answered does not hold',
    'Try again. If it stays so, an administrator finds the reason in the audit log.',
  ],
  'not-admitted': [
    'your provider knows you, but nobody has invited you here',
    'Ask an administrator for an invitation under the very name that your provider sends.',
  ],
  'multi-factor-needed': [
    'your provider asked for a password alone, and here it takes a second factor',
    'Sign in there with a second factor, or sign in another way.',
  ],
  'try-again': ['there are too many tries right now', 'Wait a minute, then try again.'],
};

/** The failure that a code of the address names; unknown codes tell nothing. */
export function signInProblem(code: string | undefined): KeysteadError | undefined {
  const found = code === undefined || !Object.hasOwn(PROBLEMS, code) ? undefined : PROBLEMS[code];
  if (code === undefined || found === undefined) return undefined;
  const [message, action] = found;
  return new KeysteadError({ status: 0, code, message, action });
}
