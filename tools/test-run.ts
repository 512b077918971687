import { readFileSync, writeFileSync } from 'node:fs';

/** What became of the tests of one file; `failures` are the names of those that failed. */
export interface FileRun {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

/** What became of a whole run, by the file's path below the project. `faults` counts errors that belong to no test. */
export interface TestRun {
  readonly files: Readonly<Record<string, FileRun>>;
  readonly faults: number;
}

/** The one plain line that a run ends with: `N passed, N failed, N skipped`. */
export function countLine({ files, faults }: TestRun): string {
  const sum = (count: 'passed' | 'failed' | 'skipped') =>
    Object.values(files).reduce((total, file) => total + file[count], 0);
  return `${sum('passed')} passed, ${sum('failed') + faults} failed, ${sum('skipped')} skipped`;
}

/** A run in which the files of `second` count as they ended there. */
export function mergedRun(first: TestRun, second: TestRun): TestRun {
  return { files: { ...first.files, ...second.files }, faults: first.faults + second.faults };
}

/** The run that `path` holds; undefined where none was kept. */
export function readTestRun(path: string): TestRun | undefined {
  const text = readFileSync(path, 'utf8');
  return text === '' ? undefined : (JSON.parse(text) as TestRun);
}

/** Keeps a run for {@link readTestRun}. */
export function writeTestRun(path: string, run: TestRun): void {
  writeFileSync(path, JSON.stringify(run));
}
