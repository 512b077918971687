import type { Decision } from '../access/evaluate.ts';
import type { RateClass } from './rates.ts';

/** The evaluator said no. The reason is for the audit entry; protocols tell the caller what their originals tell. */
export class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedError';
  readonly action: string;
  readonly resource: string;
  readonly principalArn: string;
  readonly decision: Decision;

  constructor(action: string, resource: string, principalArn: string, decision: Decision) {
    super(`${principalArn} may not ${action} on ${resource}: ${decision.reason}`);
    this.action = action;
    this.resource = resource;
    this.principalArn = principalArn;
    this.decision = decision;
  }
}

/** The tenant asks too often. Counted, not recorded one by one. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottledError';

  constructor(rateClass: RateClass) {
    super(`too many requests of the class ${rateClass}: send it again a little later`);
  }
}

/** Others kept changing the same records. The call may be made again. */
export class BusyError extends Error {
  override readonly name = 'BusyError';

  constructor() {
    super('other requests keep changing the same records: try again');
  }
}

/**
 * A refusal of an act that is neither the key domain's nor the evaluator's: a protocol's own rule found it. It is
 * recorded under its code and handed through to the protocol.
 */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
