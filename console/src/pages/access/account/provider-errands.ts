import { KeysteadError } from '@keystead/sdk';

/** What somebody who is signed in goes to a provider for. */
export type ProviderErrand = 'fresh' | 'link';

/** Where the browser goes for it: it leaves the page, and comes back to the account's. */
export function errandPath(errand: ProviderErrand, providerId: string): string {
  return `/admin/v1/sign-in/oidc/start?provider=${encodeURIComponent(providerId)}&${errand}=1`;
}

const DONE: Readonly<Record<string, string>> = {
  prove: 'You have proven who you are: for ten minutes you may change how you sign in',
  link: 'You are linked: the provider signs you in from now on',
};

const PROBLEMS: Readonly<Record<string, readonly [message: string, action: string]>> = {
  'sign-in-expired': ['it took too long, or began in another session', 'Try again, in one window.'],
  'sign-in-cancelled': ['it was cancelled at the provider, or refused there', 'Try again.'],
  'provider-unavailable': [
    'the provider cannot be asked right now',
    'Try again in a while, or prove it in another way.',
  ],
  'provider-refused': [
    'what the provider answered does not hold',
    'An administrator finds the reason in the audit log.',
  ],
  'not-admitted': ['the provider is not one for you', 'Ask an administrator: operators take a provider for operators.'],
  'multi-factor-needed': ['the provider asked for a password alone', 'Sign in there with a second factor.'],
  'proof-undated': [
    'the provider does not say when you signed in there',
    'Prove who you are by a passkey or a password, or have an administrator make you a sign-in link to set one up.',
  ],
  'proof-not-fresh': ['the provider let you pass without asking who you are', 'Sign out there, then try again.'],
  'somebody-else': ['you are somebody else at the provider', 'Try again, and sign in there as yourself.'],
  'linked-to-another': [
    'who you are at the provider is linked to another user',
    'An administrator can take that link away.',
  ],
  'linked-otherwise': ['you are linked to that provider as somebody else', 'Take that link away first.'],
  'other-address': [
    'providers send browsers back to another address than the one at which you opened the console',
    'Open the console at the address that the server has for itself (KEYSTEAD_PUBLIC_URL), and sign in there.',
  ],
  'sign-in-again': ['you proved who you are too long ago', 'Prove it first, then link the provider.'],
  'try-again': ['there are too many tries right now', 'Wait a minute, then try again.'],
};

/** What a code of the address says was done; unknown codes say nothing. */
export function errandDone(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(DONE, code) ? DONE[code] : undefined;
}

/** What a code of the address says went wrong; unknown codes say nothing. */
export function errandProblem(code: string | undefined): KeysteadError | undefined {
  const found = code !== undefined && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  if (code === undefined || found === undefined) return undefined;
  return new KeysteadError({ status: 0, code, message: found[0], action: found[1] });
}
