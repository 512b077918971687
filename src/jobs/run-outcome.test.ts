import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import type { Write } from '../records/commit.ts';
import { readAlert } from '../vault/alerts/alert-record.ts';
import { putChannel } from '../vault/alerts/channel-record.ts';
import { systemRandom as random } from '../vault/ports.ts';
import { thisOwner } from '../vault/runs/owner.ts';
import { putRun } from '../vault/runs/run-record.ts';
import { runId, type Run } from '../vault/runs/run.ts';
import { outcomeOf } from './run-outcome.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 24 * 3_600_000;

describe('what follows from a verification', () => {
  let house: AdminHouse;
  beforeAll(async () => {
    house = await adminHouse();
    const { tenantId, tenantKey } = house.tenant;
    const place = { kind: 'email', recipients: ['a@example.com'] } as const;
    const channel = { tenantId, id: randomUUID(), revision: 0, label: 'all', place, createdAtMs: NOW };
    await house.commit(putChannel(tenantKey, channel));
  });
  afterAll(() => house.close());

  function verification(environmentId: string, atMs: number, findingCount: number, change: Partial<Run> = {}): Run {
    return {
      tenantId: house.tenant.tenantId,
      id: runId(atMs, random),
      revision: 0,
      environmentId,
      kind: 'verify',
      subject: { level: 'data' },
      locks: { holds: ['verify'] },
      state: 'succeeded',
      startedBy: 'test',
      owner: thisOwner(),
      startedAtMs: atMs,
      endedAtMs: atMs,
      result: { findingCount },
      ...change,
    };
  }

  const OTHER = { subject: { level: 'data', vaultId: 'f'.repeat(32) } };
  it.each<[string, (id: string) => Run[], number, string[]]>([
    ['that finds nothing, as the first', () => [], 0, []],
    ['that finds something', () => [], 1, ['verification-findings']],
    ['that finds nothing after one that did', (id) => [verification(id, NOW - DAY_MS, 2)], 0, ['verification-good']],
    [
      'that finds nothing after two, the later of which found nothing',
      (id) => [verification(id, NOW - 2 * DAY_MS, 2), verification(id, NOW - DAY_MS, 0)],
      0,
      [],
    ],
    [
      'that finds nothing after hundreds of other runs, before which one did',
      (id) => [
        verification(id, NOW - 80 * DAY_MS, 2),
        ...Array.from({ length: 250 }, (_, n) => verification(id, NOW - DAY_MS + n, 0, { kind: 'maintain' })),
        verification(id, NOW - 1_000, 0, { state: 'failed' }),
        verification(id, NOW - 500, 0, OTHER),
      ],
      0,
      ['verification-good'],
    ],
    ['that finds nothing long after one that did', (id) => [verification(id, NOW - 91 * DAY_MS, 2)], 0, []],
    ['of another place that finds nothing', (id) => [verification(id, NOW - DAY_MS, 2, OTHER)], 0, []],
  ])('%s', async (_, before, findingCount, kinds) => {
    const { tenant, store } = house;
    const environmentId = randomUUID();
    const writes: Write[] = before(environmentId).map((run) => putRun(tenant.tenantKey, undefined, run));
    for (let at = 0; at < writes.length; at += 100) await house.commit(...writes.slice(at, at + 100));
    const run = verification(environmentId, NOW, findingCount);
    const came = await outcomeOf({ records: store, random }, tenant, undefined, run, NOW);
    const alerts = came.flatMap((write) => ('put' in write && write.put.kind === 'alert' ? [write.put] : []));
    expect(alerts.map((record) => readAlert(tenant.tenantKey, record).facts.kind)).toEqual(kinds);
  });
});
