import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { Done } from '../pipeline/act.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import { timeOf } from '../records/names.ts';
import type { NamedRef, RecordReader } from '../records/ports.ts';
import { eachOf } from '../vault/each-of.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { atVault } from '../vault/environments/former-storage.ts';
import type { Roots } from '../vault/environments/roots.ts';
import { isDoubtful, type KeyWatch } from '../vault/key-watch/key-watch.ts';
import type { RunKind } from '../vault/runs/job.ts';
import { thisOwner } from '../vault/runs/owner.ts';
import { putRun } from '../vault/runs/run-record.ts';
import { runId, type Run, type ScheduledRun } from '../vault/runs/run.ts';
import type { Slot } from '../vault/runs/slots.ts';
import { putSchedule, removeSchedule, SCHEDULE_DUE_SPACE } from '../vault/schedules/schedule-record.ts';
import {
  broughtBack,
  dealtWith,
  dueOf,
  goneOn,
  isAstray,
  nextAttempt,
  PRESENT,
  waitingFor,
  type LastTime,
  waitingForClock,
  type Schedule,
  type WaitingFor,
} from '../vault/schedules/schedule.ts';
import { beginRun, inTheWay, type BegunRun } from './begin-run.ts';
import { environmentArn, findEnvironment } from './find-environment.ts';
import { findSchedule } from './find-source.ts';
import type { KeyWatcher } from './key-watcher.ts';
import { locksOfTask, planTask } from './plan-task.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { restOfRound } from './round.ts';
import type { JobLog } from './job-log.ts';
import type { RunDesk } from './run-desk.ts';
import { serverCall } from './server-call.ts';
import { serverPrincipal } from './server-principal.ts';
import type { SourceRules } from './allowed-source.ts';

export interface SchedulerServices {
  readonly records: RecordReader;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly random: Random;
  readonly vaultRoots: Roots;
  readonly sourceRoots: SourceRules;
  readonly desk: RunDesk;
  readonly watcher: KeyWatcher;
  /** Whether the clock may be gone by to delete something: not for a while after it was set. */
  readonly isClockBelieved: () => boolean;
  readonly log: JobLog;
}

/** Where a run of a round is to work, and what comes after it. */
interface Turn {
  readonly environment: Environment;
  readonly place: string;
  readonly rest: readonly string[];
}

const BATCH = 200;
/** A key service that hangs keeps its own tenant's schedules waiting, and nobody else's. */
const TENANTS_AT_ONCE = 16;
/** A look at the keys that is not older than this is one before the run. */
const LOOKED_MS = 60_000;
/** After a fault of its own a schedule is left alone for so long. */
const AFTER_FAULT_MS = 60_000;

/** Starts what is due. Several servers may do so on one database: whose commit comes first starts it. */
export class Scheduler {
  readonly #services: SchedulerServices;
  /** When a schedule that could not be followed is tried again, by a clock that only goes on. */
  readonly #faults = new Map<string, number>();

  constructor(services: SchedulerServices) {
    this.#services = services;
  }

  /** Does what has become due. Answers how many runs it started. */
  async tick(): Promise<number> {
    const { records, clock } = this.#services;
    let started = 0;
    for (let after: string | undefined; ;) {
      const page = await records.listNames(SCHEDULE_DUE_SPACE, { limit: BATCH, ...(after !== undefined && { after }) });
      const due = page.filter((name) => timeOf(name) <= clock());
      const lanes = Map.groupBy(due, ({ tenantId }) => tenantId);
      await eachOf(
        [...lanes.values()],
        async (lane) => {
          for (const ref of lane) if (await this.#attempt(ref)) started++;
        },
        TENANTS_AT_ONCE,
      );
      if (due.length < BATCH) return started;
      after = due.at(-1)?.name;
    }
  }

  /** Brings schedules back that a clock which was far ahead has put off. Answers how many. */
  async bringBack(): Promise<number> {
    const { records, clock, directory, pipeline } = this.#services;
    let count = 0;
    for (const { tenantId, id } of await records.listAll('schedule')) {
      const tenant = await directory.tenant(tenantId);
      const schedule = tenant && (await findSchedule(records, tenant, id));
      if (!tenant || !schedule || !isAstray(schedule, clock())) continue;
      await pipeline.execute(serverCall(tenant, 'keystead:RunSchedule', id), () => ({
        targets: [{ action: 'keystead:RunSchedule', resource: environmentArn(tenant, schedule.environmentId) }],
        details: { environment: schedule.environmentId, schedule: id, outcome: 'brought-back' },
        run: async (nowMs) => {
          const before = await findSchedule(records, tenant, id);
          if (!before || !isAstray(before, nowMs)) return { value: undefined };
          return { value: undefined, writes: [putSchedule(tenant.tenantKey, before, broughtBack(before, nowMs))] };
        },
      }));
      count++;
    }
    return count;
  }

  async #attempt({ tenantId, id }: NamedRef): Promise<boolean> {
    const { directory, log } = this.#services;
    if (performance.now() < (this.#faults.get(id) ?? 0)) return false;
    this.#faults.delete(id);
    try {
      const tenant = await directory.tenant(tenantId);
      return tenant !== undefined && (await this.#start(tenant, id));
    } catch (error) {
      // One schedule that cannot be followed must not keep the others.
      this.#faults.set(id, performance.now() + AFTER_FAULT_MS);
      log.error({ scheduleId: id, err: error }, 'a schedule could not be followed');
      return false;
    }
  }

  async #start(tenant: Tenant, id: string): Promise<boolean> {
    const { records, clock, desk } = this.#services;
    const schedule = await findSchedule(records, tenant, id);
    if (schedule === undefined || dueOf(schedule, clock()).what === 'nothing') return false;
    const found = await this.#obstacle(tenant, schedule);
    // Taken once nothing else is in the way: who has looked for a while may find that others were faster.
    const slot = found === undefined ? desk.takeSlotIfFree(tenant) : undefined;
    const obstacle = found ?? (slot === undefined ? 'server-busy' : undefined);
    try {
      // It is known that it waits: that is no news.
      if (obstacle !== undefined && schedule.waiting?.for === obstacle) return false;
      const begun = await this.#begun(tenant, id, obstacle);
      if (begun !== undefined) desk.launch(tenant, begun, slot as Slot);
      return begun !== undefined;
    } finally {
      slot?.giveBack();
    }
  }

  #begun(tenant: Tenant, id: string, obstacle: WaitingFor | undefined): Promise<BegunRun | undefined> {
    const { records, pipeline } = this.#services;
    return pipeline.execute(serverCall(tenant, 'keystead:RunSchedule', id), async () => {
      const before = await findSchedule(records, tenant, id);
      return {
        targets: [{ action: 'keystead:RunSchedule', resource: environmentArn(tenant, before?.environmentId ?? '*') }],
        details: { environment: before?.environmentId ?? null, schedule: id },
        run: (nowMs: number) => this.#decide(tenant, before, obstacle, nowMs),
      };
    });
  }

  /** What keeps a run from starting just now. */
  async #obstacle(tenant: Tenant, schedule: Schedule): Promise<WaitingFor | undefined> {
    const { environmentId, task, waiting } = schedule;
    const { records, desk, watcher, clock, isClockBelieved } = this.#services;
    if (task.kind === 'maintain' && !isClockBelieved()) return 'clock';
    const environment = await findEnvironment(records, tenant, environmentId);
    if (environment === undefined) return undefined;
    const known = await watcher.known(tenant, environmentId);
    // Keys that say no are looked at in their own time: not once more for each schedule.
    const isSettled = known !== undefined && (known.held !== undefined || isDoubtful(known));
    // A run has failed at the key since.
    // Who waits for a key asks for no room, and so takes none from others.
    if (isSettled && waitsForKey(environment, schedule, known)) return 'master-key';
    if (desk.mustWait(tenant)) return 'server-busy';
    const isRecent =
      waiting?.for !== 'master-key' && known !== undefined && Math.abs(clock() - known.checkedAtMs) < LOOKED_MS;
    const watch = isSettled || isRecent ? known : await watcher.check(tenant, environment);
    if (restOfRound(environment, schedule, watch).length === 0) return undefined;
    if (waitsForKey(environment, schedule, watch)) return 'master-key';
    const locks = await locksOfTask(records, tenant, task);
    return locks && (await inTheWay(records, environmentId, locks)) !== undefined ? 'run-in-flight' : undefined;
  }

  async #decide(
    tenant: Tenant,
    before: Schedule | undefined,
    obstacle: WaitingFor | undefined,
    nowMs: number,
  ): Promise<Done<BegunRun | undefined>> {
    const due = before && dueOf(before, nowMs);
    if (before === undefined || due === undefined || due.what === 'nothing') return { value: undefined };
    // Left behind by an environment that is forgotten, and yet to be swept.
    const { records, watcher } = this.#services;
    const environment = await findEnvironment(records, tenant, before.environmentId);
    if (environment === undefined) {
      return { value: undefined, writes: [removeSchedule(before)], result: { outcome: 'environment-gone' } };
    }
    const put = (after: Schedule) => putSchedule(tenant.tenantKey, before, after);
    const { dueMs } = due;
    const dueAt = new Date(dueMs).toISOString();
    if (obstacle === 'clock') {
      const after = waitingForClock(before);
      const result = {
        outcome: 'waiting',
        for: obstacle,
        dueAt: new Date(after.waiting?.dueMs ?? dueMs).toISOString(),
      };
      return { value: undefined, writes: [put(after)], result };
    }
    if (due.what === 'skip') {
      const after = dealtWith(before, { dueMs, outcome: 'skipped' }, nowMs);
      return { value: undefined, writes: [put(after)], result: { outcome: 'skipped', dueAt } };
    }
    if (obstacle !== undefined) {
      const writes = [put(waitingFor(before, dueMs, obstacle))];
      return { value: undefined, writes, result: { outcome: 'waiting', for: obstacle, dueAt } };
    }
    const [place, ...rest] = restOfRound(environment, before, await watcher.known(tenant, environment.id));
    if (place === undefined) {
      // Of what was left of the round nothing is there any more, or nothing can be opened now.
      const { outcome, ...last } = before.last ?? { outcome: 'skipped' as const };
      return {
        value: undefined,
        writes: [put(dealtWith(before, { ...last, outcome, dueMs }, nowMs))],
        result: { dueAt },
      };
    }
    const attempt = nextAttempt(before, dueMs);
    const scheduled: ScheduledRun = { scheduleId: before.id, dueMs, attempt };
    const turn: Turn = { environment, place, rest };
    try {
      return await this.#begin(tenant, before, turn, scheduled, nowMs);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      if (error.code !== 'run-in-progress') return this.#refused(tenant, before, turn, scheduled, error, nowMs);
      const writes = [put(waitingFor(before, dueMs, 'run-in-flight'))];
      return { value: undefined, writes, result: { outcome: 'waiting', for: 'run-in-flight', dueAt } };
    }
  }

  async #begin(
    tenant: Tenant,
    before: Schedule,
    { environment, place, rest }: Turn,
    scheduled: ScheduledRun,
    nowMs: number,
  ): Promise<Done<BegunRun | undefined>> {
    const { records, sourceRoots } = this.#services;
    const at = place === PRESENT ? undefined : atVault(environment, place);
    const plan = async () => ({
      ...(await planTask({ records, sourceRoots }, tenant, at ?? environment, before.task)),
      ...(at && { at }),
    });
    const beginner = { startedBy: serverPrincipal(tenant).arn, scheduled };
    const done = await beginRun(this.#services, tenant, environment, plan, beginner, nowMs);
    const last: LastTime = { ...timeFor(scheduled), outcome: 'started', runId: done.value.run.id };
    const schedule = putSchedule(tenant.tenantKey, before, goneOn(before, last, rest, nowMs));
    return {
      ...done,
      writes: [...done.writes, schedule],
      result: {
        outcome: 'started',
        run: done.value.run.id,
        ...(at && { vaultId: place }),
        dueAt: new Date(scheduled.dueMs).toISOString(),
      },
    };
  }

  /** What was due could not even begin: a run says so, as failed as any other. */
  async #refused(
    tenant: Tenant,
    before: Schedule,
    { environment, place, rest }: Turn,
    scheduled: ScheduledRun,
    { code, message }: EnvironmentError,
    nowMs: number,
  ): Promise<Done<undefined>> {
    const { random } = this.#services;
    const { environmentId, task } = before;
    const run: Run = {
      tenantId: tenant.tenantId,
      id: runId(nowMs, random),
      revision: 0,
      environmentId,
      kind: task.kind satisfies RunKind,
      subject: {
        ...('sourceId' in task && { sourceId: task.sourceId }),
        ...(place !== PRESENT && { vaultId: place }),
      },
      locks: { holds: [] },
      state: 'failed',
      startedBy: serverPrincipal(tenant).arn,
      owner: thisOwner(),
      scheduled,
      startedAtMs: nowMs,
      endedAtMs: nowMs,
      problem: { code, message },
    };
    const last: LastTime = { ...timeFor(scheduled), outcome: 'refused', runId: run.id, code };
    const facts = {
      kind: 'run-failed',
      environmentId,
      environment: environment.label,
      ...run.subject,
      runId: run.id,
      runKind: run.kind,
      code,
    } as const;
    const alerts = await raiseAlerts(this.#services, tenant, [facts], nowMs);
    const schedule = putSchedule(tenant.tenantKey, before, goneOn(before, last, rest, nowMs));
    return {
      value: undefined,
      writes: [putRun(tenant.tenantKey, undefined, run), schedule, ...alerts],
      result: { outcome: 'refused', code, run: run.id },
    };
  }
}

function timeFor({ dueMs, attempt }: ScheduledRun): Pick<LastTime, 'dueMs' | 'attempt'> {
  return { dueMs, attempt };
}

/** Whether what is next has to wait for a master key that backups need now. */
function waitsForKey(environment: Environment, schedule: Schedule, watch: KeyWatch): boolean {
  const [place] = restOfRound(environment, schedule, watch);
  return place === PRESENT && (watch.held !== undefined || isDoubtful(watch));
}
