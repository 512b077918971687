import { BlockList, isIP, SocketAddress } from 'node:net';
import { blockOf, familyOf } from './proxy-blocks.ts';

/** Where proxies say for whom they speak: `X-Forwarded-For`, or `Forwarded` (RFC 7239). */
export const PROXY_HEADERS = ['x-forwarded-for', 'forwarded'] as const;
export type ProxyHeader = (typeof PROXY_HEADERS)[number];

/** The proxies in front of a server. */
export interface TrustedProxies {
  /** Their addresses, or CIDR blocks of them: as `isProxyBlock` has it. */
  readonly addresses: readonly string[];
  /** The header that they write. The other one is not read: whoever sends it has written it alone. */
  readonly header: ProxyHeader;
}

/** Whom a request comes from, by its connection's peer and its headers (names and values in turn). */
export type ClientAddress = (peer: string, rawHeaders: readonly string[]) => string;

/**
 * How the address of a client is found. Without proxies it is the peer's. A proxy's word counts, and so does that of
 * the proxy which it names, as long as they are trusted: from the right of the header the first address that is not is
 * the client's. What stands to the left of it anybody may have written. Where a trusted proxy names nobody by an
 * address, it is the client itself as far as anybody can tell.
 */
export function clientAddressBy(proxies: TrustedProxies | undefined): ClientAddress {
  if (proxies === undefined) return (peer) => peer;
  const trusted = new BlockList();
  for (const text of proxies.addresses) {
    const { address, bits, family } = blockOf(text);
    trusted.addSubnet(address, bits, family);
  }
  const isTrusted = (address: string): boolean => trusted.check(address, familyOf(address));
  return (peer, rawHeaders) => {
    let client = plainAddress(peer);
    if (client === undefined || !isTrusted(client)) return peer;
    for (const hop of HOPS[proxies.header](valuesOf(rawHeaders, proxies.header))) {
      const next = hop === undefined ? undefined : plainAddress(hop);
      if (next === undefined) break;
      client = next;
      if (!isTrusted(client)) break;
    }
    return client;
  };
}

/** For whom a header was written, the last proxy's word first; `undefined`: nobody with an address. */
const HOPS: Record<ProxyHeader, (value: string) => Iterable<string | undefined>> = {
  'x-forwarded-for': (value) => (value === '' ? [] : value.split(',').toReversed()),
  forwarded: forwardedHops,
};

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PAIR = `(${TOKEN})=(?:"([^",\\\\]*)"|(${TOKEN}))`;
const ELEMENT = new RegExp(`^[ \\t]*${PAIR}(?:[ \\t]*;[ \\t]*${PAIR})*[ \\t]*$`);

/**
 * The elements of `Forwarded` (RFC 7239 section 4), from its end: a quote that a client opens and never closes would
 * else take what the proxy wrote behind it for its own. One with a comma in a quote is none that names anybody.
 */
function* forwardedHops(value: string): Iterable<string | undefined> {
  if (value === '') return;
  for (const element of value.split(',').toReversed()) {
    if (!ELEMENT.test(element)) return yield undefined;
    const named = [...element.matchAll(new RegExp(PAIR, 'g'))].filter(([, name]) => name?.toLowerCase() === 'for');
    yield named.length === 1 ? (named[0]?.[2] ?? named[0]?.[3]) : undefined;
  }
}

/** All values of a header, in the order in which they came. */
function valuesOf(rawHeaders: readonly string[], lowerCaseName: string): string {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if ((rawHeaders[i] as string).toLowerCase() === lowerCaseName) values.push(rawHeaders[i + 1] as string);
  return values.join(',');
}

/** An address in its one text, without brackets, port and zone; IPv4 within IPv6 is IPv4. `undefined`: it is none. */
function plainAddress(text: string): string | undefined {
  const [, six, four] = /^[ \t]*(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5}|.*)[ \t]*$/.exec(text) ?? [];
  const bare = (six ?? four ?? text.trim()).replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return undefined;
  if (family === 4) return bare;
  return new SocketAddress({ address: bare, family: 'ipv6' }).address.replace(/^::ffff:(?=[\d.]+$)/, '');
}
