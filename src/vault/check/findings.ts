import { VaultError } from '../errors.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import type { CheckFinding } from './check-level.ts';

/**
 * What an error says of the store; `undefined` where it says nothing: a store that does not answer, a master key that
 * does not want to. One that cannot open what it is given has been given something else than it once made.
 */
export function damageIn(error: unknown): Pick<CheckFinding, 'code' | 'text'> | undefined {
  if (error instanceof MasterKeyError && error.code === 'wrong-context-or-tampered') {
    return { code: `master-key-${error.code}`, text: error.message };
  }
  if (!(error instanceof VaultError) || error.code === 'cancelled' || error.code.startsWith('target-'))
    return undefined;
  return { code: error.code, text: error.what };
}

/** What a check has found, each thing once. */
export class Findings {
  readonly #all: CheckFinding[] = [];
  readonly #told = new Set<string>();

  get all(): readonly CheckFinding[] {
    return this.#all;
  }

  add(finding: CheckFinding): void {
    const key = `${finding.code} ${finding.where} ${finding.text}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#all.push(finding);
  }

  addAll(findings: Iterable<CheckFinding>): void {
    for (const finding of findings) this.add(finding);
  }

  /** Turns what the vault refuses into a finding: {@link damageIn}. */
  async collect(where: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#take(where, error);
    }
  }

  /** As {@link collect}, without a promise: there is one for each extent of a snapshot. */
  attempt(where: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#take(where, error);
    }
  }

  #take(where: string, error: unknown): void {
    const damage = damageIn(error);
    if (!damage) throw error;
    this.add({ ...damage, where });
  }
}
