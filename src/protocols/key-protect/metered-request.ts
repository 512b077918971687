import type { HttpAnswer } from '../../http/route.ts';
import type { Instance } from '../../identity/tenant.ts';
import type { KeyCache } from '../../keys/key-cache.ts';
import type { Clock } from '../../keys/ports.ts';
import type { RequestMeter } from '../../pipeline/request-meter.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';

/** A request on its way to its answer, for the meter: it is counted if it gets as far as an instance that wants it. */
export class MeteredRequest {
  readonly #meter: RequestMeter;
  readonly #clock: Clock;
  readonly #begunMs = performance.now();
  #instanceId: string | undefined;

  constructor(meter: RequestMeter, clock: Clock) {
    this.#meter = meter;
    this.#clock = clock;
  }

  /** The instance that it is for is known. */
  reached({ instancePolicies }: Pick<KeyCache, 'instancePolicies'>, instance: Instance): MaybePromise<void> {
    return andThen(instancePolicies.find(instance), ({ metrics }) => {
      if (metrics?.isEnabled === true) this.#instanceId = instance.instanceId;
    });
  }

  /** It is answered. @param api what it asked for, in IBM's word for it: the action of its activity event */
  answered(api: string, answer: HttpAnswer): HttpAnswer {
    if (this.#instanceId !== undefined) {
      this.#meter.note(this.#instanceId, api, answer.status, performance.now() - this.#begunMs, this.#clock());
    }
    return answer;
  }
}
