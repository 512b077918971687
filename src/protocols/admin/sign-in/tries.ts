import { isIPv6 } from 'node:net';
import { makeRoom } from '../../../records/record-cache.ts';
import { RequestError } from '../errors.ts';

/** Tries that may come at once, and how many more each second. */
const RATES = {
  address: { burst: 60, perSecond: 1 },
  name: { burst: 20, perSecond: 0.1 },
} as const;
/** What is remembered: an attacker's many names push out each other's, the addresses stay bounded beside them. */
const MAX_BUCKETS = 10_000;

/** Bounds how often strangers try to sign in, by where they come from and by the name that they give. In memory. */
export class Tries {
  readonly #monotonicMs: () => number;
  readonly #buckets = {
    address: new Map<string, { tokens: number; atMs: number }>(),
    name: new Map<string, { tokens: number; atMs: number }>(),
  };

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** @throws {RequestError} 429 `throttled` */
  take(by: keyof typeof RATES, given: string): void {
    const { burst, perSecond } = RATES[by];
    const buckets = this.#buckets[by];
    const what = by === 'address' ? networkOf(given) : given;
    const nowMs = this.#monotonicMs();
    const known = buckets.get(what);
    const tokens =
      known === undefined ? burst : Math.min(burst, known.tokens + ((nowMs - known.atMs) * perSecond) / 1000);
    if (known === undefined) makeRoom(buckets, MAX_BUCKETS);
    buckets.set(what, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    if (tokens < 1) throw new RequestError(TOO_MANY);
  }
}

/** Whoever has an address of IPv6 has the 2^64 beside it too (RFC 6177): the first 64 bits say who it is. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::', 2);
  const [first, last] = [head, tail].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ];
  const gap = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const groups = [...first, ...gap, ...last].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

const TOO_MANY = {
  status: 429,
  code: 'throttled',
  message: 'too many tries to sign in came from here, or for this name; nothing was tried',
  action: 'Wait a minute and try again.',
};
