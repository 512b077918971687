import { setTimeout as pause } from 'node:timers/promises';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { NamedRef } from '../records/ports.ts';
import { isGone, isOfThisHost } from '../vault/runs/owner.ts';
import { INTERRUPTED } from '../vault/runs/run-problem.ts';
import { LOCK_SPACE, readRun, runRef } from '../vault/runs/run-record.ts';
import type { Run } from '../vault/runs/run.ts';
import type { JobLog } from './job-log.ts';
import { recordRunEnd, type Ending, type RunEndServices } from './record-run-end.ts';

export interface RunEndingsServices extends RunEndServices {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: JobLog;
}

/**
 * How often the end of a run is written down again when the store cannot take it, and how long in between at first. After
 * that it is kept here, and {@link RunEndings.recover} writes it down.
 */
const END_ATTEMPTS = 3;
const END_PAUSE_MS = 1_000;
const PAGE = 1_000;
/** A server that is alive hears of it within seconds, and gives its runs ten. */
const LEFT_MS = 10 * 60_000;

/** Sees to it that every run ends in the books: also one whose end the store could not take, or whose server is gone. */
export class RunEndings {
  readonly #services: RunEndingsServices;
  /** Ends of runs that the store could not take: a full disk. */
  readonly #unrecorded = new Map<string, { readonly tenant: Tenant; readonly ending: Ending }>();

  constructor(services: RunEndingsServices) {
    this.#services = services;
  }

  /** Writes down how a run ended. Rejects with what the store says when it cannot take it: {@link recover} tries again. */
  async record(tenant: Tenant, runId: string, ending: Ending): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await recordRunEnd(this.#services, tenant, runId, ending);
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

  /**
   * Writes down of every run whose server is gone that it was interrupted, and ends that the store could not take before.
   * Answers how many there were.
   */
  async recover(): Promise<number> {
    const { records, directory, log } = this.#services;
    let count = await this.#recordLate();
    for (const { tenantId, id } of await this.#inFlight()) {
      try {
        const tenant = await directory.tenant(tenantId);
        const record = await records.read(runRef(tenantId, id));
        const run = tenant && record && readRun(tenant.tenantKey, record);
        if (run?.state !== 'running' || !(isGone(run.owner) || this.#isLeft(run))) continue;
        const ending = { state: 'interrupted', problem: INTERRUPTED } as const;
        await recordRunEnd(this.#services, tenant as Tenant, id, ending);
        count++;
      } catch (error) {
        // One record that is not to be believed must not keep the server from starting.
        log.error({ runId: id, err: error }, 'the end of a run could not be recorded');
      }
    }
    return count;
  }

  /** Else a run that has ended here would hold its locks for as long as this server lives. */
  async #recordLate(): Promise<number> {
    let count = 0;
    for (const [runId, { tenant, ending }] of this.#unrecorded) {
      try {
        await recordRunEnd(this.#services, tenant, runId, ending);
        this.#unrecorded.delete(runId);
        count++;
      } catch (error) {
        this.#services.log.error({ runId, err: error }, 'the end of a run could not be recorded yet');
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
}
