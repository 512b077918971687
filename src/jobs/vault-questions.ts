import { randomUUID } from 'node:crypto';
import type { Tenant } from '../identity/tenant.ts';
import type { AgentQuestion } from '../vault/agents/questions.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { placesOf } from '../vault/environments/former-storage.ts';
import type { Keeping } from '../vault/keeping/keeping-settings.ts';
import { togetherOutlook, type KeyOutlook } from '../vault/recovery/key-outlook.ts';
import type { Question } from '../vault/recovery/questions.ts';
import type { Work } from '../vault/runs/job.ts';
import type { RunEnd } from '../vault/runs/runner.ts';
import { historyAcross } from './path-history.ts';
import { jobOf, startJob, takeSlot, type JobServices } from './vault-job.ts';

/**
 * Asks vaults: each question is a process of its own, so no key outlives its answer, and it leaves no record but that it
 * was asked. Every question throws {@link EnvironmentError} `server-busy` where as much is in flight as this server takes
 * on; what the vault itself refuses is in the answer.
 */
export class VaultQuestions {
  readonly #services: JobServices;
  readonly #asking = new Set<string>();

  constructor(services: JobServices) {
    this.#services = services;
  }

  /** The snapshots of an environment, wherever it has kept them, oldest first: a process for each place. */
  async snapshots(tenant: Tenant, environment: Environment): Promise<RunEnd> {
    const ends: RunEnd[] = [];
    for (const place of placesOf(environment)) {
      const end = await this.#start(tenant, place, { kind: 'snapshots' });
      if (end.state !== 'succeeded') return end;
      ends.push(end);
    }
    return together(ends);
  }

  /** The snapshots at the place where backups go now, as far as they are told without a key. */
  async there(tenant: Tenant, environment: Environment): Promise<RunEnd> {
    return await this.#start(tenant, environment, { kind: 'snapshots' });
  }

  /** What a vault says of itself. */
  async inspect(tenant: Tenant, environment: Environment): Promise<RunEnd> {
    return await this.#start(tenant, environment, { kind: 'inspect' });
  }

  /** What is kept of an environment, and why. */
  async kept(tenant: Tenant, environment: Environment, keeping: Keeping): Promise<RunEnd> {
    return await this.#start(tenant, environment, { kind: 'kept', keeping });
  }

  /** What is in snapshots. */
  async ask(tenant: Tenant, environment: Environment, question: Question): Promise<RunEnd> {
    if (question.kind !== 'history') return await this.#start(tenant, environment, question);
    const places = placesOf(environment).filter(({ vaultId }) => vaultId !== undefined);
    const asked = places.length === 0 ? [environment] : places;
    return await historyAcross(asked, question, (place, part) => this.#start(tenant, place, part));
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
    this.#asking.add(holder);
    try {
      return await this.#start(tenant, environment, question);
    } finally {
      this.#asking.delete(holder);
    }
  }

  /**
   * Which snapshots go with a master key, wherever the environment has kept them. It fails where a place cannot be
   * looked at: what is not known is not nothing.
   */
  async outlook(tenant: Tenant, environment: Environment, keyId: string): Promise<RunEnd> {
    const all: KeyOutlook[] = [];
    for (const place of placesOf(environment).filter(({ vaultId }) => vaultId !== undefined)) {
      const end = await this.#start(tenant, place, { kind: 'key-outlook', keyId });
      if (end.state !== 'succeeded') return end;
      all.push(end.report.answer as KeyOutlook);
    }
    return { state: 'succeeded', report: { heads: [], result: {}, answer: togetherOutlook(keyId, all) } };
  }

  async #start(tenant: Tenant, environment: Environment, work: Work): Promise<RunEnd> {
    const slot = takeSlot(this.#services.runner, tenant);
    try {
      const job = jobOf(this.#services, tenant, environment, work);
      return await startJob(this.#services, `${work.kind} ${randomUUID()}`, job, slot);
    } finally {
      slot.giveBack();
    }
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
