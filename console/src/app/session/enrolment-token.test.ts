import { afterEach, describe, expect, it, vi } from 'vitest';
import { enrolmentToken, forgetEnrolmentToken, takeEnrolmentToken } from './enrolment-token.ts';

afterEach(() => {
  forgetEnrolmentToken();
  vi.unstubAllGlobals();
});

function openAt(pathname: string, hash: string) {
  const replaceState = vi.fn<(state: unknown, title: string, url: string) => void>();
  vi.stubGlobal('window', { location: { pathname, search: '?a=b', hash }, history: { state: null, replaceState } });
  takeEnrolmentToken();
  return replaceState.mock.calls[0]?.[2];
}

describe('the secret part of a sign-in link', () => {
  it.each([
    ['as it is', '#kse_A-_', 'kse_A-_'],
    ['as a mail program encoded it', '#kse%5FA', 'kse_A'],
    ['as it is, where it is no encoding', '#kse_%', 'kse_%'],
  ])('is taken out of the address, %s', (_, hash, token) => {
    expect(openAt('/console/welcome', hash)).toBe('/console/welcome?a=b');
    expect(enrolmentToken()).toBe(token);
  });

  it.each([
    ['/console/keys', '#kse_A'],
    ['/console/welcome', '#'],
  ])('is none at %s%s', (pathname, hash) => {
    expect(openAt(pathname, hash)).toBeUndefined();
    expect(enrolmentToken()).toBeUndefined();
  });
});
