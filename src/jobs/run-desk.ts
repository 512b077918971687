import { EgressGuard } from '../clients/egress.ts';
import type { Tenant } from '../identity/tenant.ts';
import { deregisterKeys } from '../vault/environments/key-registrations.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { problemOf } from '../vault/runs/run-problem.ts';
import { readRun, runRef } from '../vault/runs/run-record.ts';
import { isAboutKey, type Run } from '../vault/runs/run.ts';
import type { RunEnd, RunProgress } from '../vault/runs/runner.ts';
import type { Slot } from '../vault/runs/slots.ts';
import type { BegunRun } from './begin-run.ts';
import { findEnvironment } from './find-environment.ts';
import type { KeyWatcher } from './key-watcher.ts';
import type { KeysteadRightsPorts } from './keystead-rights.ts';
import { leftRootKeys, letGoUnused } from './let-go-unused.ts';
import { RunEndings, type RunEndingsServices } from './run-endings.ts';
import { jobOf, startJob, takeSlot, type JobServices } from './vault-job.ts';

export interface RunDeskServices extends JobServices, RunEndingsServices {
  readonly keysteadRights: KeysteadRightsPorts;
  /** Looks at keys that said no to a run. */
  readonly watcher: Pick<KeyWatcher, 'check'>;
}

/** Starts runs once they are recorded, follows them, and sees that they end. */
export class RunDesk {
  readonly #services: RunDeskServices;
  readonly #endings: RunEndings;
  /** What is followed until its end is recorded. */
  readonly #followed = new Set<Promise<void>>();
  /** Runs in flight here, and whose they are. */
  readonly #here = new Map<string, Tenant>();

  constructor(services: RunDeskServices) {
    this.#services = services;
    this.#endings = new RunEndings(services);
  }

  /** Whether a tenant's next run has to wait: for its own, or for those of others. */
  mustWait({ tenantId }: Pick<Tenant, 'tenantId'>): boolean {
    return this.#services.runner.mustWait(tenantId);
  }

  /**
   * A slot for a run that is about to be recorded: {@link RunDesk.launch} takes it over. Where nothing comes of the run,
   * whoever has taken it gives it back.
   *
   * @throws {EnvironmentError} `server-busy`
   */
  takeSlot(tenant: Pick<Tenant, 'tenantId'>): Slot {
    return takeSlot(this.#services.runner, tenant);
  }

  /** The same where it is no refusal that there is none: `undefined`. */
  takeSlotIfFree({ tenantId }: Pick<Tenant, 'tenantId'>): Slot | undefined {
    return this.#services.runner.take(tenantId);
  }

  /** Starts a run whose record is durable. */
  launch(tenant: Tenant, begun: BegunRun, slot: Slot): void {
    this.#here.set(begun.run.id, tenant);
    const followed = this.#follow(tenant, begun, slot.handOver())
      .catch((error: unknown) =>
        this.#services.log.error(
          { runId: begun.run.id, err: error },
          'the end of a run is not recorded, or its key could not be looked at',
        ),
      )
      .finally(() => {
        this.#here.delete(begun.run.id);
        this.#followed.delete(followed);
      });
    this.#followed.add(followed);
  }

  async #follow(tenant: Tenant, { environment, run, openWork, limits }: BegunRun, slot: Slot): Promise<void> {
    let end: RunEnd;
    try {
      const job = jobOf(this.#services, tenant, environment, openWork(), limits);
      end = await startJob(this.#services, run.id, job, slot);
    } catch (error) {
      slot.giveBack();
      this.#services.log.error({ runId: run.id, err: error }, 'a run could not be started');
      end = { state: 'failed', problem: problemOf(error) };
    }
    await this.#endings.record(tenant, run.id, end);
    if (run.kind === 'rewrap' && end.state === 'succeeded') await this.#letGo(tenant, environment);
    if (end.state === 'failed' && isAboutKey(end.problem)) await this.#services.watcher.check(tenant, environment);
  }

  /** An environment that has moved gives up the keys that it left. */
  async #letGo(tenant: Tenant, had: Environment): Promise<void> {
    const { egress, keysteadRights, records } = this.#services;
    const now = await findEnvironment(records, tenant, had.id);
    await letGoUnused(keysteadRights, tenant, had.id, had, now);
    const left = { ...had, masterKeys: leftRootKeys(had, now) };
    await deregisterKeys(new EgressGuard(egress), tenant.tenantKey, left);
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

  /** Ends in the books what has ended otherwise: see {@link RunEndings.recover}. */
  recover(): Promise<number> {
    return this.#endings.recover();
  }

  /** Stops every run, and waits until their ends are recorded. */
  async close(): Promise<void> {
    await this.#services.runner.close();
    await Promise.all(this.#followed);
  }
}
