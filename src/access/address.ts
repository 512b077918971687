/** An IP address as bytes: 4 or 16. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is an IPv4 address. */
export type Address = readonly number[];

/** Addresses that agree in their first bits. */
export interface AddressRange {
  readonly address: Address;
  readonly bits: number;
}

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39] as const;
const GROUP = /^[0-9a-f]{1,4}$/i;
const BITS = /^\d{1,3}$/;
/** No address in text is longer, with its zone. */
const MAX_LENGTH = 64;

/** Reads an address (RFC 4291 section 2.2 for IPv6); `undefined` where it is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const bytes = text.includes(':') ? parseV6(text) : parseV4(text);
  return bytes && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** Reads an address or a CIDR block. */
export function parseRange(text: string): AddressRange | undefined {
  const [host = '', bits, ...rest] = text.split('/');
  const address = parseAddress(host);
  if (address === undefined || rest.length > 0) return undefined;
  const width = address.length * 8;
  if (bits === undefined) return { address, bits: width };
  if (!BITS.test(bits)) return undefined;
  // A block of mapped addresses counts its bits in the IPv6 form.
  const given = host.includes(':') && address.length === 4 ? Number(bits) - 96 : Number(bits);
  return given < 0 || given > width ? undefined : { address, bits: given };
}

/** Whether an address lies in a range. Addresses of the two families never do in each other's. */
export function isWithin(address: Address, range: AddressRange): boolean {
  if (address.length !== range.address.length) return false;
  return address.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, range.bits - 8 * i));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((range.address[i] as number) & mask);
  });
}

function parseV4(text: string): number[] | undefined {
  // Digit by digit: every request comes by here where a policy asks for addresses.
  const bytes: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    const isLeadingZero = digits > 0 && value === 0;
    if (code === DOT && digits > 0 && value <= 255) {
      bytes.push(value);
      value = 0;
      digits = 0;
    } else if (code >= ZERO && code <= NINE && digits < 3 && !isLeadingZero) {
      value = value * 10 + code - ZERO;
      digits++;
    } else return undefined;
  }
  return bytes.length === 4 ? bytes : undefined;
}

function parseV6(text: string): number[] | undefined {
  const [bare = ''] = text.split('%');
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] as string), groupsOf(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const v4 = i === groups.length - 1 && group.includes('.') ? parseV4(group) : undefined;
    if (v4 !== undefined) bytes.push(...v4);
    else if (GROUP.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}

function isMapped(bytes: Address): boolean {
  return bytes.length === 16 && bytes.every((byte, i) => i >= 12 || byte === (i >= 10 ? 0xff : 0));
}
