import { describe, expect, it } from 'vitest';
import { namedOrigin, siteOf, type Arrival, type OwnAddresses } from './site.ts';

const LOCAL: OwnAddresses = { listenHost: 'localhost' };
const PUBLIC: OwnAddresses = { listenHost: '127.0.0.1', publicUrl: 'https://Keys.example.com' };
const WIDE: OwnAddresses = { listenHost: 'keys.internal' };

const at = (host?: string, origin?: string, isSecure = false): Arrival => ({ host, origin, isSecure });

describe('the site of a request', () => {
  it.each<[string, OwnAddresses, Arrival, string | undefined]>([
    ['this machine by its name', LOCAL, at('localhost:8420'), 'http://localhost:8420'],
    ['this machine by its address', LOCAL, at('127.0.0.1:8420'), 'http://127.0.0.1:8420'],
    ['this machine, IPv6', LOCAL, at('[::1]:8420'), 'http://[::1]:8420'],
    ['the same, from itself', LOCAL, at('localhost:8420', 'http://localhost:8420'), 'http://localhost:8420'],
    ['another port of it', LOCAL, at('localhost:8420', 'http://localhost:5173'), undefined],
    ['another scheme', LOCAL, at('localhost:8420', 'https://localhost:8420'), undefined],
    ['a name that leads here by its own DNS', LOCAL, at('evil.example:8420', 'http://evil.example:8420'), undefined],
    ['a name that begins like one', LOCAL, at('localhost.evil.example'), undefined],
    ['a host that is none', LOCAL, at('localhost:8420/@evil', undefined), undefined],
    ['no host', LOCAL, at(undefined), undefined],
    ['an opaque origin', LOCAL, at('localhost:8420', 'null'), undefined],
    ['the public name, behind a proxy', PUBLIC, at('keys.example.com'), 'https://keys.example.com'],
    [
      'the same by its origin, whatever the proxy calls us',
      PUBLIC,
      at('127.0.0.1:8420', 'https://keys.example.com'),
      'https://keys.example.com',
    ],
    ['the public name without TLS', PUBLIC, at('keys.example.com', 'http://keys.example.com'), undefined],
    ['a neighbour of it', PUBLIC, at('keys.example.com', 'https://evil.example.com'), undefined],
    [
      'the name that it listens at, by TLS',
      WIDE,
      at('keys.internal:8443', undefined, true),
      'https://keys.internal:8443',
    ],
    ['the same without TLS', WIDE, at('keys.internal:8443'), undefined],
    [
      'a public name that TLS does not protect',
      { ...LOCAL, publicUrl: 'http://keys.example.com' },
      at('keys.example.com'),
      undefined,
    ],
  ])('%s', (_, own, arrival, origin) => {
    expect(siteOf(own, arrival)?.origin).toBe(origin);
  });

  it('has a relying party where it has a name', () => {
    expect(siteOf(LOCAL, at('localhost:8420'))?.rpId).toBe('localhost');
    expect(siteOf(LOCAL, at('127.0.0.1:8420'))?.rpId).toBeUndefined();
    expect(siteOf(LOCAL, at('[::1]:8420'))?.rpId).toBeUndefined();
    expect(siteOf(PUBLIC, at('keys.example.com'))).toMatchObject({ rpId: 'keys.example.com', isSecure: true });
  });
});

describe('an origin that people are told', () => {
  it.each([
    ['http://127.0.0.1:8420', 'http://localhost:8420'],
    ['http://[::1]:8420', 'http://localhost:8420'],
    ['http://localhost:8420', 'http://localhost:8420'],
    ['https://192.0.2.7', 'https://192.0.2.7'],
    ['https://keys.example.com', 'https://keys.example.com'],
  ])('%s is told as %s', (origin, told) => {
    expect(namedOrigin(origin)).toBe(told);
  });
});
