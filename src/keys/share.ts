import { KeyError } from './errors.ts';

/** How many of what takes long one tenant may wait for: with the largest RSA keys, for about a quarter of a minute. */
const MAX_WAITING = 16;

/** Keeps a tenant from filling the line for what all tenants wait for in turn. */
export class Share {
  readonly #waiting = new Map<string, number>();

  /** Runs for a tenant. @throws {KeyError} `too-many-waiting` */
  async take<Made>(tenantId: string, run: () => Promise<Made>): Promise<Made> {
    const waiting = this.#waiting.get(tenantId) ?? 0;
    if (waiting >= MAX_WAITING) throw new KeyError('too-many-waiting', { limit: MAX_WAITING });
    this.#waiting.set(tenantId, waiting + 1);
    try {
      return await run();
    } finally {
      const left = (this.#waiting.get(tenantId) ?? 1) - 1;
      if (left > 0) this.#waiting.set(tenantId, left);
      else this.#waiting.delete(tenantId);
    }
  }
}
