import { isIP } from 'node:net';

/** An address, or a CIDR block of them, as its text says; `bits` of -1: nothing that is a number. */
export interface Block {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Reads a block without asking whether it is one: {@link isProxyBlock} does. */
export function blockOf(text: string): Block {
  const [address = '', bits, ...more] = text.split('/');
  const family = familyOf(address);
  const isNumber = bits !== undefined && /^\d{1,3}$/.test(bits) && more.length === 0;
  return { address, bits: bits === undefined ? WIDTHS[family] : isNumber ? Number(bits) : -1, family };
}

const WIDTHS = { ipv4: 32, ipv6: 128 } as const;

export function familyOf(address: string): Block['family'] {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Whether a text is an address, or a CIDR block that is not everybody. */
export function isProxyBlock(text: string): boolean {
  const { address, bits, family } = blockOf(text);
  return isIP(address) !== 0 && bits >= 0 && bits <= WIDTHS[family] && !areEverybody([text]);
}

/** A network of the one space in which IPv4 lies within IPv6, as `::ffff:0:0/96` (RFC 4291 section 2.5.5.2). */
interface Network {
  readonly first: bigint;
  readonly bits: number;
}

const ALL_IPV4: Network = { first: 0xffff_0000_0000n, bits: 96 };
/** All of IPv6 that is given out to the world: 2000::/3 (RFC 4291 section 2.4, IANA). */
const ALL_IPV6: Network = { first: 0x2000n << 112n, bits: 3 };

/**
 * Whether blocks are all of IPv4 together, or all of IPv6: `0.0.0.0/0` itself, the same as `::ffff:0:0/96`, or in two
 * halves.
 */
export function areEverybody(texts: readonly string[]): boolean {
  const networks = texts.map(networkOf);
  return isCovered(ALL_IPV4, networks) || isCovered(ALL_IPV6, networks);
}

function isCovered({ first, bits }: Network, by: readonly Network[]): boolean {
  const near = by.filter((one) => {
    const common = 128n - BigInt(Math.min(one.bits, bits));
    return one.first >> common === first >> common;
  });
  if (near.some((one) => one.bits <= bits)) return true;
  if (near.length === 0) return false;
  const half = 1n << BigInt(127 - bits);
  return isCovered({ first, bits: bits + 1 }, near) && isCovered({ first: first | half, bits: bits + 1 }, near);
}

function networkOf(text: string): Network {
  const { address, bits, family } = blockOf(text);
  if (family === 'ipv4')
    return { first: ALL_IPV4.first | numberOf(address.split('.').map(Number), 8n), bits: 96 + bits };
  // As URLs spell it, there are groups alone: no zone, and no IPv4 at its end.
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return {
    first: numberOf(
      [...head, ...gap, ...tail].map((group) => Number.parseInt(group, 16)),
      16n,
    ),
    bits,
  };
}

function numberOf(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(part), 0n);
}
