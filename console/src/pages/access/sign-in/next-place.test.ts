import { describe, expect, it } from 'vitest';
import { nextPlace } from './next-place.ts';

describe('the place after a sign-in', () => {
  it.each([
    ['/keys', '/console/keys'],
    ['/keys?region=us-east-1&state=enabled', '/console/keys?region=us-east-1&state=enabled'],
    ['/console/keys', '/console/keys'],
    ['/console/keys#versions', '/console/keys#versions'],
    ['/consoles', '/console/consoles'],
    ['/', '/console/'],
  ])('%s is %s', (next, place) => {
    expect(nextPlace(next)).toBe(place);
  });

  it.each([
    undefined,
    '',
    'keys',
    'https://evil.example/',
    '//evil.example/',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\n//evil.example',
    '/console//evil.example',
    '/console/\\evil.example',
    '/console/../..//evil.example',
    'javascript:alert(1)',
    '/javascript:alert(1)/../../\u0000',
    '/sign-in?next=/keys',
    '/console/sign-in',
    '/welcome#token',
  ])('never is elsewhere: %j', (next) => {
    expect(nextPlace(next)).toBe('/console/');
  });
});
