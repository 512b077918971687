import { cpSync } from 'node:fs';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { startKeystead } from '../../src/server.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { logEntries } from '../process/log-entries.ts';
import { makeHome, startServerProcess, type Home } from '../process/server-process.ts';
import { isConnectionLost, KeyProtectUser, prepare, RETRIEVALS, SERVICE, STEPS } from './key-protect-steps.ts';

const nothing = () => {};
const QUIET = { info: nothing, warn: nothing, error: nothing };

/** An installation with a service, two key rings and an import token: every test has a copy. */
let prepared: Home;
let first: FirstCredentials;
let serviceKey: string;
/** What there was to see before the first step, and after each. */
const views: unknown[] = [];

const homes: Home[] = [];
function copyOfPrepared(): Home {
  const home = makeHome();
  homes.push(home);
  cpSync(prepared.folder, home.folder, { recursive: true });
  return home;
}

beforeAll(async () => {
  prepared = makeHome();
  const server = await startServerProcess(prepared);
  first = server.first as FirstCredentials;
  const admin = new KeysteadClient({ url: server.url, apiKey: first.apiKey });
  await admin.createService({ name: SERVICE });
  serviceKey = (await admin.createServiceCredential(SERVICE, { type: 'api-key' })).apiKey as string;
  await admin.createAuthorization({ service: SERVICE, roles: ['Reader'] });
  const user = new KeyProtectUser(first, serviceKey);
  await user.reach(server.url);
  await prepare(user);
  await server.stop();

  const undisturbed = await startServerProcess(copyOfPrepared());
  const other = new KeyProtectUser(first, serviceKey);
  await other.reach(undisturbed.url);
  const see = async () => void views.push(await other.look());
  await see();
  await other.runUntilKilled(undisturbed, see);
  await undisturbed.stop();
});
afterAll(() => {
  for (const home of [prepared, ...homes]) home.remove();
});

/** Starts a server that is killed at a point, and lets the steps run into it; answers how many were answered. */
async function runInto(home: Home, user: KeyProtectUser, fault: string): Promise<number> {
  const server = await startServerProcess(home, fault);
  await user.reach(server.url).catch((error: unknown) => {
    // On a slow machine a chore of the server may have come first; then no step is answered either.
    if (!isConnectionLost(error)) throw error;
  });
  const answered = await user.runUntilKilled(server);
  await server.exited;
  return answered;
}

/** The commits of a server before the first step: two tokens. */
const BEFORE = 2;
/** Two tokens more, as the clock goes past the end of the first. */
const RENEWED = ['purge'];
const COMMITS = STEPS.map(({ name }, at) => [name, BEFORE + at + 1 + (RENEWED.includes(name) ? 2 : 0)] as const);
const AFTER = /^(retrieve it$|create|rotate|move|delete by|restore|purge)/;
/** What is not on disk yet is lost alike for all: a few stand for them. */
const AHEAD = /^(retrieve it again|rotate|delete by)/;
const KILLS = COMMITS.flatMap(([name, count]) => [
  ...(AFTER.test(name) ? [[name, 'store.after-commit', count] as const] : []),
  ...(AHEAD.test(name) ? [[name, 'store.before-commit', count] as const] : []),
]);

describe('a server that is killed while a client of IBM Key Protect waits', () => {
  it.concurrent.each(KILLS)(
    'to %s, at %s:%i, has done all that it answered, and nothing by halves',
    async (_, point, count) => {
      const home = copyOfPrepared();
      const user = new KeyProtectUser(first, serviceKey);
      const answered = await runInto(home, user, `${point}:${count}`);
      expect(answered).toBeLessThan(STEPS.length);
      expect(views).toHaveLength(STEPS.length + 1);

      const server = await startKeystead(home.config, QUIET);
      await user.reach(server.url);
      // What was on its way is there as a whole, or not at all.
      const view = await user.look();
      expect([views[answered], views[answered + 1]]).toContainEqual(view);
      await expectNoRetrievalTwice(user);
      await server.close();

      await verifyAudit(home.config, [], undefined);
      const recorded = new Set((await logEntries(home.config.dataFolder)).map(({ request }) => request));
      expect(user.answered.filter((id) => !recorded.has(id))).toEqual([]);
    },
    240_000,
  );
});

/** A retrieval that was counted is gone, answered or not; none is given out again. */
async function expectNoRetrievalTwice(user: KeyProtectUser): Promise<void> {
  const before = [...user.retrievals];
  await user.retrieve();
  const left = user.retrievals.at(-1) as number;
  expect(before).not.toContain(left);
  expect([RETRIEVALS - before.length - 1, RETRIEVALS - before.length - 2]).toContain(left);
}
