import type { Run } from '@keystead/sdk';
import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { keepRun } from './keep-run.ts';

const running = { runId: '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21', kind: 'backup', state: 'running' } as Run;
const ended: Run = { ...running, state: 'succeeded' };
const further: Run = { ...running, source: 'records' };

describe('what is told of a run', () => {
  it.each([
    ['its start', [running], running],
    ['how far it is', [running, further], further],
    ['its end', [running, ended], ended],
    ['its end before its start', [ended, running], ended],
  ])('is kept: %s', (_what, told, kept) => {
    const queries = new QueryClient();
    for (const run of told) keepRun(queries, run);
    expect(queries.getQueryData(['runs', running.runId])).toEqual(kept);
    queries.clear();
  });
});
