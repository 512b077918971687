import { lookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** What the operator lets this installation call. */
export interface EgressPolicy {
  /** Host names and addresses that may be called, and no other; absent: any that the rules do not refuse. */
  readonly allowedHosts?: readonly string[];
  /** Hosts besides this machine that may be called without TLS. */
  readonly plainHttpHosts?: readonly string[];
}

/** A call that the rules do not let out. */
export class EgressRefusedError extends Error {
  override readonly name = 'EgressRefusedError';
}

/**
 * Where no call may go, whoever asks: link-local addresses (RFC 3927, RFC 4291 section 2.5.6), at which clouds keep
 * their instance metadata, the metadata addresses outside of those ranges, and "this network" (RFC 1122, 3.2.1.3).
 */
const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addSubnet('0.0.0.0', 8, 'ipv4');
NEVER.addAddress('100.100.100.200', 'ipv4');
NEVER.addAddress('192.0.0.192', 'ipv4');
NEVER.addSubnet('fe80::', 10, 'ipv6');
NEVER.addAddress('::', 'ipv6');
NEVER.addAddress('fd00:ec2::254', 'ipv6');
NEVER.addAddress('fd20:ce::254', 'ipv6');
// The same by way of a translator (RFC 6052 section 2.1: 64:ff9b::/96 stands for all of IPv4).
NEVER.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6');
NEVER.addSubnet('64:ff9b::0.0.0.0', 104, 'ipv6');
NEVER.addAddress('64:ff9b::100.100.100.200', 'ipv6');
NEVER.addAddress('64:ff9b::192.0.0.192', 'ipv6');

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** How far a call may reach. */
export interface Reach {
  /** Whether it may go to this machine itself: not where a tenant alone says where to. */
  readonly thisMachine?: 'allowed' | 'refused';
}

/** The one gate of everything that this process calls at an address that somebody gave it. */
export class EgressGuard {
  readonly #policy: EgressPolicy;

  constructor(policy: EgressPolicy = {}) {
    this.#policy = policy;
  }

  /**
   * Lets an address pass by what it says. What its name resolves to is checked when {@link agents} connect.
   *
   * @throws {EgressRefusedError}
   */
  check(address: string, { thisMachine = 'allowed' }: Reach = {}): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined) throw new EgressRefusedError('The endpoint is not an address like https://host[:port]');
    const host = hostOf(url);
    if (url.username !== '' || url.password !== '') {
      throw new EgressRefusedError(
        'The endpoint holds a user name or a password: give credentials in their own fields',
      );
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new EgressRefusedError(`The endpoint's scheme ${url.protocol} is not https: or http:`);
    }
    refuseAddress(host, host);
    if (thisMachine === 'refused' && isThisMachine(host)) throw onThisMachine(host);
    const { allowedHosts, plainHttpHosts = [] } = this.#policy;
    if (allowedHosts !== undefined && !allowedHosts.includes(host)) {
      throw new EgressRefusedError(
        `The host ${host} is not one that the operator of this server lets it call: ask for it to be added to the list`,
      );
    }
    if (url.protocol === 'http:' && !isThisMachine(host) && !plainHttpHosts.includes(host)) {
      throw new EgressRefusedError(`The host ${host} may be called with https only: use an https:// endpoint`);
    }
    return url;
  }

  /** Whether the operator names the host of this address as one that may be called. */
  names(address: string): boolean {
    const host = URL.canParse(address) ? hostOf(new URL(address)) : '';
    return this.#policy.allowedHosts?.includes(host) === true;
  }

  /**
   * How far a call may reach whose address a tenant alone has given: to this machine only where the operator names the
   * host as one that may be called.
   */
  reachForTenant(address: string): Reach {
    return { thisMachine: this.names(address) ? 'allowed' : 'refused' };
  }

  /**
   * Looks at each address a name resolves to, at the moment when it is connected to: a name cannot pass {@link check}
   * and then come to mean another place.
   */
  lookup({ thisMachine = 'allowed' }: Reach = {}): LookupFunction {
    return thisMachine === 'allowed' ? guardedLookup : lookupElsewhere;
  }

  /** Connections to names that are looked up by {@link lookup}. `maxSockets` bounds those to one host. */
  agents(maxSockets = 16): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent } {
    const options = { keepAlive: true, maxSockets, lookup: guardedLookup };
    return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  }
}

const guardedLookup: LookupFunction = lookupBy((address, hostname) => {
  // A plain connection was let through because of the name: `localhost` must mean this machine.
  if (hostname === 'localhost' && !isThisMachine(address)) {
    throw new EgressRefusedError('The name localhost does not resolve to this machine');
  }
});

const lookupElsewhere: LookupFunction = lookupBy((address, hostname) => {
  if (isThisMachine(address)) throw onThisMachine(hostname);
});

/** Looks a name up and holds every address that it has against the rules. */
function lookupBy(check: (address: string, hostname: string) => void): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      try {
        for (const { address } of addresses) {
          refuseAddress(address, hostname);
          check(address, hostname);
        }
      } catch (refused) {
        return done(refused as Error, '', 0);
      }
      if (options.all === true) return done(null, addresses);
      const [first] = addresses;
      return first ? done(null, first.address, first.family) : done(new Error(`${hostname} has no address`), '', 0);
    });
  };
}

function onThisMachine(host: string): EgressRefusedError {
  return new EgressRefusedError(
    `The host ${host} is this machine, which is not called on the word of a tenant: give another one, or have the operator of this server name it in KEYSTEAD_EGRESS_HOSTS`,
  );
}

function refuseAddress(address: string, host: string): void {
  const family = isIP(address);
  if (family !== 0 && NEVER.check(address, family === 4 ? 'ipv4' : 'ipv6')) {
    throw new EgressRefusedError(
      `The host ${host} is a link-local or metadata address, which this server never calls: use the service's own endpoint`,
    );
  }
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** The host without the brackets of an IPv6 address. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}
