import type { ConsoleSession } from '@keystead/sdk';

/** How a person proved who it is. */
export const METHODS: Readonly<Record<ConsoleSession['method'], string>> = {
  passkey: 'Passkey',
  password: 'Password and code',
  oidc: 'Identity provider',
  enrolment: 'Sign-in link',
};

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a browser calls itself, in the words of people; it may lie. Undefined: it says nothing that is known. */
export function browserOf(userAgent: string | undefined): string | undefined {
  const nameIn = (names: typeof BROWSERS): string | undefined =>
    names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const found = [nameIn(BROWSERS), nameIn(SYSTEMS)].filter((name) => name !== undefined);
  return found.length === 0 ? undefined : found.join(' on ');
}
