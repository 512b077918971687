import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import { countLine, type FileRun, writeTestRun } from './test-run.ts';

/**
 * Ends a test run with one plain line: `N passed, N failed, N skipped`. Where `KEYSTEAD_TEST_RUN` names a file, what
 * became of every test file is kept there.
 */
export class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], faults: readonly SerializedError[]): void {
    const run = {
      files: Object.fromEntries(modules.map((module) => [module.relativeModuleId, fileRun(module)])),
      faults: faults.length,
    };
    process.stdout.write(`\n${countLine(run)}\n`);
    const kept = process.env['KEYSTEAD_TEST_RUN'];
    if (kept !== undefined) writeTestRun(kept, run);
  }
}

function fileRun(module: TestModule): FileRun {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  const failures: string[] = [];
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    count[state] += 1;
    if (state === 'failed' || state === 'pending') failures.push(test.fullName);
  }
  // A file that could not be read, or a hook that failed, has no test to its name.
  if (!module.ok() && count.failed === 0) {
    count.failed += 1;
    failures.push('the file itself, or a hook of it');
  }
  return { passed: count.passed, failed: count.failed + count.pending, skipped: count.skipped, failures };
}

// The one default export of the project: vitest loads a reporter by it.
export default PlainReporter;
