import { leafHash } from '@keystead/sdk';

type Bytes = Uint8Array<ArrayBuffer>;

const NODE = Uint8Array.of(0x01);

/** The tree of a log (RFC 9162 section 2.1), in memory: as slow as it may be for made-up data. */
export class AuditTree {
  readonly leaves: Bytes[] = [];
  readonly #hashes: Bytes[] = [];
  readonly #known = new Map<string, Bytes>();

  async append(leaf: Bytes): Promise<void> {
    this.leaves.push(leaf);
    this.#hashes.push(await leafHash(leaf));
  }

  get size(): number {
    return this.leaves.length;
  }

  root(size: number): Promise<Bytes> {
    return this.#subtree(0, size);
  }

  /** RFC 9162 section 2.1.3.1. */
  async inclusion(index: number, size: number): Promise<Bytes[]> {
    return this.#path(index, 0, size);
  }

  /** RFC 9162 section 2.1.4.1. */
  async consistency(from: number, to: number): Promise<Bytes[]> {
    return from === to ? [] : this.#subproof(from, 0, to, true);
  }

  async #path(index: number, from: number, to: number): Promise<Bytes[]> {
    if (to - from <= 1) return [];
    const middle = from + largestPower(to - from);
    return index < middle
      ? [...(await this.#path(index, from, middle)), await this.#subtree(middle, to)]
      : [...(await this.#path(index, middle, to)), await this.#subtree(from, middle)];
  }

  async #subproof(size: number, from: number, to: number, isWhole: boolean): Promise<Bytes[]> {
    if (from + size === to) return isWhole ? [] : [await this.#subtree(from, to)];
    const half = largestPower(to - from);
    return size <= half
      ? [...(await this.#subproof(size, from, from + half, isWhole)), await this.#subtree(from + half, to)]
      : [...(await this.#subproof(size - half, from + half, to, false)), await this.#subtree(from, from + half)];
  }

  async #subtree(from: number, to: number): Promise<Bytes> {
    if (to === from) return sha256(new Uint8Array(0));
    if (to - from === 1) return this.#hashes[from] as Bytes;
    const name = `${from}-${to}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const middle = from + largestPower(to - from);
    const hash = await sha256(joined(NODE, await this.#subtree(from, middle), await this.#subtree(middle, to)));
    this.#known.set(name, hash);
    return hash;
  }
}

/** The largest power of two below `count`. */
function largestPower(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
