import { describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../../crypto/hierarchy.ts';
import { pooledRandom } from '../../crypto/random.ts';
import { makeTenant } from '../../identity/tenant.ts';
import { sealRecord } from '../../records/record.ts';
import { putRun, readRun, runRef } from './run-record.ts';

describe('the record of a run', () => {
  it('is read as it was when a run had one lock, which it gives up in the end', () => {
    const { tenant } = makeTenant(BarrierKey.from(makeBarrierRoot()), 't', 0, pooledRandom());
    const { tenantId, tenantKey } = tenant;
    const owner = { host: 'h', pid: 1, startTicks: '', boot: '' };
    const old = {
      environmentId: 'e',
      kind: 'backup',
      subject: {},
      lock: 'writer',
      state: 'running',
      startedBy: 'p',
      owner,
      startedAtMs: 1,
    };
    const body = Buffer.from(JSON.stringify({ format: 1, ...old }));
    const record = sealRecord({ ...runRef(tenantId, 'r'), scope: 'e', revision: 1, body }, tenantKey.records);
    const run = readRun(tenantKey, record);
    expect([run.locks, 'lock' in run]).toEqual([{ holds: ['writer'] }, false]);
    const { release } = putRun(tenantKey, run, { ...run, state: 'succeeded', endedAtMs: 2 });
    expect(release).toEqual([{ space: 'run-lock', name: 'e/writer' }]);
  });
});
