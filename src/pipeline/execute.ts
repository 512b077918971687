import type { AuditDraft, Outcome } from '../audit/entry.ts';
import type { Json } from '../bytes/canonical-json.ts';
import type { Random } from '../crypto/random.ts';
import { IdentityError } from '../identity/errors.ts';
import { KeyError } from '../keys/errors.ts';
import type { Clock } from '../keys/ports.ts';
import type { Granted } from './granted.ts';
import { tenantOf } from '../records/account.ts';
import {
  ConflictError,
  NoRoomError,
  StoreFullError,
  UnknownOutcomeError,
  type MaybePromise,
  type RecordStore,
} from '../records/ports.ts';
import type { Explanation } from '../access/explain.ts';
import type { OwnWay } from '../access/own-ways.ts';
import type { Act, Done, Needed, Target } from './act.ts';
import { authorise, explainTarget, isAllowed, ownWaysOf } from './authorise.ts';
import type { Asker } from './condition-keys.ts';
import type { Call } from './call.ts';
import { AccessDeniedError, BusyError, RefusedError, ThrottledError } from './errors.ts';
import type { TellServices } from './tell-services.ts';
import { Turns } from './turns.ts';

/** How often an act is tried again when another commit came in between. */
const MAX_ATTEMPTS = 8;
/** How much of what a client says of itself an entry keeps, in characters. */
const MAX_USER_AGENT = 1_024;

/**
 * The life of a request from the moment that its principal is proven and its body is parsed, for every protocol:
 * find the keys, authorise, run the verb, make the change and its entries durable, answer. No answer without its
 * record: a use, a change and a refusal alike are on disk before the caller hears of them.
 */
export class Pipeline {
  readonly #store: RecordStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #granted: Granted | undefined;
  readonly #tell: TellServices | undefined;
  readonly #turns = new Turns();

  /** `tell` makes the events for services that use a key of which something became; absent: there are none. */
  constructor(store: RecordStore, clock: Clock, random: Random, granted?: Granted, tell?: TellServices) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#granted = granted;
    this.#tell = tell;
  }

  /**
   * Runs one act. `prepare` finds the keys and says what the act is; it runs again when a commit finds that somebody
   * else was faster.
   *
   * @throws {KeyError} {@link AccessDeniedError} {@link RefusedError} a refusal, recorded
   * @throws {StoreFullError} {@link UnknownOutcomeError} the store could not keep the record
   * @throws {BusyError} others were faster each time, recorded
   * @throws {ThrottledError} `prepare` found that the tenant asks too often; counted by the throttle
   */
  async execute<Value>(call: Call, prepare: (nowMs: number) => MaybePromise<Act<Value>>): Promise<Value> {
    let endTurn: (() => void) | undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        const nowMs = this.#clock();
        let act: Act<Value> | undefined;
        let done: Done<Value>;
        try {
          const prepared = prepare(nowMs);
          act = prepared instanceof Promise ? await prepared : prepared;
          if (act.targets.length === 0) throw new TypeError('an act names the permission that it needs');
          for (const target of act.targets) {
            const authorised = authorise(call, target, nowMs, this.#granted);
            if (authorised instanceof Promise) await authorised;
          }
          const ran = act.run(nowMs);
          done = ran instanceof Promise ? await ran : ran;
          if (done.happened !== undefined && done.happened.length > 0) done = await this.#told(done, nowMs);
        } catch (error) {
          if (error instanceof ThrottledError) throw error;
          await this.#recordFailure(call, act, error, nowMs);
          throw error;
        }
        const entries = this.#entriesOf(call, act, done, nowMs);
        let failure: unknown;
        try {
          await this.#persist(entries, done, act);
          if (done.refusal === undefined) return done.value;
        } catch (error) {
          failure = error;
        }
        if (done.refusal !== undefined && failure === undefined) throw done.refusal;
        // What we read is no longer true: decide again from what is true now. A name that is taken shows there.
        const error = refusalOf(failure, done);
        if (error instanceof BusyError && attempt < MAX_ATTEMPTS) {
          // Many of a kind that keep changing one record would be in each other's way until they give up.
          endTurn ??= await this.#turns.take(turnOf(call, act.targets[0] as Target));
          continue;
        }
        await this.#recordFailure(call, act, error, nowMs);
        throw error;
      }
    } finally {
      endTurn?.();
    }
  }

  /** What would be decided about a permission, and why. It is not asked for in earnest: nothing is recorded by it. */
  explain(call: Asker, target: Target, nowMs: number): MaybePromise<Explanation> {
    return explainTarget(call, target, nowMs, this.#granted);
  }

  /** By which acts a principal that is refused something on a key could let itself do it. */
  ownWays(call: Asker, target: Target, nowMs: number): MaybePromise<readonly OwnWay[]> {
    return ownWaysOf(call, target, nowMs, this.#granted);
  }

  /** Whether a permission would be given to this very call. It is not asked for in earnest: nothing is recorded by it. */
  wouldAllow(call: Call, target: Target, nowMs: number): MaybePromise<boolean> {
    return isAllowed(call, target, nowMs, this.#granted);
  }

  /** A refusal that was found before an act could be prepared, by a protocol's own rule. */
  async refuse(call: Call, error: Error): Promise<void> {
    await this.#recordFailure(call, undefined, error, this.#clock());
  }

  /** The change, with what tells of it those who use the keys. */
  async #told<Value>(done: Done<Value>, nowMs: number): Promise<Done<Value>> {
    if (this.#tell === undefined) return done;
    const { writes, rooms } = await this.#tell(done.happened ?? [], nowMs);
    return { ...done, writes: [...(done.writes ?? []), ...writes], rooms: [...(done.rooms ?? []), ...rooms] };
  }

  /** Makes the entries durable, and the change with them. */
  #persist(
    entries: readonly AuditDraft[],
    { writes, preconditions, emptySpaces, rooms, urgent, shred }: Done<unknown>,
    { finds }: Act<unknown>,
  ): Promise<unknown> {
    if ((writes === undefined || writes.length === 0) && urgent !== true)
      return finds === true ? this.#recordEvenIfFull(entries) : this.#record(entries);
    return this.#store.commit({
      writes: writes ?? [],
      entries,
      ...(preconditions !== undefined && { preconditions }),
      ...(emptySpaces !== undefined && { emptySpaces }),
      ...(rooms !== undefined && { rooms: rooms.map(({ room }) => room) }),
      ...(urgent === true && { urgent }),
      ...(shred === true && { shred }),
    });
  }

  /**
   * One entry for each target in the caller's log, and in that of the key's owner where this is another tenant. Each
   * tenant whose records change has the account of it in its own log.
   */
  #entriesOf(call: Call, act: Act<unknown>, done: Done<unknown>, nowMs: number): AuditDraft[] {
    const entries: AuditDraft[] = [];
    const { outcome, reason } = done.refusal === undefined ? DONE : account(done.refusal);
    for (const target of act.targets) {
      for (const tenantId of logsOf(call, target)) {
        const key = target.key === undefined ? done.keyId : undefined;
        const fields = { tenantId, key, keyVersion: done.keyVersion, reason };
        entries.push(this.#draft(call, target, nowMs, outcome, act, fields, undefined, done.result));
      }
    }
    if (done.writes === undefined) return entries;
    for (const tenantId of new Set(done.writes.map(tenantOf))) {
      const own = entries.findIndex((entry) => entry.tenantId === tenantId);
      const account = own < 0 ? (entries[0] as AuditDraft) : (entries[own] as AuditDraft);
      if (own < 0) entries.push({ ...account, tenantId, salt: this.#random(16), change: true });
      else entries[own] = { ...account, change: true };
    }
    return entries;
  }

  async #recordFailure(call: Call, act: Act<unknown> | undefined, error: unknown, nowMs: number): Promise<void> {
    // The store itself is what failed: there is nowhere to record it, and the answer says so.
    if (error instanceof StoreFullError || error instanceof UnknownOutcomeError) return;
    const targets: readonly Target[] = act?.targets.length ? act.targets : [{ action: call.action, resource: '*' }];
    const { outcome, reason, detail } = account(error);
    const note = detail === undefined ? {} : { refusal: detail };
    const draft = (of: Act<unknown> | undefined) =>
      targets.map((target) => this.#draft(call, target, nowMs, outcome, of, { reason }, note));
    try {
      await this.#record(draft(act));
    } catch (unrecorded) {
      // Details that are too long for the log must not keep a failure out of it.
      if (!(unrecorded instanceof RangeError)) throw unrecorded;
      await this.#record(draft(undefined));
    }
  }

  /** Of what finds things: where there is no room for it as for any other, it takes of what is kept for urgent commits. */
  async #recordEvenIfFull(entries: readonly AuditDraft[]): Promise<unknown> {
    try {
      return await this.#record(entries);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      return this.#store.commit({ writes: [], entries, urgent: true });
    }
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
    fields: Pick<Partial<AuditDraft>, 'tenantId' | 'key' | 'keyVersion' | 'reason'>,
    note?: { readonly refusal?: string },
    result?: Json,
  ): AuditDraft {
    const isOwnKey = isNamedByEntry(call, target);
    // Each member by its name: every request comes by here, and copying objects costs more than the rest of it.
    return {
      tenantId: fields.tenantId ?? call.principal.tenantId,
      timeMs,
      principal: call.principal.arn,
      action: target.action,
      requestId: call.requestId,
      outcome,
      key: fields.key ?? target.key?.recordId,
      keyVersion: fields.keyVersion,
      reason: fields.reason,
      // In canonical order.
      details: {
        address: call.source.address,
        credential: call.principal.credentialId,
        protocol: call.source.protocol,
        ...note,
        region: call.source.region ?? (isOwnKey ? target.key?.key.region : undefined),
        request: act === undefined ? call.details : act.details,
        resource: isOwnKey || target.resource === '*' ? undefined : target.resource,
        result,
        userAgent: call.source.userAgent?.slice(0, MAX_USER_AGENT),
      },
      salt: this.#random(16),
    };
  }
}

/**
 * Whether the rest of an entry says which resource it is: a key of the caller's account, whose ARN follows from the
 * principal's account, the region and the key. Most entries are such.
 */
function isNamedByEntry({ principal, source }: Call, { key, resource }: Target): boolean {
  if (key === undefined || key.key.tenantId !== principal.tenantId || principal.service !== undefined) return false;
  const { id, region } = key.key;
  return (source.region === undefined || source.region === region) && resource.endsWith(`:key/${id}`);
}

/** Acts of one kind on one thing: nothing that takes long is in the way of anything else. */
function turnOf({ principal }: Call, { action, resource }: Target): string {
  return `${principal.tenantId} ${action} ${resource}`;
}

/** The logs that hear of what was done to a target: the caller's, and the one of the tenant that owns the key. */
function logsOf(call: Call, target: Target): string[] {
  const own = call.principal.tenantId;
  const owner = target.key?.key.tenantId ?? target.guarded?.tenantId ?? own;
  return owner === own ? [own] : [own, owner];
}

/** What the act answers where its commit was refused: {@link BusyError} where it is to be decided again. */
function refusalOf(failure: unknown, { rooms = [] }: Done<unknown>): unknown {
  if (failure instanceof ConflictError) return new BusyError();
  if (!(failure instanceof NoRoomError)) return failure;
  const { kind, scope, below } = failure.room;
  const isIt = ({ room }: Needed): boolean => room.kind === kind && room.scope === scope && room.below === below;
  const needed = rooms.find(isIt);
  return needed === undefined ? failure : (needed.refusal ?? new BusyError());
}

const DONE: { readonly outcome: Outcome; readonly reason?: undefined } = { outcome: 'done' };

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
  if (error instanceof RefusedError || error instanceof IdentityError)
    return { outcome: 'refused', reason: error.code };
  if (error instanceof BusyError) return { outcome: 'failed', reason: 'busy' };
  return { outcome: 'failed', reason: 'internal' };
}
