import { describe, expect, it } from 'vitest';
import { mayRunAgain } from './may-run-again.ts';
import { countLine, mergedRun, type TestRun } from './test-run.ts';

const passed = { passed: 2, failed: 0, skipped: 1, failures: [] };
const failed = { passed: 1, failed: 1, skipped: 0, failures: ['lists keys'] };

describe('a run that failed', () => {
  it.each<[string, TestRun, unknown]>([
    [
      'may run what failed again',
      { files: { 'src/a.test.ts': failed, 'src/b.test.ts': passed }, faults: 0 },
      ['src/a.test.ts'],
    ],
    [
      'stays failed where a promise was proven',
      { files: { 'test/faults/a.test.ts': failed }, faults: 0 },
      expect.stringMatching(/What is promised .*faults/),
    ],
    [
      'stays failed where a kill was',
      { files: { 'src/store/kill.test.ts': failed, 'src/b.test.ts': failed }, faults: 0 },
      expect.stringMatching(/kill/),
    ],
    [
      'stays failed where an error belongs to no test',
      { files: { 'src/a.test.ts': failed }, faults: 1 },
      expect.stringMatching(/1 errors/),
    ],
    [
      'stays failed where no test failed',
      { files: { 'src/a.test.ts': passed }, faults: 0 },
      expect.stringMatching(/No test failed/),
    ],
    [
      'stays failed where much did',
      { files: Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`src/${name}.test.ts`, failed])), faults: 0 },
      expect.stringMatching(/4 files/),
    ],
  ])('%s', (_, run, again) => {
    expect(mayRunAgain(run)).toEqual(again);
  });

  it('counts as its second look ended', () => {
    const first = { files: { 'src/a.test.ts': failed, 'src/b.test.ts': passed }, faults: 0 };
    expect(countLine(first)).toBe('3 passed, 1 failed, 1 skipped');
    expect(countLine(mergedRun(first, { files: { 'src/a.test.ts': passed }, faults: 0 }))).toBe(
      '4 passed, 0 failed, 2 skipped',
    );
  });
});
