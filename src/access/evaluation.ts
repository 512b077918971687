import type { RequestContext } from './request.ts';

/** How many steps one evaluation may take: characters looked at, values compared. Some 10 ms at worst. */
export const MAX_STEPS = 2_000_000;

/** Policies and request together ask for more work than one decision may cost. */
export class TooCostlyError extends Error {
  override readonly name = 'TooCostlyError';
}

/** One evaluation under way: what conditions may ask, and how much work is left to it. */
export class Evaluation {
  readonly #context: RequestContext | undefined;
  #stepsLeft = MAX_STEPS;
  #hasAsked = false;

  constructor(context: RequestContext | undefined) {
    this.#context = context;
  }

  /**
   * Whether anything about the request was asked for that does not last: if not, the answer is the same for every request
   * like it.
   */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  get stepsTaken(): number {
    return MAX_STEPS - this.#stepsLeft;
  }

  /** The values of a condition key (in lower case); none at all is the same as absent. @throws {TooCostlyError} */
  values(key: string): readonly string[] | undefined {
    const values = this.#context?.values(key);
    this.#hasAsked ||= this.#context?.isLasting?.(key) !== true;
    if (values === undefined || values.length === 0) return undefined;
    this.step(values.length);
    return values;
  }

  /** The value of a key that has exactly one. */
  single(key: string): string | undefined {
    const values = this.values(key);
    return values?.length === 1 ? values[0] : undefined;
  }

  /** The encryption context of the request. */
  encryptionContext(): ReadonlyMap<string, string> | undefined {
    this.#hasAsked = true;
    return this.#context?.encryptionContext;
  }

  /** @throws {TooCostlyError} */
  step(count = 1): void {
    this.#stepsLeft -= count;
    if (this.#stepsLeft < 0) throw new TooCostlyError('the policies that apply cost too much to evaluate');
  }
}
