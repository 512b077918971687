import { Readable } from 'node:stream';
import type { Proof } from '../../../identity/proofs.ts';
import type { Target } from '../../../pipeline/act.ts';

/** Something that became of a thing, for those who may see it. */
export interface ServerEvent {
  readonly tenantId: string;
  /** What it is called on the wire. */
  readonly name: 'run' | 'alert';
  /** The permission that seeing it takes. */
  readonly target: Target;
  readonly data: object;
}

/** How a stream finds out what holds now for whoever opened it. */
export interface Rights {
  /** Proves the credential again; `undefined` once it proves nobody. */
  readonly proveAgain: () => Promise<Proof | undefined>;
  /** Whether somebody has a permission now. Nothing is recorded by the question. */
  readonly mayDo: (proof: Proof, target: Target) => Promise<boolean>;
  /** What opening the stream took, and keeping it takes. */
  readonly target: Target;
}

/** What waits for a reader that does not take it. Beyond that the stream ends: its reader opens another and reads anew. */
const MAX_WAITING_BYTES = 256 << 10;

/** One stream of events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class Subscriber {
  readonly stream: Readable;
  readonly #rights: Rights;
  #proof: Proof;
  #decisions = new Map<string, Promise<boolean>>();
  #isGreeted = false;
  #isOver = false;

  constructor(proof: Proof, rights: Rights, onEnd: (subscriber: Subscriber) => void) {
    this.#proof = proof;
    this.#rights = rights;
    this.stream = new Readable({
      read: () => {},
      destroy: (error, done) => {
        this.#isOver = true;
        onEnd(this);
        done(error);
      },
    });
    this.write('retry: 3000\n: open\n\n');
  }

  get tenantId(): string {
    return this.#proof.tenant.tenantId;
  }

  get credentialId(): string {
    return this.#proof.principal.credentialId;
  }

  /** Asks again who this is and what they may. A stream whose credential proves nobody any more ends. */
  async renew(): Promise<void> {
    const proof = await this.#rights.proveAgain().catch(() => undefined);
    if (proof === undefined || !(await this.#rights.mayDo(proof, this.#rights.target))) return this.end();
    this.#proof = proof;
    this.#decisions = new Map();
  }

  /** Hands an event on, where it is of the own tenant and may be seen. */
  async tell({ tenantId, name, target, data }: ServerEvent): Promise<void> {
    if (this.#isOver || tenantId !== this.tenantId || !(await this.#may(target))) return;
    this.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Says that something of the own tenant changed; the first time in any case, as nobody knows what was read before. */
  sayChanged(isChanged: boolean): void {
    if (!isChanged && this.#isGreeted) return;
    this.#isGreeted = true;
    this.write('event: changed\ndata: {}\n\n');
  }

  write(text: string): void {
    if (this.#isOver) return;
    this.stream.push(text, 'utf8');
    if (this.stream.readableLength > MAX_WAITING_BYTES) this.stream.destroy();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.stream.push(null);
  }

  #may(target: Target): Promise<boolean> {
    const name = `${target.action} ${target.resource}`;
    let decision = this.#decisions.get(name);
    if (decision === undefined) {
      decision = this.#rights.mayDo(this.#proof, target).catch(() => false);
      this.#decisions.set(name, decision);
    }
    return decision;
  }
}
