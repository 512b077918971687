import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunProgress } from './runner.ts';

/** How often a run's progress is put on the board. */
const EVERY_MS = 1_000;
const RUN_ID = /^[0-9a-f-]{36}$/;

/**
 * Where the servers of one machine, which share a data folder, see how far each other's runs are: a small file for each run
 * in flight. Nothing depends on it, and there is nothing in it but counts. What it costs is a file a second.
 */
export class ProgressBoard {
  readonly #folder: string;
  readonly #notedMs = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Puts up how far a run of this process is; what comes too soon after the last is left out. */
  note(runId: string, progress: RunProgress): void {
    if (!RUN_ID.test(runId)) return;
    const nowMs = performance.now();
    if (nowMs - (this.#notedMs.get(runId) ?? -Infinity) < EVERY_MS) return;
    this.#notedMs.set(runId, nowMs);
    this.#quietly(() => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const path = join(this.#folder, runId);
      writeFileSync(`${path}.new`, JSON.stringify(progress), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    });
  }

  /** Takes down what is there of a run that has ended. */
  clear(runId: string): void {
    if (!RUN_ID.test(runId)) return;
    this.#notedMs.delete(runId);
    this.#quietly(() => rmSync(join(this.#folder, runId), { force: true }));
  }

  /** How far a run of any process is; `undefined` where nobody has said anything. */
  read(runId: string): RunProgress | undefined {
    if (!RUN_ID.test(runId)) return undefined;
    return this.#quietly(() => JSON.parse(readFileSync(join(this.#folder, runId), 'utf8')) as RunProgress);
  }

  /** A full disk must not end a run for the sake of its progress. */
  #quietly<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch {
      return undefined;
    }
  }
}
