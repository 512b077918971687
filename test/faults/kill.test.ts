import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { logEntries } from '../process/log-entries.ts';
import { EndedEarlyError, kmsClient, makeHome, startServerProcess, type Home } from '../process/server-process.ts';
import { Workload } from './workload.ts';

const homes: Home[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) home.remove();
});

function newHome(): Home {
  const home = makeHome();
  homes.push(home);
  return home;
}

/** Every request that was answered is in the log, and the log and the state fit together. */
async function expectRecorded(home: Home, workload: Workload): Promise<void> {
  const { logs, state } = await verifyAudit(home.config, [], undefined);
  expect(logs.size).toBe(2);
  expect(state?.tenants).toBe(2);
  const recorded = new Set((await logEntries(home.config.dataFolder)).map(({ request }) => request));
  expect(workload.answered.filter((id) => !recorded.has(id))).toEqual([]);
  expect(workload.answered.length).toBeGreaterThan(0);
}

describe('a server that is killed', () => {
  it('keeps every acknowledged write and the record of every answer, killed at random times', async () => {
    const home = newHome();
    let server = await startServerProcess(home);
    const first = server.first as FirstCredentials;
    const workload = new Workload(kmsClient(server.url, first));
    for (let round = 0; round < 6; round++) {
      const before = workload.answered.length;
      const kill = async (): Promise<void> => {
        // A machine that is slow gets its first answer, too.
        while (workload.answered.length === before && isAsking) await wait(5);
        await wait(randomInt(0, 700));
        await server.kill();
      };
      let isAsking = true;
      const killed = kill();
      await workload.runUntilKilled().finally(() => (isAsking = false));
      await killed;
      server = await startServerProcess(home);
      workload.reconnect(kmsClient(server.url, first));
      await workload.verify();
    }
    await server.stop();
    await expectRecorded(home, workload);
  });

  it.each([
    'store.before-commit:40',
    'store.after-commit:40',
    'sequencer.after-plan:2',
    'sequencer.after-tiles:2',
    'sequencer.after-checkpoint:2',
    'sequencer.after-prune:2',
  ])(
    'comes back whole, killed at %s',
    async (fault) => {
      const home = newHome();
      const before = await startServerProcess(home);
      const first = before.first as FirstCredentials;
      await before.stop();
      let server = await startServerProcess(home, fault);
      const workload = new Workload(kmsClient(server.url, first));
      await Promise.all([workload.runUntilKilled(), server.exited]);
      server = await startServerProcess(home);
      workload.reconnect(kmsClient(server.url, first));
      await workload.verify();
      await server.stop();
      await expectRecorded(home, workload);
    },
    240_000,
  );

  it.each(['store.before-commit:1', 'store.after-commit:1'])(
    'can make its first start again, killed at %s',
    async (fault) => {
      const home = newHome();
      await expect(startServerProcess(home, fault)).rejects.toThrow(EndedEarlyError);
      const server = await startServerProcess(home);
      // Either nothing was made, and it is made now; or all was made, and new credentials can be had with the seal.
      expect(server.first === undefined).toBe(fault.startsWith('store.after'));
      await server.stop();
      expect((await verifyAudit(home.config, [], undefined)).logs.size).toBe(2);
    },
    240_000,
  );
});
