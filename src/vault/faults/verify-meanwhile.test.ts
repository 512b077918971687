import { afterAll, beforeAll, expect, it } from 'vitest';
import { check } from '../check/check.ts';
import { forget } from '../keeping/forget.ts';
import { snapshotId } from '../format/manifest.ts';
import { listSnapshots } from '../snapshots.ts';
import type { Target } from '../targets/target.ts';
import { wrap } from '../targets/wrap.ts';
import { faulty, type Call } from './faulty.fixture.ts';
import { Site } from './site.fixture.ts';

let site: Site;
let start: ReturnType<Site['moment']>;
beforeAll(async () => {
  site = new Site();
  (await site.create()).close();
  await site.snapshot();
  await site.snapshot();
  await site.snapshot('two');
  site.change('two');
  start = site.moment();
});
afterAll(() => site.close());

/** The store, in which something happens right before a call. */
function meanwhile(target: Target, at: number, event: () => Promise<void>): Target {
  let calls = 0;
  const first = async (): Promise<void> => {
    if (++calls === at) await event();
  };
  return wrap(target, {
    get: async (name, atMost) => (await first(), await target.get(name, atMost)),
    getRange: async (name, offset, length) => (await first(), await target.getRange(name, offset, length)),
    async *list(prefix) {
      await first();
      yield* target.list(prefix);
    },
  });
}

const EVENTS = {
  'a backup comes to its end': async () => void (await site.with((repository) => site.backup(repository, 'two'))),
  'a snapshot is forgotten': async () =>
    await site.with(async (repository) => {
      const { snapshots } = await listSnapshots(repository);
      const oldest = snapshots.find(({ head }) => head.sequence === 1);
      if (oldest)
        await forget({ repository, rulesOf: () => undefined, what: { snapshots: [snapshotId(oldest.head)] } });
    }),
};

it.each(['data', 'drill'] as const)(
  'a verification (%s) is not misled by what happens while it goes on',
  async (level) => {
    const look = (target: Target) => site.with((repository) => check({ repository, level }), target, null);
    const counted = faulty(site.store);
    expect((await look(counted.target)).findings).toEqual([]);
    const reads: readonly Call[] = counted.calls;
    const misled: string[] = [];
    for (const [i, [what, event]] of Object.entries(EVENTS).entries()) {
      // Other calls for each of them.
      for (let at = 1 + 2 * i; at <= reads.length; at += 5) {
        site.putBack(start);
        const { findings } = await look(meanwhile(site.store, at, event));
        misled.push(...findings.map(({ text }) => `${what} before call ${at} (${reads[at - 1]?.name}): ${text}`));
      }
    }
    expect(misled).toEqual([]);
  },
  240_000,
);
