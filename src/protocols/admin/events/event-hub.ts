import type { Readable } from 'node:stream';
import type { Proof } from '../../../identity/proofs.ts';
import { AdminRefusal } from '../refusal.ts';
import { Subscriber, type Rights } from './subscriber.ts';
import { Watch, type WatchServices } from './watch.ts';

/** How often is looked, once for all streams, and how often a stream is asked whom it is for when nothing changes. */
export interface EventTimes {
  readonly lookMs: number;
  readonly renewMs: number;
  readonly heartbeatMs: number;
}

const TIMES: EventTimes = { lookMs: 1_000, renewMs: 5_000, heartbeatMs: 15_000 };

/** A browser opens one for each window. */
export const MAX_STREAMS_OF_CREDENTIAL = 8;
/** With the connections of a server, a bound to what streams can take of them. */
export const MAX_STREAMS = 256;

/**
 * All streams of events of this process. One look a second serves them all, and there is none while nobody listens. What
 * is told is a hint: whoever opens a stream reads what holds, and reads it anew when the stream was away.
 */
export class EventHub {
  readonly #services: WatchServices & { readonly onFault: (error: unknown) => void };
  readonly #times: EventTimes;
  readonly #subscribers = new Set<Subscriber>();
  #watch: Watch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #renewedMs = 0;
  #heardMs = 0;
  #isClosed = false;

  constructor(services: WatchServices & { readonly onFault: (error: unknown) => void }, times: EventTimes = TIMES) {
    this.#services = services;
    this.#times = times;
  }

  /** How many streams are open. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** @throws {AdminRefusal} `too-many-streams`: asked before the stream is recorded, and again when it is opened */
  requireRoom({ principal }: Proof): void {
    const own = [...this.#subscribers].filter(({ credentialId }) => credentialId === principal.credentialId).length;
    if (!this.#isClosed && own < MAX_STREAMS_OF_CREDENTIAL && this.#subscribers.size < MAX_STREAMS) return;
    throw new AdminRefusal(
      'too-many-streams',
      own >= MAX_STREAMS_OF_CREDENTIAL
        ? `your credential has ${own} streams of events open, which is as many as one may have`
        : 'this server has as many streams of events open as it takes on',
    );
  }

  /**
   * Opens a stream for somebody who may have it. It ends with the credential, the permission, or the server.
   *
   * @throws {AdminRefusal} `too-many-streams`: others came first while it was recorded
   */
  open(proof: Proof, rights: Rights): Readable {
    this.requireRoom(proof);
    const subscriber = new Subscriber(proof, rights, (ended) => this.#leave(ended));
    this.#subscribers.add(subscriber);
    this.#watch ??= new Watch(this.#services);
    this.#schedule();
    return subscriber.stream;
  }

  /** Ends every stream. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#subscribers.clear();
  }

  #leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#watch = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed || this.#watch === undefined) return;
    this.#timer = setTimeout(() => {
      void this.#look()
        .catch(this.#services.onFault)
        .finally(() => {
          this.#timer = undefined;
          this.#schedule();
        });
    }, this.#times.lookMs).unref();
  }

  async #look(): Promise<void> {
    const nowMs = performance.now();
    const listening = [...this.#subscribers];
    const tenantIds = new Set(listening.map(({ tenantId }) => tenantId));
    const seen = await this.#watch?.look(tenantIds);
    // What was switched off is asked before anything is told that came after.
    if (seen?.isChanged === true || nowMs - this.#renewedMs >= this.#times.renewMs) {
      this.#renewedMs = nowMs;
      await Promise.all([...this.#subscribers].map((subscriber) => subscriber.renew()));
    }
    if (nowMs - this.#heardMs >= this.#times.heartbeatMs) {
      this.#heardMs = nowMs;
      this.#toAll(': alive\n\n');
    }
    if (seen === undefined) return;
    // What becomes of another tenant is nothing to know, not even that it did.
    for (const subscriber of listening) subscriber.sayChanged(seen.changed.has(subscriber.tenantId));
    for (const event of seen.events) {
      for (const subscriber of this.#subscribers) await subscriber.tell(event);
    }
  }

  #toAll(text: string): void {
    for (const subscriber of this.#subscribers) subscriber.write(text);
  }
}
