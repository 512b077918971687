import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddressBy, type ProxyHeader } from './client-address.ts';

const PROXIES = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];
const by = (header: ProxyHeader) => clientAddressBy({ addresses: PROXIES, header });
const asked = (header: ProxyHeader, peer: string, ...values: readonly string[]) =>
  by(header)(
    peer,
    values.flatMap((value) => ['X-Other', 'x', header.toUpperCase(), value]),
  );

describe('the client behind proxies, by X-Forwarded-For', () => {
  it.each<[string, string, string[], string]>([
    ['without a word of the proxy', '127.0.0.1', [], '127.0.0.1'],
    ['one proxy', '127.0.0.1', ['198.51.100.7'], '198.51.100.7'],
    ['two trusted proxies', '127.0.0.1', ['198.51.100.7, 10.1.2.3'], '198.51.100.7'],
    ['headers of their own', '127.0.0.1', ['198.51.100.7', '10.1.2.3'], '198.51.100.7'],
    ['what the client wrote before', '127.0.0.1', ['203.0.113.9, 198.51.100.7'], '198.51.100.7'],
    [
      'what the client wrote, that looks like a proxy',
      '127.0.0.1',
      ['203.0.113.9, 10.1.1.1, 198.51.100.7'],
      '198.51.100.7',
    ],
    ['what the client wrote in another header', '127.0.0.1', ['203.0.113.9', '198.51.100.7'], '198.51.100.7'],
    ['a peer that is no proxy of ours', '198.51.100.7', ['203.0.113.9'], '198.51.100.7'],
    ['trusted ones alone: the first of them', '127.0.0.1', ['10.0.0.5, 10.0.0.6'], '10.0.0.5'],
    ['IPv4 within IPv6', '::ffff:127.0.0.1', ['::ffff:198.51.100.7'], '198.51.100.7'],
    ['the same in another spelling', '127.0.0.1', ['::FFFF:c633:6407'], '198.51.100.7'],
    ['a trusted proxy in another spelling', '127.0.0.1', ['198.51.100.7, ::ffff:a01:203'], '198.51.100.7'],
    ['IPv6', 'fd00::1', ['2001:db8::7'], '2001:db8::7'],
    ['IPv6 in another spelling', 'fd00::1', ['2001:DB8:0:0::7'], '2001:db8::7'],
    ['a port', '127.0.0.1', ['198.51.100.7:51234'], '198.51.100.7'],
    ['IPv6 and a port', '127.0.0.1', ['[2001:db8::7]:51234'], '2001:db8::7'],
    ['a name', '127.0.0.1', ['203.0.113.9, client.example'], '127.0.0.1'],
    ['unknown behind a second proxy', '127.0.0.1', ['203.0.113.9, unknown, 10.1.2.3'], '10.1.2.3'],
    ['nothing between commas', '127.0.0.1', ['203.0.113.9,,'], '127.0.0.1'],
    ['an address of the wrong form', '127.0.0.1', ['198.51.100.07'], '127.0.0.1'],
  ])('%s', (_, peer, values, client) => expect(asked('x-forwarded-for', peer, ...values)).toBe(client));

  it('is whom the proxy names, whatever stands before it', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.constantFrom('', ', ', ' ,\t,'), (before, comma) => {
        expect(asked('x-forwarded-for', '127.0.0.1', ...before, `${comma}198.51.100.7`)).toBe('198.51.100.7');
      }),
    );
  });

  it('is not by Forwarded, which any client may send there', () => {
    const headers = ['Forwarded', 'for=203.0.113.9', 'X-Forwarded-For', '198.51.100.7'];
    expect(by('x-forwarded-for')('127.0.0.1', headers)).toBe('198.51.100.7');
    expect(by('x-forwarded-for')('127.0.0.1', headers.slice(0, 2))).toBe('127.0.0.1');
  });
});

describe('the client behind proxies, by Forwarded', () => {
  it.each<[string, string[], string]>([
    ['one element', ['for=198.51.100.7'], '198.51.100.7'],
    ['with what else it says', ['proto=https;For="198.51.100.7:4711" ; by=10.0.0.1'], '198.51.100.7'],
    ['IPv6', ['for="[2001:db8::7]:4711"'], '2001:db8::7'],
    ['two proxies', ['for=198.51.100.7, for=10.1.2.3;by=127.0.0.1'], '198.51.100.7'],
    ['what the client wrote before', ['for=203.0.113.9, for=198.51.100.7'], '198.51.100.7'],
    ['a quote that the client left open', ['for="203.0.113.9, for=198.51.100.7'], '198.51.100.7'],
    ['a host that is spelt like a client', ['host="a;for=203.0.113.9";for=198.51.100.7'], '198.51.100.7'],
    ['two clients in one element', ['for=203.0.113.9;for=198.51.100.7'], '127.0.0.1'],
    ['a hidden one', ['for=203.0.113.9, for=_hidden'], '127.0.0.1'],
    ['nobody', ['for=203.0.113.9, proto=https'], '127.0.0.1'],
    ['no pair at all', ['for=203.0.113.9, 198.51.100.7'], '127.0.0.1'],
  ])('%s', (_, values, client) => expect(asked('forwarded', '127.0.0.1', ...values)).toBe(client));

  it('is whom the proxy names, whatever stands before it', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (before) => {
        expect(asked('forwarded', '127.0.0.1', ...before, 'proto=https;for=198.51.100.7')).toBe('198.51.100.7');
      }),
    );
  });
});

describe('without proxies', () => {
  it('no header says anything', () =>
    expect(clientAddressBy(undefined)('::ffff:127.0.0.1', ['X-Forwarded-For', '203.0.113.9'])).toBe(
      '::ffff:127.0.0.1',
    ));
});
