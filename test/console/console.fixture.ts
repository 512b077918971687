import type { KeysteadClient, Run } from '@keystead/sdk';
import type { Browser } from 'playwright-core';
import { vi } from 'vitest';
import { buildConsole } from '../../tools/build-console.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { makeHome, startServerProcess, type Home } from '../process/server-process.ts';
import { launchBrowser, visit, type Visit, type VisitOptions } from './browser.fixture.ts';

/** A real server with its console, and a browser to look at it with. */
export interface ConsoleHouse {
  readonly url: string;
  readonly home: Home;
  readonly first: FirstCredentials;
  readonly browser: Browser;
  /** A visit of whom the API key proves; by default the first administrator. `undefined`: of nobody. */
  visit(options?: Partial<VisitOptions> & { readonly isNobody?: boolean }): Promise<Visit>;
  /** Turns the server's clock forward. */
  shift(shiftMs: number): Promise<void>;
  readonly close: () => Promise<void>;
}

/** `settings` are those of the server's environment. */
export async function consoleHouse(settings: Readonly<Record<string, string>> = {}): Promise<ConsoleHouse> {
  await buildConsole();
  const home = makeHome();
  Object.assign(home.environment, settings);
  const [server, browser] = await Promise.all([startServerProcess(home), launchBrowser()]);
  const first = server.first as FirstCredentials;
  // Passkeys are bound to a name: an address alone has none.
  const url = server.url.replace('127.0.0.1', 'localhost');
  return {
    url,
    home,
    first,
    browser,
    visit: ({ isNobody = false, ...options } = {}) =>
      visit(browser, { url, ...(!isNobody && { apiKey: first.apiKey }), ...options }),
    shift: (shiftMs) => server.shift(shiftMs),
    async close() {
      await browser.close();
      await server.stop();
      home.remove();
    },
  };
}

/** What came of a run, once it has ended. */
export function ended(api: KeysteadClient, { runId }: Run): Promise<Run> {
  const look = async (): Promise<Run> => {
    const run = await api.getRun(runId);
    if (run.state === 'running') throw new Error(`the run ${runId} goes on`);
    return run;
  };
  return vi.waitFor(look, { timeout: 120_000, interval: 50 });
}
