import type { RequestContext } from '../access/request.ts';
import { CONDITION_KEYS, type Asked, type ConditionKey } from './condition-keys.ts';

const EXACT = new Map(CONDITION_KEYS.map((one) => [one.name.toLowerCase(), one]));
const FAMILIES: readonly (readonly [string, ConditionKey])[] = [...EXACT].filter(([name]) => /[/:]$/.test(name));

/**
 * What conditions may ask about one permission of one call. Nothing is computed before it is asked for. What the server
 * knows comes before what the protocol says of the request.
 */
export class Conditions implements RequestContext {
  readonly #asked: Asked;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  get encryptionContext(): ReadonlyMap<string, string> | undefined {
    return this.#asked.target.context?.encryptionContext;
  }

  values(key: string): readonly string[] | undefined {
    const stated = this.#asked.call.stated?.(key);
    if (stated !== undefined) return stated;
    const found = EXACT.get(key)?.read(this.#asked, '') ?? this.#ofFamily(key);
    if (found === undefined) return this.#asked.target.context?.values(key);
    return typeof found === 'string' ? [found] : found;
  }

  /** What the record of the key says, and nothing else has a say in. */
  isLasting(key: string): boolean {
    if (this.#asked.target.key === undefined || this.#asked.call.stated !== undefined) return false;
    const known = EXACT.get(key);
    return known?.isOfKey === true && known.read(this.#asked, '') !== undefined;
  }

  #ofFamily(key: string): string | readonly string[] | undefined {
    for (const [prefix, family] of FAMILIES) {
      if (key.startsWith(prefix)) return family.read(this.#asked, key.slice(prefix.length));
    }
    return undefined;
  }
}
