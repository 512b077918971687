import { VaultError } from '../errors.ts';
import type { CheckFinding } from './check-level.ts';

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

  /** Turns a refusal by the vault into a finding. A store that does not answer is none: nothing is known of its objects. */
  async collect(where: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof VaultError) || error.code === 'cancelled' || error.code.startsWith('target-')) throw error;
      this.add({ code: error.code, where, text: error.what });
    }
  }
}
