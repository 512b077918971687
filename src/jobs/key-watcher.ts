import type { EgressGuard } from '../clients/egress.ts';
import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { Clock } from '../keys/ports.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import type { RecordReader } from '../records/ports.ts';
import type { AlertFacts } from '../vault/alerts/alert.ts';
import { formerKeysOf, keysOf } from '../vault/environments/access-of.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { masterKeyAccessOf, type MasterKeySettings } from '../vault/environments/master-key-settings.ts';
import type { CredentialRules } from '../vault/environments/wanted-credentials.ts';
import { wipeMasterKeys } from '../vault/environments/wipe-access.ts';
import { environmentRef, readEnvironment } from '../vault/environments/environment-record.ts';
import type { Environment } from '../vault/environments/environment.ts';
import {
  isNews,
  nextCheckMs,
  observed,
  type KeyChange,
  type KeyWatch,
  type Probe,
} from '../vault/key-watch/key-watch.ts';
import { isOutlookDue, watchedOutlook } from '../vault/key-watch/watched-outlook.ts';
import { keyWatchRef, putKeyWatch, readKeyWatch, UNEASY_SPACE } from '../vault/key-watch/key-watch-record.ts';
import type { KeysteadOf } from '../vault/master-keys/keystead-service.ts';
import type { MasterKeyAccess } from '../vault/master-keys/master-key-access.ts';
import { MasterKeyError } from '../vault/master-keys/master-key-error.ts';
import type { KeyOutlook } from '../vault/recovery/key-outlook.ts';
import { isSameMasterKey } from '../vault/master-keys/master-key.ts';
import { openMasterKey } from '../vault/master-keys/open-master-key.ts';
import type { RunEnd } from '../vault/runs/runner.ts';
import { problemOf } from '../vault/runs/run-problem.ts';
import { environmentArn } from './find-environment.ts';
import { raiseAlerts } from './raise-alerts.ts';
import type { JobLog } from './job-log.ts';
import { serverCall } from './server-call.ts';

export interface KeyWatcherServices extends CredentialRules {
  readonly records: RecordReader;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
  readonly guard: EgressGuard;
  /** Asks for keys of this installation as an environment. */
  readonly keystead: KeysteadOf;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: JobLog;
  /** Looks which snapshots go with a key; what comes of it is a `KeyOutlook`. */
  readonly outlook: (tenant: Tenant, environment: Environment, keyId: string) => Promise<RunEnd>;
}

const PAGE = 1_000;
/** How many environments are looked at at once. */
const AT_ONCE = 4;
/** A time that lies so far ahead was written by a clock that was wrong. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/** Looks after the master keys of environments by using them, and tells people once of what changes. */
export class KeyWatcher {
  readonly #services: KeyWatcherServices;
  /** When an environment was looked at by this process, whether or not that was news. */
  readonly #looked = new Map<string, number>();

  constructor(services: KeyWatcherServices) {
    this.#services = services;
  }

  /** What is known of the keys of an environment; `undefined` before the first look. */
  async known(tenant: Tenant, environmentId: string): Promise<KeyWatch | undefined> {
    const record = await this.#services.records.read(keyWatchRef(tenant.tenantId, environmentId));
    return record && readKeyWatch(tenant.tenantKey, record);
  }

  /** Uses every key now. What is news is written down, with an alert. */
  async check(tenant: Tenant, environment: Environment): Promise<KeyWatch> {
    const { clock, pipeline, random, records } = this.#services;
    const { tenantId, tenantKey } = tenant;
    const { id: environmentId, label } = environment;
    const found = await this.#probe(tenant, environment);
    const fields = { tenantId, environmentId };
    const seenMs = clock();
    this.#looked.set(`${tenantId}/${environmentId}`, seenMs);
    const known = await this.known(tenant, environmentId);
    const probes = await Promise.all(
      found.map((probe) => this.#withOutlook(tenant, environment, known, probe, seenMs)),
    );
    const { after } = observed(known, fields, probes, seenMs);
    if (!isNews(known, after)) return after;
    return pipeline.execute(serverCall(tenant, 'keystead:WatchKeys', environmentId), () => ({
      targets: [{ action: 'keystead:WatchKeys', resource: environmentArn(tenant, environmentId) }],
      details: {
        environment: environmentId,
        keys: probes.map(({ keyId, failure = 'good' }) => ({ keyId, state: failure })),
      },
      run: async (nowMs) => {
        const before = await this.known(tenant, environmentId);
        const seen = observed(before, fields, probes, nowMs);
        const facts = seen.changes.map((change) => factsOf(change, environmentId, label));
        const alerts = await raiseAlerts({ records, random }, tenant, facts, nowMs);
        const value = { ...seen.after, revision: (before?.revision ?? 0) + 1 };
        return { value, writes: [putKeyWatch(tenantKey, before, seen.after), ...alerts] };
      },
    }));
  }

  /** Looks at keys that were in doubt or said no, as soon as it is time. Answers how many environments it looked at. */
  async checkUneasy(): Promise<number> {
    const refs: { readonly tenantId: string; readonly id: string }[] = [];
    for (let after: string | undefined; ;) {
      const page = { limit: PAGE, ...(after !== undefined && { after }) };
      const names = await this.#services.records.listNames(UNEASY_SPACE, page);
      refs.push(...names.map(({ tenantId, id }) => ({ tenantId, id })));
      if (names.length < PAGE) return this.#checkAll(refs);
      after = names.at(-1)?.name;
    }
  }

  /** Looks at every environment that nobody has looked at for half a day. */
  async checkAll(): Promise<number> {
    const all = await this.#services.records.listAll('environment');
    return this.#checkAll(all);
  }

  async #checkAll(refs: readonly { readonly tenantId: string; readonly id: string }[]): Promise<number> {
    const queue = refs.values();
    let count = 0;
    const look = async (): Promise<void> => {
      for (const { tenantId, id } of queue) {
        try {
          if (await this.#checkIfDue(tenantId, id)) count++;
        } catch (error) {
          this.#services.log.error(
            { environmentId: id, err: error },
            'the keys of an environment could not be looked at',
          );
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, look));
    return count;
  }

  async #checkIfDue(tenantId: string, id: string): Promise<boolean> {
    const { clock, directory, records } = this.#services;
    const tenant = await directory.tenant(tenantId);
    const record = tenant && (await records.read(environmentRef(tenantId, id)));
    if (tenant === undefined || record === undefined) return false;
    const watch = await this.known(tenant, id);
    const nowMs = clock();
    const lookedMs = this.#looked.get(`${tenantId}/${id}`);
    const isEarly = (atMs: number): boolean =>
      watch !== undefined && nowMs < nextCheckMs({ ...watch, checkedAtMs: atMs });
    const isLate = watch === undefined || nowMs < watch.checkedAtMs - CLOCKS_DIFFER_MS || !isEarly(watch.checkedAtMs);
    if (!isLate || (lookedMs !== undefined && nowMs >= lookedMs && isEarly(lookedMs))) return false;
    await this.check(tenant, readEnvironment(tenant.tenantKey, record));
    return true;
  }

  /** Says of a key that is to be deleted what goes with it. Where nobody can look now, the next look does. */
  async #withOutlook(
    tenant: Tenant,
    environment: Environment,
    known: KeyWatch | undefined,
    probe: Probe,
    nowMs: number,
  ): Promise<Probe> {
    if (probe.failure !== 'pending-deletion') return probe;
    const before = known?.keys.find((key) => isSameMasterKey(key, probe));
    if (!isOutlookDue(before?.outlook, nowMs)) return probe;
    const end = await this.#services.outlook(tenant, environment, probe.keyId).catch((error: unknown) => ({
      state: 'failed' as const,
      problem: problemOf(error),
    }));
    if (end.state === 'succeeded') {
      return { ...probe, outlook: watchedOutlook(end.report.answer as KeyOutlook, nowMs) };
    }
    const about = { environmentId: environment.id, ...end.problem };
    this.#services.log.error(about, 'what goes with a key could not be looked at');
    return probe;
  }

  async #probe({ tenantId, tenantKey }: Tenant, environment: Environment): Promise<Probe[]> {
    const owner = { tenant: tenantId, environment: environment.id };
    const { guard } = this.#services;
    const keystead = this.#services.keystead(tenantId, environment.id);
    const isAsked = ({ provider }: MasterKeySettings) => provider !== 'recovery';
    const probe = async (settings: MasterKeySettings): Promise<Probe> => {
      const { provider, keyId } = settings;
      let access: MasterKeyAccess;
      try {
        access = masterKeyAccessOf(tenantKey, environment.id, settings, this.#services);
      } catch (error) {
        // Whom it was reached as is not lent any more: like a right that was taken away.
        if (error instanceof EnvironmentError) return { provider, keyId, failure: 'denied' };
        throw error;
      }
      const key = openMasterKey(access, owner, { guard, keystead });
      try {
        await key.probe();
        return { provider, keyId };
      } catch (error) {
        if (!(error instanceof MasterKeyError)) throw error;
        const { code, deletionDateMs } = error;
        return {
          provider,
          keyId,
          failure: code,
          ...(deletionDateMs !== undefined && { deletionAtMs: deletionDateMs }),
        };
      } finally {
        wipeMasterKeys([access]);
        await key.close();
      }
    };
    const present = keysOf(environment).filter(isAsked).map(probe);
    const former = formerKeysOf(environment)
      .filter(isAsked)
      .map(async (key) => ({ ...(await probe(key)), isFormer: true as const }));
    return await Promise.all([...present, ...former]);
  }
}

function factsOf(
  { kind, keyId, code, deletionAtMs, outlook }: KeyChange,
  environmentId: string,
  environment: string,
): AlertFacts {
  return {
    kind,
    environmentId,
    environment,
    keyId,
    ...(code !== undefined && { code }),
    ...(deletionAtMs !== undefined && { deletionAtMs }),
    ...(outlook && {
      unreadableCount: outlook.unreadableCount,
      snapshotCount: outlook.snapshotCount,
      ...(outlook.newest && { newestUnreadableAt: outlook.newest.takenAt }),
      ...(outlook.oldest && { oldestUnreadableAt: outlook.oldest.takenAt }),
    }),
  };
}
