/**
 * The second look at a test run that failed: the files that failed run once more, alone. What passes then depended on
 * what ran beside it. It is named, to be mended before anything else, and holds nothing back.
 *
 * There is no second look at the proofs of what is promised (a fault that shows once in a hundred runs is a fault), nor
 * at errors outside of tests, nor where much failed.
 *
 * `KEYSTEAD_TEST_RUN` names the file that the run was kept in. Exits with 0 if all that failed passed alone, else 1.
 */
import { spawnSync } from 'node:child_process';
import { mayRunAgain } from './may-run-again.ts';
import { countLine, mergedRun, readTestRun } from './test-run.ts';

function runAgain(kept: string): number {
  const first = readTestRun(kept);
  if (first === undefined) return 1;
  const again = mayRunAgain(first);
  if (typeof again === 'string') {
    process.stdout.write(`\nNo second look. ${again}\n`);
    return 1;
  }
  process.stdout.write(`\nOnce more, alone: ${again.join(', ')}\n`);
  const { status } = spawnSync('vitest', ['run', '--maxWorkers=1', ...again], { stdio: 'inherit' });
  const second = readTestRun(kept);
  if (status !== 0 || second === undefined) return 1;
  for (const path of again) {
    for (const name of first.files[path]?.failures ?? []) process.stdout.write(`\nUNSTEADY: ${path}: ${name}`);
  }
  process.stdout.write(`\n\n${countLine(mergedRun(first, second))}\n`);
  return 0;
}

process.exitCode = runAgain(process.env['KEYSTEAD_TEST_RUN'] ?? '/dev/null');
