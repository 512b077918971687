import type { AskKeystead, KeysteadReply, KeysteadRequest } from '../master-keys/keystead-service.ts';
import type { FromAgent } from './job.ts';

/** Asks the server over the channel of a run's process. When the server goes away, every question is refused. */
export class KeysteadChannel {
  readonly #tell: (message: FromAgent) => Promise<void>;
  readonly #waiting = new Map<number, { readonly keyId: string; readonly resolve: (reply: KeysteadReply) => void }>();
  #next = 1;
  #isOver = false;

  constructor(tell: (message: FromAgent) => Promise<void>) {
    this.#tell = tell;
  }

  readonly ask: AskKeystead = (request: KeysteadRequest) => {
    if (this.#isOver) return Promise.resolve(gone(request.keyId));
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, { keyId: request.keyId, resolve });
      void this.#tell({ type: 'ask', id, request });
    });
  };

  answer(id: number, reply: KeysteadReply): void {
    this.#waiting.get(id)?.resolve(reply);
    this.#waiting.delete(id);
  }

  /** Nobody answers any more. */
  end(): void {
    this.#isOver = true;
    for (const { keyId, resolve } of this.#waiting.values()) resolve(gone(keyId));
    this.#waiting.clear();
  }
}

function gone(keyId: string): KeysteadReply {
  return { refused: { code: 'unreachable', keyId } };
}
