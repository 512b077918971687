import type { Tenant } from '../identity/tenant.ts';
import { readRegistration, registrationSpace } from '../keys/registration-record.ts';
import type { Registration } from '../keys/registration.ts';
import type { RecordReader } from '../records/ports.ts';
import type { StoredRecord } from '../records/record.ts';
import { parseEnvironmentCrn } from '../vault/environments/environment-crn.ts';
import { ownKeys } from '../vault/environments/key-rights.ts';
import { findEnvironment } from './find-environment.ts';
import { letGo, VAULT_REGISTRAR, type KeysteadRightsPorts } from './keystead-rights.ts';
import { dropOperatorKey, isOperatorKeyFor } from './operator-key.ts';

/** Rights that nothing needs are left alone for so long: a save or a move that is under way may be about to need them. */
export const LEFT_ALONE_MS = 15 * 60_000;
/** After a fault, a right is tried again only so much later. */
const AFTER_FAULT_MS = 24 * 3_600_000;
/** An operator's key that was made longer ago may have been used, by what nobody here knows of any more. */
const NEVER_USED_MS = 24 * 3_600_000;

/** How many registrations are looked at at a time: a tenant may have a great many. */
const BATCH = 200;

/** A right as it is registered with its key. */
interface Right {
  readonly keyArn: string;
  readonly environmentId: string;
  /** Whose environment it is, or was. */
  readonly tenant: Tenant;
  readonly registration: Registration;
}

/**
 * Takes back the rights to keys of this installation that environments were given and do not need: those of environments
 * that are gone or never came to be, and of keys that an environment has left. Rights are given before what needs them is
 * kept, and taken back after it is gone: a server that is killed in between leaves them behind.
 */
export class RightsSweep {
  readonly #ports: KeysteadRightsPorts;
  readonly #monotonicMs: () => number;
  /** When a right was first seen to be needed by nothing, or when it is tried again. */
  readonly #since = new Map<string, number>();

  /** @param monotonicMs a clock that only goes on: a jump of the other one must not end a wait */
  constructor(ports: KeysteadRightsPorts, monotonicMs: () => number = () => performance.now()) {
    this.#ports = ports;
    this.#monotonicMs = monotonicMs;
  }

  /** Answers how many were taken back. @throws {AggregateError} when all others are done: what kept some of them */
  async sweep(): Promise<number> {
    const { records } = this.#ports;
    const now = this.#monotonicMs;
    const failures: unknown[] = [];
    const seen = new Set<string>();
    let count = 0;
    for await (const record of registrationsIn(records)) {
      let name: string | undefined;
      try {
        const right = await this.#rightOf(record);
        if (right === undefined || (await this.#isNeeded(right))) continue;
        name = `${right.keyArn} ${right.environmentId}`;
        seen.add(name);
        const since = this.#since.get(name) ?? now();
        this.#since.set(name, since);
        if (now() - since < LEFT_ALONE_MS) continue;
        await this.#takeBack(right);
        this.#since.set(name, now() + AFTER_FAULT_MS);
        count++;
      } catch (error) {
        // One that cannot be taken back, or read, must not keep the others.
        if (name !== undefined) this.#since.set(name, now() + AFTER_FAULT_MS);
        failures.push(error);
      }
    }
    for (const name of this.#since.keys()) if (!seen.has(name)) this.#since.delete(name);
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} rights could not be taken back`);
    return count;
  }

  async #rightOf(record: StoredRecord): Promise<Right | undefined> {
    const { directory } = this.#ports;
    const owner = await directory.tenant(record.tenantId);
    const registration = owner && readRegistration(owner.tenantKey, record);
    if (owner === undefined || registration?.service !== VAULT_REGISTRAR.service) return undefined;
    const named = parseEnvironmentCrn(registration.resourceCrn);
    const tenant = named && (await directory.tenantByAccount(named.accountId));
    if (named === undefined || tenant === undefined) return undefined;
    const { region, keyId } = registration;
    const keyArn = `arn:aws:kms:${region}:${owner.accountId}:key/${keyId}`;
    return { keyArn, environmentId: named.environmentId, tenant, registration };
  }

  async #isNeeded({ tenant, environmentId, keyArn }: Right): Promise<boolean> {
    const environment = await findEnvironment(this.#ports.records, tenant, environmentId);
    return environment !== undefined && ownKeys(environment).has(keyArn);
  }

  async #takeBack(right: Right): Promise<void> {
    const { tenant, environmentId, keyArn } = right;
    if (await this.#cameToNothing(right)) await dropOperatorKey(this.#ports, tenant, environmentId, keyArn);
    else await letGo(this.#ports, tenant, environmentId, keyArn);
  }

  /**
   * Whether it is a key of the operator's for an environment that never was: nothing was encrypted under it. That of one
   * that was deleted is kept, since its backups still lie in their store.
   */
  async #cameToNothing({ tenant, environmentId, keyArn, registration }: Right): Promise<boolean> {
    const { records, clock } = this.#ports;
    const ageMs = clock() - registration.createdAtMs;
    // One that was made in the future is as old as nobody knows.
    if (ageMs < 0 || ageMs > NEVER_USED_MS) return false;
    if ((await findEnvironment(records, tenant, environmentId)) !== undefined) return false;
    for (const kind of ['run', 'vault-agent'] as const) {
      if ((await records.list(tenant.tenantId, kind, environmentId, { limit: 1 })).length > 0) return false;
    }
    return await isOperatorKeyFor(this.#ports, tenant, environmentId, keyArn);
  }
}

/** All registrations of all instances, by pages. */
async function* registrationsIn(records: RecordReader): AsyncGenerator<StoredRecord> {
  for (const { tenantId, id: region } of await records.listAll('instance')) {
    const space = registrationSpace({ tenantId, region });
    for (let after: string | undefined; ;) {
      const page = await records.listNames(space, { limit: BATCH, ...(after !== undefined && { after }) });
      for (const ref of page) {
        const record = await records.read({ tenantId: ref.tenantId, kind: ref.kind, id: ref.id });
        if (record?.kind === 'registration') yield record;
      }
      if (page.length < BATCH) break;
      after = page.at(-1)?.name;
    }
  }
}
