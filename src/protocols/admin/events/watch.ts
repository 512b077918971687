import type { Random } from '../../../crypto/random.ts';
import type { Directory } from '../../../identity/directory.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import { environmentArn } from '../../../jobs/find-environment.ts';
import type { RunDesk } from '../../../jobs/run-desk.ts';
import type { Clock } from '../../../keys/ports.ts';
import type { Freshness, RecordReader } from '../../../records/ports.ts';
import { readAlert } from '../../../vault/alerts/alert-record.ts';
import { LOCK_SPACE, readRun, runRef } from '../../../vault/runs/run-record.ts';
import { runId, type Run } from '../../../vault/runs/run.ts';
import { showRun } from '../vault/answers.ts';
import { channelArn, showAlert } from '../vault/alert-answer.ts';
import type { ServerEvent } from './subscriber.ts';

export interface WatchServices {
  readonly records: RecordReader & Freshness;
  readonly directory: Directory;
  readonly desk: Pick<RunDesk, 'progressOf'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a look came to. */
export interface Seen {
  /** Whether anything of the installation changed: what was allowed may be so no more. */
  readonly isChanged: boolean;
  /** The tenants of which something changed since they were looked at before. */
  readonly changed: ReadonlySet<string>;
  readonly events: readonly ServerEvent[];
}

/** A run in flight, as it was told of last. */
interface Told {
  readonly tenantId: string;
  readonly said: string;
}

const PAGE = 1_000;
const ALERTS = 50;

/**
 * Looks for what is new, for all streams at once: a look costs one read of the epoch, the progress of the runs in flight,
 * and where anything changed, one row for each tenant.
 */
export class Watch {
  readonly #services: WatchServices;
  #epoch: number;
  /** Runs in flight of the tenants that are looked at, by their ids. */
  readonly #runs = new Map<string, Told>();
  /** By tenant, the newest alert that was told of. */
  readonly #alerts = new Map<string, string>();
  /** By tenant, the state of its records that was seen last. */
  readonly #roots = new Map<string, Buffer>();

  constructor(services: WatchServices) {
    this.#services = services;
    // Behind: the first look finds what is in flight.
    this.#epoch = services.records.epoch() - 1;
  }

  /** What is new since the last look, of these tenants. */
  async look(tenantIds: ReadonlySet<string>): Promise<Seen> {
    const { records, directory } = this.#services;
    const epoch = records.epoch();
    const isChanged = epoch !== this.#epoch;
    this.#epoch = epoch;
    this.#forgetBut(tenantIds);
    const isNew = [...tenantIds].some((tenantId) => !this.#roots.has(tenantId));
    if (isChanged || isNew) await this.#findRuns(tenantIds);
    const events: ServerEvent[] = [];
    const changed = new Set<string>();
    for (const tenantId of tenantIds) {
      const before = this.#roots.get(tenantId);
      if (isChanged || before === undefined) {
        const root = await records.stateRootOf(tenantId);
        this.#roots.set(tenantId, root);
        if (before !== undefined && !before.equals(root)) changed.add(tenantId);
      }
      const tenant = await directory.tenant(tenantId);
      if (tenant === undefined) continue;
      events.push(...(await this.#runsOf(tenant)));
      if (isChanged || !this.#alerts.has(tenantId)) events.push(...(await this.#alertsOf(tenant)));
    }
    return { isChanged, changed, events };
  }

  /** What nobody listens to is looked at no more: it would be kept for as long as anybody does. */
  #forgetBut(tenantIds: ReadonlySet<string>): void {
    for (const known of [this.#roots, this.#alerts])
      for (const tenantId of known.keys()) if (!tenantIds.has(tenantId)) known.delete(tenantId);
    for (const [id, { tenantId }] of this.#runs) if (!tenantIds.has(tenantId)) this.#runs.delete(id);
  }

  async #findRuns(tenantIds: ReadonlySet<string>): Promise<void> {
    const names = await this.#services.records.listNames(LOCK_SPACE, { limit: PAGE });
    for (const { id, tenantId, kind } of names) {
      if (kind === 'run' && tenantIds.has(tenantId) && !this.#runs.has(id)) this.#runs.set(id, { tenantId, said: '' });
    }
  }

  async #runsOf(tenant: Tenant): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    for (const [id, told] of this.#runs) {
      if (told.tenantId !== tenant.tenantId) continue;
      const run = await this.#readRun(tenant, id);
      if (run?.state !== 'running') this.#runs.delete(id);
      if (run === undefined) continue;
      const data = showRun(run, this.#services.desk.progressOf(run));
      const said = JSON.stringify(data);
      if (said === told.said) continue;
      if (run.state === 'running') this.#runs.set(id, { ...told, said });
      const target = { action: 'keystead:GetRun', resource: environmentArn(tenant, run.environmentId) };
      events.push({ tenantId: tenant.tenantId, name: 'run', target, data });
    }
    return events;
  }

  async #readRun({ tenantId, tenantKey }: Tenant, id: string): Promise<Run | undefined> {
    const record = await this.#services.records.read(runRef(tenantId, id));
    return record && readRun(tenantKey, record);
  }

  /** Ids of alerts sort by their time. */
  async #alertsOf(tenant: Tenant): Promise<ServerEvent[]> {
    const { records, clock, random } = this.#services;
    const { tenantId, tenantKey } = tenant;
    const after = this.#alerts.get(tenantId);
    if (after === undefined) {
      this.#alerts.set(tenantId, runId(clock(), random));
      return [];
    }
    const rows = await records.list(tenantId, 'alert', '', { after, limit: ALERTS });
    const last = rows.at(-1)?.id;
    if (last !== undefined) this.#alerts.set(tenantId, last);
    const target = { action: 'keystead:ListAlerts', resource: channelArn(tenant, '*') };
    return rows.map((row) => ({ tenantId, name: 'alert', target, data: showAlert(readAlert(tenantKey, row)) }));
  }
}
