import { parseRange, type Address, type AddressRange } from './address.ts';

/** A CIDR block in its one text: no bits of hosts, IPv6 as RFC 5952 has it. */
export function rangeText({ address, bits }: AddressRange): string {
  return `${addressText(networkOf(address, bits))}/${bits}`;
}

/** Reads a CIDR block, or an address as the block of it alone, in its one text; `undefined` where it is none. */
export function canonicalRange(text: string): string | undefined {
  // A zone means something on one machine only.
  const range = text.includes('%') ? undefined : parseRange(text);
  return range && rangeText(range);
}

function networkOf(address: Address, bits: number): Address {
  return address.map((byte, i) => byte & (0xff << (8 - Math.min(8, Math.max(0, bits - 8 * i)))) & 0xff);
}

function addressText(address: Address): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((address[2 * i] as number) << 8) | (address[2 * i + 1] as number)).toString(16),
  );
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** The longest run of groups that are zero, the first of several. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let run = { start: 0, length: 0 };
  for (const [i, group] of groups.entries()) {
    run = group === '0' ? { start: run.length === 0 ? i : run.start, length: run.length + 1 } : { start: 0, length: 0 };
    if (run.length > longest.length) longest = run;
  }
  return longest;
}
