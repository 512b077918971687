import { isWithin, parseAddress, parseRange, type Address, type AddressRange } from '../access/address.ts';
import { makeRoom } from '../records/record-cache.ts';
import type { InstancePolicies } from './instance-policies.ts';

/**
 * Addresses from which one comes by a private network: of this machine, RFC 1918, RFC 4193, and of the link (RFC 3927,
 * RFC 4291 section 2.5.6).
 */
const PRIVATE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].map(rangeOf);

/** Addresses whose answer is remembered for one revision of the policies. */
const MAX_ADDRESSES = 1_000;

/** Compiled once for each revision. */
class Reach {
  readonly #privateOnly: boolean;
  readonly #ranges: readonly AddressRange[] | undefined;
  readonly #known = new Map<string, boolean>();

  constructor({ network, addresses }: InstancePolicies) {
    this.#privateOnly = network?.isEnabled === true && network.network === 'private-only';
    this.#ranges = addresses?.isEnabled === true ? addresses.ranges.map(rangeOf) : undefined;
  }

  includes(text: string, isService: boolean): boolean {
    const name = isService ? `service ${text}` : text;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const address = parseAddress(text);
    const includes = address !== undefined ? this.#holds(address, isService) : this.#isOpen(isService);
    makeRoom(this.#known, MAX_ADDRESSES);
    this.#known.set(name, includes);
    return includes;
  }

  #holds(address: Address, isService: boolean): boolean {
    if (this.#privateOnly && !isAmong(address, PRIVATE)) return false;
    return this.#ranges === undefined || isService || isAmong(address, this.#ranges);
  }

  /** What has no address that can be read is let in only where nobody asks for one. */
  #isOpen(isService: boolean): boolean {
    return !this.#privateOnly && (this.#ranges === undefined || isService);
  }
}

const COMPILED = new WeakMap<InstancePolicies, Reach>();

/**
 * Whether the policies of an instance let requests in that come from this address: of IPv4, of IPv6, or of IPv4 in IPv6.
 * Services are let in from everywhere where only the addresses are bounded, and not the network.
 */
export function isInReach(policies: InstancePolicies, address: string, isService: boolean): boolean {
  if (policies.network === undefined && policies.addresses === undefined) return true;
  let reach = COMPILED.get(policies);
  if (reach === undefined) COMPILED.set(policies, (reach = new Reach(policies)));
  return reach.includes(address, isService);
}

function isAmong(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => isWithin(address, range));
}

function rangeOf(text: string): AddressRange {
  const range = parseRange(text);
  if (range === undefined) throw new TypeError(`${text} is no range of addresses`);
  return range;
}
