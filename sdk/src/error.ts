/** What a server tells of a refusal. */
export interface ErrorFacts {
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** For programs. `unreachable` and `not-keystead` are this client's own. */
  readonly code: string;
  readonly message: string;
  /** What to do next. */
  readonly action?: string;
  readonly requestId?: string;
}

/** A request that was refused, failed, or did not get through. */
export class KeysteadError extends Error {
  override readonly name = 'KeysteadError';
  readonly status: number;
  readonly code: string;
  readonly action: string | undefined;
  readonly requestId: string | undefined;

  constructor({ status, code, message, action, requestId }: ErrorFacts) {
    super(message);
    this.status = status;
    this.code = code;
    this.action = action;
    this.requestId = requestId;
  }
}
