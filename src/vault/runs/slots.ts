/** Who has asked for a slot so long ago does not count as one who needs some. */
const ASKED_MS = 10 * 60_000;

/** A slot that somebody holds, until it is given back; after that giving it back again does nothing. */
export class Slot {
  #giveBack: (() => void) | undefined;

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  giveBack(): void {
    const give = this.#giveBack;
    this.#giveBack = undefined;
    give?.();
  }

  /** The same slot in other hands: whoever had it has nothing to give back any more. */
  handOver(): Slot {
    const give = this.#giveBack ?? (() => undefined);
    this.#giveBack = undefined;
    return new Slot(give);
  }
}

/** Who holds how many of a number of slots: runs of all tenants share a machine. */
export class Slots {
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #held = new Map<string, number>();
  /** When each tenant has last asked for one, whether or not it got it. */
  readonly #asked = new Map<string, number>();

  /** @param nowMs a clock that only goes on */
  constructor(max: number, nowMs: () => number = () => performance.now()) {
    this.#max = max;
    this.#nowMs = nowMs;
  }

  get taken(): number {
    let sum = 0;
    for (const count of this.#held.values()) sum += count;
    return sum;
  }

  /**
   * Whether a tenant has to wait. One alone may have them all. As soon as another has asked within ten minutes, who holds
   * as many as are free waits: each slot that comes free goes to those who hold fewest, and some stay for whoever comes
   * next.
   */
  mustWait(tenantId: string): boolean {
    const nowMs = this.#nowMs();
    this.#asked.set(tenantId, nowMs);
    for (const [other, atMs] of this.#asked) if (nowMs - atMs > ASKED_MS) this.#asked.delete(other);
    const free = this.#max - this.taken;
    if (free <= 0) return true;
    const isAlone = [...this.#asked.keys(), ...this.#held.keys()].every((other) => other === tenantId);
    const held = this.#held.get(tenantId) ?? 0;
    return !isAlone && held > 0 && held >= free;
  }

  /** Takes a slot at once, so that nobody else gets it meanwhile; `undefined`: the tenant {@link mustWait}. */
  take(tenantId: string): Slot | undefined {
    if (this.mustWait(tenantId)) return undefined;
    this.#held.set(tenantId, (this.#held.get(tenantId) ?? 0) + 1);
    return new Slot(() => this.#giveBack(tenantId));
  }

  #giveBack(tenantId: string): void {
    const left = (this.#held.get(tenantId) ?? 0) - 1;
    if (left > 0) this.#held.set(tenantId, left);
    else this.#held.delete(tenantId);
  }
}
