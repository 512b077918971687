import { randomUUID } from 'node:crypto';
import { entryOf } from './end-entry.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { EgressGuard, type EgressPolicy } from '../clients/egress.ts';
import type { TenantKey } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import type { Write } from '../records/commit.ts';
import type { NamedRef, RecordReader } from '../records/ports.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import {
  adviceFor,
  atChoice,
  placesOf,
  rewrappedFormer,
  underOtherKeys,
  withFormerHeads,
} from '../vault/environments/former-storage.ts';
import { encryptionAfter } from '../vault/environments/next-master-keys.ts';
import { putEnvironment } from '../vault/environments/environment-record.ts';
import { masterKeyAccessesOf, storageAccessOf, type StorageServices } from '../vault/environments/access-of.ts';
import { emptied, makeWriter, writerKeyBytes, type Environment } from '../vault/environments/environment.ts';
import type { AgentQuestion } from '../vault/agents/questions.ts';
import type { ProvenRestorable } from '../vault/check/check-level.ts';
import type { Keeping } from '../vault/keeping/keeping-settings.ts';
import { togetherOutlook, type KeyOutlook } from '../vault/recovery/key-outlook.ts';
import { isOfAnother, olderHistory, severalSources, type PathHistory } from '../vault/recovery/history.ts';
import type { Question } from '../vault/recovery/questions.ts';
import type { Job, JobPlace, RunLimits, RunProblem, RunReport, Work } from '../vault/runs/job.ts';
import { newestHeads } from '../vault/newest-heads.ts';
import { performerOf } from '../vault/runs/performers.ts';
import { isGone, isOfThisHost } from '../vault/runs/owner.ts';
import { INTERRUPTED, problemOf } from '../vault/runs/run-problem.ts';
import { LOCK_SPACE, putRun, readRun, runRef } from '../vault/runs/run-record.ts';
import type { KeysteadOf } from '../vault/master-keys/keystead-service.ts';
import { isAboutKey, type Run } from '../vault/runs/run.ts';
import type { RunEnd, Runner, RunProgress } from '../vault/runs/runner.ts';
import type { BegunRun } from './begin-run.ts';
import { environmentArn, findEnvironment } from './find-environment.ts';
import type { KeysteadRightsPorts } from './keystead-rights.ts';
import { deregisterKeys } from '../vault/environments/key-registrations.ts';
import { leftRootKeys, letGoUnused } from './let-go-unused.ts';
import type { KeyWatcher } from './key-watcher.ts';
import type { JobLog } from './job-log.ts';
import { outcomeOf } from './run-outcome.ts';
import { serverCall } from './server-call.ts';

export interface RunDeskServices extends StorageServices {
  readonly records: RecordReader;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
  readonly runner: Runner;
  readonly random: Random;
  readonly clock: Clock;
  readonly egress: EgressPolicy;
  /** Asks for keys of this installation as an environment. */
  readonly keystead: KeysteadOf;
  readonly keysteadRights: KeysteadRightsPorts;
  /** A folder for what this machine knows of the stores; no secrets in it. */
  readonly cacheFolder?: string;
  /** Looks at keys that said no to a run. */
  readonly watcher: Pick<KeyWatcher, 'check'>;
  readonly log: JobLog;
}

/**
 * How often the end of a run is written down again when the store cannot take it, and how long in between at first. After
 * that it is kept here, and {@link RunDesk.recover} writes it down.
 */
const END_ATTEMPTS = 3;
const END_PAUSE_MS = 1_000;
const PAGE = 1_000;
/** A server that is alive hears of it within seconds, and gives its runs ten. */
const LEFT_MS = 10 * 60_000;

type HistoryQuestion = Extract<Question, { kind: 'history' }>;

/** How a run ended, or that nobody knows. */
type Ending = RunEnd | { readonly state: 'interrupted'; readonly problem: RunProblem };

/** Starts runs once they are recorded, follows them, and writes down how they ended. */
export class RunDesk {
  readonly #services: RunDeskServices;
  readonly #endings = new Set<Promise<void>>();
  readonly #asking = new Set<string>();
  /** Runs in flight here, and whose they are. */
  readonly #here = new Map<string, Tenant>();
  /** Ends of runs that the store could not take: a full disk. */
  readonly #unrecorded = new Map<string, { readonly tenant: Tenant; readonly ending: Ending }>();

  constructor(services: RunDeskServices) {
    this.#services = services;
  }

  /** Whether as many runs are in flight as this server takes on. */
  get isFull(): boolean {
    return this.#services.runner.isFull;
  }

  /** @throws {EnvironmentError} `server-busy`: asked before a run is recorded, so that no run waits for its start */
  requireRoom(): void {
    if (!this.#services.runner.isFull) return;
    throw new EnvironmentError(
      'server-busy',
      'This server has as many runs in flight as it takes on. Wait until one of them has ended, then ask again',
    );
  }

  /** Starts a run whose record is durable. */
  launch(tenant: Tenant, begun: BegunRun): void {
    this.#here.set(begun.run.id, tenant);
    const ending = this.#follow(tenant, begun)
      .catch((error: unknown) =>
        this.#services.log.error(
          { runId: begun.run.id, err: error },
          'the end of a run is not recorded, or its key could not be looked at',
        ),
      )
      .finally(() => {
        this.#here.delete(begun.run.id);
        this.#endings.delete(ending);
      });
    this.#endings.add(ending);
  }

  async #follow(tenant: Tenant, { environment, run, openWork, limits }: BegunRun): Promise<void> {
    let end: RunEnd;
    try {
      end = await this.#start(run.id, this.#jobOf(tenant, environment, openWork(), limits));
    } catch (error) {
      this.#services.log.error({ runId: run.id, err: error }, 'a run could not be started');
      end = { state: 'failed', problem: problemOf(error) };
    }
    await this.#end(tenant, run.id, end);
    if (run.kind === 'rewrap' && end.state === 'succeeded') await this.#letGo(tenant, environment);
    if (end.state === 'failed' && isAboutKey(end.problem)) await this.#services.watcher.check(tenant, environment);
  }

  /** Reads the snapshots of an environment, wherever it has kept them, in a process of its own for each place. */
  async snapshots(tenant: Tenant, environment: Environment): Promise<RunEnd> {
    this.requireRoom();
    const ends: RunEnd[] = [];
    for (const place of placesOf(environment)) {
      const job = this.#jobOf(tenant, place, { kind: 'snapshots' });
      const end = await this.#start(`snapshots ${randomUUID()}`, job);
      if (end.state !== 'succeeded') return end;
      ends.push(end);
    }
    return together(ends);
  }

  /** Reads what a vault says of itself, in a process of its own. */
  async inspect(tenant: Tenant, environment: Environment): Promise<RunEnd> {
    this.requireRoom();
    return await this.#start(`inspect ${randomUUID()}`, this.#jobOf(tenant, environment, { kind: 'inspect' }));
  }

  /** Asks about snapshots, in a process of its own: no key outlives its answer. */
  async ask(tenant: Tenant, environment: Environment, question: Question): Promise<RunEnd> {
    if (question.kind === 'history') return await this.#history(tenant, environment, question);
    return await this.#askAt(tenant, environment, question);
  }

  /** Follows a path through the places that an environment has and had, as far back as is asked. */
  async #history(tenant: Tenant, environment: Environment, question: HistoryQuestion): Promise<RunEnd> {
    const places = placesOf(environment).filter(({ vaultId }) => vaultId !== undefined);
    let found: PathHistory | undefined;
    let end = await this.#askAt(tenant, places[0] ?? environment, question);
    for (const place of [...places.slice(1), undefined]) {
      if (end.state === 'succeeded') {
        const next = end.report.answer as PathHistory;
        if (isOfAnother(found, next)) return { state: 'failed', problem: problemOf(severalSources()) };
        found = olderHistory(found, next);
      }
      // A place may have nothing of the source.
      else if (places.length < 2 || end.problem.code !== 'snapshot-missing') return end;
      const left = question.limit - (found?.states.length ?? 0);
      if (place === undefined || left <= 0 || found?.olderThan !== undefined) break;
      end = await this.#askAt(tenant, place, { ...question, limit: left });
    }
    if (found === undefined) return end;
    const { olderThan, ...whole } = found;
    const oldest = found.states.at(-1)?.takenAt;
    // What is older at another place is found by asking again.
    const isFull = found.states.length >= question.limit && places.length > 1;
    const older = olderThan ?? (isFull ? oldest : undefined);
    const answer = { ...whole, ...(older !== undefined && { olderThan: older }) };
    return { state: 'succeeded', report: { heads: [], result: {}, answer } };
  }

  async #askAt(tenant: Tenant, environment: Environment, question: Question): Promise<RunEnd> {
    this.requireRoom();
    const job = this.#jobOf(tenant, environment, question);
    return await this.#start(`${question.kind} ${randomUUID()}`, job);
  }

  /**
   * Says which snapshots go with a master key, wherever the environment has kept them. It fails where a place cannot be
   * looked at: what is not known is not nothing.
   */
  async outlook(tenant: Tenant, environment: Environment, keyId: string): Promise<RunEnd> {
    const all: KeyOutlook[] = [];
    for (const place of placesOf(environment).filter(({ vaultId }) => vaultId !== undefined)) {
      const end = await this.ask(tenant, place, { kind: 'key-outlook', keyId });
      if (end.state !== 'succeeded') return end;
      all.push(end.report.answer as KeyOutlook);
    }
    return { state: 'succeeded', report: { heads: [], result: {}, answer: togetherOutlook(keyId, all) } };
  }

  /** An environment that has moved gives up the keys that it left. */
  async #letGo(tenant: Tenant, had: Environment): Promise<void> {
    const { egress, keysteadRights, records } = this.#services;
    const now = await findEnvironment(records, tenant, had.id);
    await letGoUnused(keysteadRights, tenant, had.id, had, now);
    const left = { ...had, masterKeys: leftRootKeys(had, now) };
    await deregisterKeys(new EgressGuard(egress), tenant.tenantKey, left);
  }

  #start(runId: string, job: Job): Promise<RunEnd> {
    const keystead = this.#services.keystead(job.tenantId, job.environmentId, runId);
    return this.#services.runner.start(runId, job, keystead).ended;
  }

  /**
   * As {@link ask}, for somebody who may ask one thing at a time: a process for each would be a way to keep the server
   * from everybody else's work. @throws {EnvironmentError} `agent-busy`
   */
  async askFor(tenant: Tenant, environment: Environment, question: AgentQuestion, holder: string): Promise<RunEnd> {
    if (this.#asking.has(holder)) {
      throw new EnvironmentError(
        'agent-busy',
        'The server is at work on another question of this agent. Ask again soon',
      );
    }
    this.requireRoom();
    this.#asking.add(holder);
    try {
      const job = this.#jobOf(tenant, environment, question);
      return await this.#start(`${question.kind} ${randomUUID()}`, job);
    } finally {
      this.#asking.delete(holder);
    }
  }

  /** Reads what is kept of an environment, and why, in a process of its own. */
  async kept(tenant: Tenant, environment: Environment, keeping: Keeping): Promise<RunEnd> {
    this.requireRoom();
    const job = this.#jobOf(tenant, environment, { kind: 'kept', keeping });
    return await this.#start(`kept ${randomUUID()}`, job);
  }

  /** How far a run in flight is, here or in another server process on this machine. */
  progressOf({ id, state }: Run): RunProgress | undefined {
    return state === 'running' ? this.#services.runner.progress(id) : undefined;
  }

  /** Whether a run is in flight in this process. */
  isHere(runId: string): boolean {
    return this.#services.runner.processOf(runId) !== undefined;
  }

  /** Asks a run to stop. `false`: it is not in flight in this process. */
  cancel(runId: string): boolean {
    return this.#services.runner.cancel(runId);
  }

  /** Stops the runs of this process whose end was asked for at another one. Answers how many. */
  async cancelAsked(): Promise<number> {
    const { records, runner } = this.#services;
    let count = 0;
    for (const [runId, tenant] of this.#here) {
      const record = await records.read(runRef(tenant.tenantId, runId));
      const run = record && readRun(tenant.tenantKey, record);
      if (run?.cancelledAtMs !== undefined && runner.cancel(runId)) count++;
    }
    return count;
  }

  /** Else a run that has ended here would hold its locks for as long as this server lives. */
  async #recordLate(): Promise<number> {
    let count = 0;
    for (const [runId, { tenant, ending }] of this.#unrecorded) {
      try {
        await this.#recordEnd(tenant, runId, ending);
        this.#unrecorded.delete(runId);
        count++;
      } catch (error) {
        this.#services.log.error({ runId, err: error }, 'the end of a run could not be recorded yet');
      }
    }
    return count;
  }

  /** Writes down of every run whose server is gone that it was interrupted, and ends that the store could not take before. Answers how many there were. */
  async recover(): Promise<number> {
    const { records, directory, log } = this.#services;
    let count = await this.#recordLate();
    for (const { tenantId, id } of await this.#inFlight()) {
      try {
        const tenant = await directory.tenant(tenantId);
        const record = await records.read(runRef(tenantId, id));
        const run = tenant && record && readRun(tenant.tenantKey, record);
        if (run?.state !== 'running' || !(isGone(run.owner) || this.#isLeft(run))) continue;
        await this.#recordEnd(tenant as Tenant, id, { state: 'interrupted', problem: INTERRUPTED });
        count++;
      } catch (error) {
        // One record that is not to be believed must not keep the server from starting.
        log.error({ runId: id, err: error }, 'the end of a run could not be recorded');
      }
    }
    return count;
  }

  /**
   * Whether a run was told to stop long ago by somebody who waits for it, and its owner, whom nobody can see from here, has
   * not: a container that was killed comes back under another name.
   */
  #isLeft({ owner, cancelledAtMs }: Run): boolean {
    if (cancelledAtMs === undefined || isOfThisHost(owner)) return false;
    return this.#services.clock() - cancelledAtMs >= LEFT_MS;
  }

  /** Runs in flight hold a lock, so there is no need to go through all that ever were. */
  async #inFlight(): Promise<NamedRef[]> {
    const all: NamedRef[] = [];
    for (;;) {
      const after = all.at(-1)?.name;
      const page = { limit: PAGE, ...(after !== undefined && { after }) };
      const names = await this.#services.records.listNames(LOCK_SPACE, page);
      all.push(...names);
      if (names.length < PAGE) return all;
    }
  }

  /** Stops every run, and waits until their ends are recorded. */
  async close(): Promise<void> {
    await this.#services.runner.close();
    await Promise.all(this.#endings);
  }

  #jobOf(tenant: Tenant, found: Environment, work: Work, limits?: RunLimits): Job {
    const { tenantKey, tenantId } = tenant;
    const environment = 'snapshot' in work ? atChoice(found, work.snapshot) : found;
    const before = work.kind === 'compare' ? atChoice(found, work.before) : environment;
    const { egress, cacheFolder } = this.#services;
    return {
      tenantId,
      environmentId: environment.id,
      ...this.#placeOf(tenantKey, environment),
      ...(before.vaultId !== environment.vaultId && { before: this.#placeOf(tenantKey, before) }),
      ...(performerOf(work.kind).signs && { writerKey: writerKeyBytes(tenantKey, environment) }),
      ...(cacheFolder !== undefined && { cacheFolder }),
      egress,
      ...(limits && { limits }),
      work,
    };
  }

  #placeOf(tenantKey: TenantKey, environment: Environment): JobPlace {
    const { vaultId, writer, heads, identity } = environment;
    return {
      ...(identity && { identity }),
      storage: storageAccessOf(tenantKey, environment, this.#services),
      ...(vaultId !== undefined && { vaultId }),
      creator: writer.id,
      masterKeys: masterKeyAccessesOf(tenantKey, environment),
      heads,
    };
  }

  async #end(tenant: Tenant, runId: string, ending: Ending): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#recordEnd(tenant, runId, ending);
      } catch (error) {
        if (attempt >= END_ATTEMPTS) {
          this.#unrecorded.set(runId, { tenant, ending });
          throw error;
        }
        this.#services.log.error({ runId, err: error, attempt }, 'the end of a run could not be recorded yet');
        await pause(END_PAUSE_MS * 2 ** (attempt - 1), undefined, { ref: false });
      }
    }
  }

  /** One commit: how the run ended, and what the environment has learnt from it. */
  #recordEnd(tenant: Tenant, runId: string, ending: Ending): Promise<void> {
    const { pipeline, records, random } = this.#services;
    const call = serverCall(tenant, 'keystead:EndRun', runId);
    return pipeline.execute(call, async () => {
      const record = await records.read(runRef(tenant.tenantId, runId));
      const run = record && readRun(tenant.tenantKey, record);
      const code = ending.state === 'succeeded' ? undefined : ending.problem.code;
      return {
        targets: [{ action: 'keystead:EndRun', resource: environmentArn(tenant, run?.environmentId ?? '*') }],
        details: { run: runId, ...entryOf(run, ending), ...(code !== undefined && { code }) },
        run: async (nowMs) => {
          if (run?.state !== 'running') return { value: undefined };
          const environment = await findEnvironment(records, tenant, run.environmentId);
          const isKnown = ending.state === 'succeeded' && environment !== undefined;
          const wiser = !isKnown
            ? environment
            : run.kind === 'empty'
              ? emptied(environment, makeWriter(tenant.tenantKey, environment.id, random), nowMs)
              : learnt(environment, run, ending.report, nowMs);
          const after = ended(run, withAdvice(run, ending, wiser), nowMs);
          const writes: Write[] = [
            putRun(tenant.tenantKey, run, after),
            ...(await outcomeOf({ records, random }, tenant, environment, after, nowMs)),
          ];
          // An environment that was forgotten meanwhile has nothing more to learn.
          if (wiser !== undefined && wiser !== environment) {
            writes.push(putEnvironment(tenant.tenantKey, environment, wiser));
          }
          return { value: undefined, writes };
        },
      };
    });
  }
}

/** The lists of several places as one, oldest first. */
function together(ends: readonly RunEnd[]): RunEnd {
  const [first, ...others] = ends.flatMap((end) => (end.state === 'succeeded' ? [end] : []));
  if (first === undefined) throw new TypeError('an environment is at one place at least');
  if (others.length === 0) return first;
  const results = [first, ...others].map(({ report }) => report.result);
  const snapshots = results.flatMap(({ snapshots: list = [] }) => list);
  const findings = results.flatMap(({ findings: list = [] }) => list);
  const result = {
    ...first.report.result,
    snapshots: snapshots.toSorted((a, b) => a.createdMs - b.createdMs),
    findings,
    findingCount: findings.length,
  };
  return { state: 'succeeded', report: { ...first.report, result } };
}

function ended(run: Run, ending: Ending, nowMs: number): Run {
  return {
    ...run,
    state: ending.state,
    endedAtMs: nowMs,
    ...(ending.state === 'succeeded'
      ? { result: ending.report.result }
      : ending.problem && { problem: ending.problem }),
  };
}

/** A re-wrapping is of one place. Whoever is about to switch the old key off must hear which others still need it. */
function withAdvice({ kind }: Run, ending: Ending, environment: Environment | undefined): Ending {
  if (kind !== 'rewrap' || ending.state !== 'succeeded' || environment === undefined) return ending;
  const advice = underOtherKeys(environment).map(adviceFor);
  if (advice.length === 0) return ending;
  const { warnings = [], ...result } = ending.report.result;
  return { ...ending, report: { ...ending.report, result: { ...result, warnings: [...warnings, ...advice] } } };
}

/** What an environment learns from a run: its vault, the newest snapshots, that it has moved to another master key. */
function learnt(environment: Environment, { kind }: Run, report: RunReport, nowMs: number): Environment {
  const { nextMasterKeys, ...rest } = environment;
  if (report.vaultId !== undefined && environment.formerStorages.some((former) => former.vaultId === report.vaultId)) {
    const rewrapped = kind === 'rewrap' ? rewrappedFormer(environment, report.vaultId) : environment;
    return withFormerHeads(rewrapped, report.vaultId, report.heads);
  }
  const moved = kind === 'rewrap' && nextMasterKeys !== undefined;
  const heads = newestHeads([...environment.heads, ...report.heads]);
  const same = JSON.stringify(heads) === JSON.stringify(environment.heads);
  const proven = report.result.proven ?? [];
  if (!moved && same && proven.length === 0 && report.vaultId === environment.vaultId) return environment;
  return {
    ...(moved
      ? { ...rest, masterKeys: nextMasterKeys, encryption: encryptionAfter(environment, nextMasterKeys) }
      : environment),
    ...(report.vaultId !== undefined && { vaultId: report.vaultId }),
    heads,
    ...(proven.length > 0 && { proven: [...kept(environment.proven, proven), ...proven] }),
    updatedAtMs: nowMs,
  };
}

/** What is known of the other sources. */
function kept(before: readonly ProvenRestorable[] = [], now: readonly ProvenRestorable[]): ProvenRestorable[] {
  return before.filter((old) => !now.some(({ source }) => source === old.source));
}
