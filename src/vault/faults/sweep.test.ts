import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VaultError } from '../errors.ts';
import { faulty, faultsOf, type Call, type Fault } from './faulty.fixture.ts';
import { SCENARIOS, type Scenario } from './scenarios.fixture.ts';
import { Site } from './site.fixture.ts';

/** With it every kind of fault comes at every call: minutes. Without, one kind at every call or every few, in turn. */
const EVERY = process.env['KEYSTEAD_TEST_EVERY_FAULT'] === '1';
/** Faults of one scenario, when not all are wanted. */
const SOME = 8;

function faultsFor(calls: readonly Call[]): Fault[] {
  const all = calls.flatMap((call, i) => faultsOf(call).map((kind) => ({ at: i + 1, kind })));
  if (EVERY || all.length <= SOME) return all;
  // Steps that have no common measure with the number of kinds: all of them come, all over the calls.
  const step = all.length / SOME;
  return Array.from({ length: SOME }, (_, i) => all[Math.floor((i + 0.5) * step)] as Fault);
}

/** Does the work with one fault, and again without; answers what is wrong, each with where it came from. */
async function suffer(site: Site, scenario: Scenario, fault: Fault): Promise<string[]> {
  const wrong: string[] = [];
  const look = async (when: string, what: () => Promise<string[]>): Promise<void> => {
    try {
      wrong.push(...(await what()).map((text) => `${when}: ${text}`));
    } catch (error) {
      wrong.push(`${when}: ${(error as Error).stack}`);
    }
  };
  await look('at the fault', async () => {
    try {
      await scenario.work(site, faulty(site.store, fault).target);
      return [];
    } catch (error) {
      return error instanceof VaultError && error.code.startsWith('target-') ? [] : [String((error as Error).stack)];
    }
  });
  site.masterKeys = scenario.masterKeys?.(site) ?? site.masterKeys;
  const isThere = site.store.objects.has('vault.json');
  if (isThere) await look('after it', () => site.wrong(fault.at % 2 === 0 ? 'cache' : null));
  await look('again', async () => (await scenario.work(site, site.store), []));
  await look('when it is done', async () => (await scenario.after?.(site)) ?? []);
  await look('when it is done', () => site.wrong(fault.at % 2 === 0 ? null : 'cache'));
  await look('in the end', async () => (await site.leftovers()).map((name) => `${name} lies there for nothing`));
  await look('in the end', () => site.wrong(null));
  return wrong;
}

describe.each(SCENARIOS)('$name, at every call to the store', (scenario) => {
  let site: Site;
  beforeAll(() => void (site = new Site()));
  afterAll(() => site.close());

  it(
    'may fail, and harms nothing, and comes to its end when it is done again',
    async () => {
      await scenario.before(site);
      const start = site.moment();
      const counting = faulty(site.store);
      await scenario.work(site, counting.target);
      expect((await scenario.after?.(site)) ?? []).toEqual([]);
      expect(counting.calls.length).toBeGreaterThan(3);
      const wrong: string[] = [];
      for (const fault of faultsFor(counting.calls)) {
        site.putBack(start);
        const call = counting.calls[fault.at - 1];
        const at = `${fault.kind} ${fault.at}. call (${call?.kind} ${call?.name})`;
        const found = (await suffer(site, scenario, fault)).map((text) => `${at}: ${text}`);
        // Minutes are long: what is found is told at once.
        if (EVERY) for (const text of found) process.stderr.write(`${text}\n`);
        wrong.push(...found);
      }
      expect(wrong).toEqual([]);
    },
    EVERY ? 600_000 : 60_000,
  );
});
