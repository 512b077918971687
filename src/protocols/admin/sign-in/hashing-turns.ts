import { RequestError } from '../errors.ts';
import type { HashPassword } from '../../../identity/sign-in/password.ts';

/** Each takes 64 MiB and a core for a good while. */
const AT_ONCE = 2;
const WAITING = 32;

/** Bounds how much of the machine is spent on hashing passwords, which anybody may ask for. */
export class HashingTurns {
  readonly #hash: HashPassword;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(hash: HashPassword) {
    this.#hash = hash;
  }

  /** Hashes when its turn comes. @throws {RequestError} 503 `busy`: too many wait */
  async hash(...[password, salt, cost]: Parameters<HashPassword>): Promise<Buffer> {
    if (this.#running < AT_ONCE) this.#running++;
    else if (this.#waiting.length >= WAITING) throw new RequestError(BUSY);
    // Whoever ends hands its turn on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#hash(password, salt, cost);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

const BUSY = {
  status: 503,
  code: 'busy',
  message: 'too many sign in at this moment; nothing was tried',
  action: 'Try again in a moment.',
};
