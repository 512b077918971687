import { evaluate, type Decision } from '../access/evaluate.ts';
import type { AuditDraft, Outcome } from '../audit/entry.ts';
import type { Json } from '../bytes/canonical-json.ts';
import type { Random } from '../crypto/random.ts';
import { KeyError } from '../keys/errors.ts';
import type { Clock } from '../keys/ports.ts';
import {
  ConflictError,
  StoreFullError,
  UnknownOutcomeError,
  type MaybePromise,
  type RecordStore,
} from '../records/ports.ts';
import type { Act, Done, Target } from './act.ts';
import type { Call } from './call.ts';
import { AccessDeniedError, BusyError, RefusedError } from './errors.ts';

/** How often an act is tried again when another commit came in between. */
const MAX_ATTEMPTS = 8;

/**
 * The life of a request from the moment that its principal is proven and its body is parsed, for every protocol:
 * find the keys, authorise, run the verb, make the change and its entries durable, answer. No answer without its
 * record: a use, a change and a refusal alike are on disk before the caller hears of them.
 */
export class Pipeline {
  readonly #store: RecordStore;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(store: RecordStore, clock: Clock, random: Random) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Runs one act. `prepare` finds the keys and says what the act is; it runs again when a commit finds that somebody
   * else was faster.
   *
   * @throws {KeyError} {@link AccessDeniedError} {@link RefusedError} a refusal, recorded
   * @throws {StoreFullError} {@link UnknownOutcomeError} {@link BusyError} the store could not keep the record
   */
  async execute<Value>(call: Call, prepare: (nowMs: number) => MaybePromise<Act<Value>>): Promise<Value> {
    for (let attempt = 1; ; attempt++) {
      const nowMs = this.#clock();
      let act: Act<Value> | undefined;
      let done: Done<Value>;
      try {
        const prepared = prepare(nowMs);
        act = prepared instanceof Promise ? await prepared : prepared;
        for (const target of act.targets) authorise(call, target);
        const ran = act.run(nowMs);
        done = ran instanceof Promise ? await ran : ran;
      } catch (error) {
        await this.#recordFailure(call, act, error, nowMs);
        throw error;
      }
      const writes = done.writes ?? [];
      const changes = writes.length > 0;
      const entries = act.targets.map((target, index) =>
        this.#draft(call, target, nowMs, 'done', act, {
          ...(done.keyVersion !== undefined && { keyVersion: done.keyVersion }),
          ...(done.keyId !== undefined && { key: done.keyId }),
          ...(changes && index === 0 && { change: true }),
        }),
      );
      if (!changes) {
        await this.#record(entries);
        return done.value;
      }
      try {
        await this.#store.commit({ writes, entries, ...(done.urgent === true && { urgent: true }) });
        return done.value;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        // What we read is no longer true: decide again from what is true now. A name that is taken shows there.
        if (attempt >= MAX_ATTEMPTS) throw new BusyError();
      }
    }
  }

  /** A refusal that was found before an act could be prepared, by a protocol's own rule. */
  async refuse(call: Call, error: Error): Promise<void> {
    await this.#recordFailure(call, undefined, error, this.#clock());
  }

  async #recordFailure(call: Call, act: Act<unknown> | undefined, error: unknown, nowMs: number): Promise<void> {
    // The store itself is what failed: there is nowhere to record it, and the answer says so.
    if (error instanceof StoreFullError || error instanceof UnknownOutcomeError) return;
    const targets = act?.targets ?? [{ action: call.action, resource: '*' }];
    const { outcome, reason, detail } = account(error);
    const note = detail === undefined ? {} : { refusal: detail };
    await this.#record(targets.map((target) => this.#draft(call, target, nowMs, outcome, act, { reason }, note)));
  }

  #record(entries: readonly AuditDraft[]): Promise<unknown> {
    const [only] = entries;
    return entries.length === 1 && only
      ? this.#store.record(only)
      : Promise.all(entries.map((entry) => this.#store.record(entry)));
  }

  #draft(
    call: Call,
    target: Target,
    timeMs: number,
    outcome: Outcome,
    act: Act<unknown> | undefined,
    fields: Partial<AuditDraft>,
    note: { readonly [name: string]: Json } = {},
  ): AuditDraft {
    return {
      tenantId: call.principal.tenantId,
      timeMs,
      principal: call.principal.arn,
      action: target.action,
      requestId: call.requestId,
      outcome,
      ...(target.key && { key: target.key.key.id }),
      ...fields,
      details: {
        address: call.source.address,
        credential: call.principal.credentialId,
        protocol: call.source.protocol,
        userAgent: call.source.userAgent,
        request: act?.details,
        ...note,
      },
      salt: this.#random(16),
    };
  }
}

/** Asks the evaluator, or remembers what it said of this revision of the key and of the principal. */
function authorise(call: Call, target: Target): void {
  const memory = target.key?.decisions;
  const question = `${call.principal.cacheKey} ${target.action}`;
  let decision = memory?.get(question);
  if (decision === undefined) {
    decision = decide(call, target);
    memory?.set(question, decision);
  }
  if (!decision.allowed) throw new AccessDeniedError(target.action, target.resource, call.principal.arn, decision);
}

function decide(call: Call, target: Target): Decision {
  return evaluate({
    subject: call.principal,
    action: target.action,
    resource: target.resource,
    ...(target.key && {
      key: { accountId: target.accountId ?? call.principal.accountId, policy: target.key.accessPolicy },
    }),
  });
}

/** How an error stands in its entry. */
function account(error: unknown): { outcome: Outcome; reason: string; detail?: string } {
  if (error instanceof KeyError) {
    const { detail } = error.facts;
    return { outcome: 'refused', reason: error.code, ...(detail !== undefined && { detail }) };
  }
  if (error instanceof AccessDeniedError) {
    const { reason, sid } = error.decision;
    return { outcome: 'refused', reason: 'access-denied', detail: sid === undefined ? reason : `${reason} (${sid})` };
  }
  if (error instanceof RefusedError) return { outcome: 'refused', reason: error.code };
  return { outcome: 'failed', reason: 'internal' };
}
