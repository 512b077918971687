import { join } from 'node:path';
import { check } from '../check/check.ts';
import { enrolWriter } from '../further-writers.ts';
import { forget } from '../keeping/forget.ts';
import { HOUR } from '../keeping/keeping.fixture.ts';
import { maintain } from '../keeping/maintain.ts';
import { putHolds } from '../keeping/sync-holds.ts';
import { retire } from '../keeping/retire.ts';
import { letWriterGo } from '../keeping/let-writer-go.ts';
import { moveToTrash, takeBack } from '../keeping/trash.ts';
import { snapshotId } from '../format/manifest.ts';
import { restore } from '../restore/restore.ts';
import { rewrap } from '../rewrap.ts';
import { listSnapshots } from '../snapshots.ts';
import type { Target } from '../targets/target.ts';
import { picture, writerKey } from '../vault.fixture.ts';
import { ensurePair } from '../write-only/pairs.ts';
import { writerOf } from '../format/writer-key.ts';
import type { Site } from './site.fixture.ts';
import { WritingHost } from './writing-host.fixture.ts';

/** One piece of work that meets faults. */
export interface Scenario {
  readonly name: string;
  /** What is there before: not a part of what is tried. */
  readonly before: (site: Site) => Promise<void>;
  /** The work; its process opens the vault itself. Done again it comes to the same end. */
  readonly work: (site: Site, target: Target) => Promise<void>;
  /** What must be true when the work was done, tried again or not; answers what is not. */
  readonly after?: (site: Site) => Promise<string[]>;
  /** Master keys that open the vault whatever happened. */
  readonly masterKeys?: (site: Site) => Site['masterKeys'];
}

const twoSnapshots = async (site: Site): Promise<void> => {
  (await site.create()).close();
  await site.snapshot();
  await site.snapshot();
};

const threeOfTwo = async (site: Site): Promise<void> => {
  await twoSnapshots(site);
  await site.snapshot('two');
};

const ids = async (site: Site): Promise<string[]> =>
  await site.with(async (repository) =>
    (await listSnapshots(repository)).snapshots.map(({ head }) => snapshotId(head)),
  );

const counted =
  (least: number, most = least) =>
  async (site: Site): Promise<string[]> => {
    const { length } = await ids(site);
    return length >= least && length <= most ? [] : [`there are ${length} snapshots`];
  };

const last = () => ({ last: 1, timeZone: 'UTC', trashDays: 0 });
const AT_ONCE = { graceMs: 0, unfinishedMs: 0 };
const enrolled = writerKey();

/** The key of a purpose that the first snapshot was made with. */
async function firstKey(site: Site, purpose: string): Promise<string> {
  return await site.with(async (repository) => {
    const { snapshots } = await listSnapshots(repository);
    const first = snapshots.find(
      ({ head }) => head.sequence === Math.min(...snapshots.map((one) => one.head.sequence)),
    );
    return first?.head.keys.find((key) => key.purpose === purpose)?.id ?? '';
  });
}

const hosts = new WeakMap<Site, WritingHost>();
const chosen = new WeakMap<Site, string>();
const choosing =
  (purpose: string) =>
  async (site: Site): Promise<void> => {
    await threeOfTwo(site);
    chosen.set(site, await firstKey(site, purpose));
  };

const retiring = (purpose: string): Pick<Scenario, 'before' | 'work' | 'after'> => ({
  before: choosing(purpose),
  work: async (site, target) =>
    await site.with(async (repository) => {
      await retire({ repository, rulesOf: () => undefined, key: chosen.get(site) as string });
    }, target),
  after: async (site) => {
    const key = chosen.get(site) as string;
    const used = await site.with(async (repository) => {
      const list = await listSnapshots(repository);
      const left = [...list.leftovers, ...list.superseded].map(() => 'something is left of a replacement');
      // Older snapshots keep a retired dedupe key until they expire.
      const named = list.snapshots.some(({ head }) => purpose !== 'dedupe' && head.keys.some(({ id }) => id === key));
      return named ? [...left, 'a snapshot names a key that is retired'] : left;
    });
    return [...used, ...(await counted(3)(site))];
  },
});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a vault is made, and its first backup',
    before: async () => undefined,
    work: async (site, target) => {
      const repository = await site.create(target).catch(async (error: { readonly code?: string }) => {
        if (error.code !== 'object-exists') throw error;
        return await site.open(target);
      });
      try {
        await site.backup(repository, 'one');
      } finally {
        repository.close();
      }
    },
    after: counted(1, 2),
  },
  {
    name: 'an incremental backup',
    before: async (site) => {
      await twoSnapshots(site);
      site.change('one');
    },
    work: async (site, target) => void (await site.with((repository) => site.backup(repository, 'one'), target)),
    after: counted(3, 4),
  },
  {
    name: 'two sources at once',
    before: async (site) => {
      await threeOfTwo(site);
      site.change('one');
      site.change('two');
    },
    work: async (site, target) => {
      const outcomes = await Promise.allSettled(
        ['one', 'two'].map((source) => site.with((repository) => site.backup(repository, source), target)),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    after: counted(5, 7),
  },
  {
    name: 're-wrapping',
    before: twoSnapshots,
    masterKeys: (site) => [site.masterKey, site.otherKey],
    work: async (site, target) => {
      site.masterKeys = [site.masterKey, site.otherKey];
      await site.with((repository) => rewrap({ repository, to: [site.otherKey] }), target);
    },
    after: async (site) => {
      site.masterKeys = [site.otherKey];
      const names = [...site.store.objects.keys()].filter((name) => name.startsWith('keys/'));
      return names.filter((name) => !name.endsWith('00000002.json')).map((name) => `${name} is left`);
    },
  },
  {
    name: 'expiring, deleting and marking',
    before: async (site) => {
      await threeOfTwo(site);
      await site.snapshot();
    },
    work: async (site, target) => {
      await site.with((repository) => maintain({ repository, rulesOf: last, times: AT_ONCE }), target);
    },
    // A clock that stands still lets them go the next time.
    after: counted(2, 4),
  },
  {
    name: 'deleting what was marked',
    before: async (site) => {
      await threeOfTwo(site);
      await site.snapshot();
      await site.with((repository) => maintain({ repository, rulesOf: last, times: AT_ONCE }));
      site.clock.ms += HOUR;
    },
    work: async (site, target) => {
      await site.with((repository) => maintain({ repository, rulesOf: last, times: AT_ONCE }), target);
    },
    after: counted(2),
  },
  { name: 'retiring a data key', ...retiring('data') },
  { name: 'retiring a metadata key', ...retiring('metadata') },
  { name: 'retiring the dedupe key', ...retiring('dedupe') },
  {
    name: 'forgetting a snapshot',
    before: threeOfTwo,
    work: async (site, target) =>
      await site.with(async (repository) => {
        const { snapshots } = await listSnapshots(repository);
        const first = snapshots.find(({ head }) => head.sequence === 1);
        // Gone already: what is left to do is looking after the vault's.
        if (first) {
          const what = { snapshots: [snapshotId(first.head)] };
          await forget({ repository, rulesOf: () => undefined, what });
        } else await maintain({ repository, rulesOf: () => undefined, times: AT_ONCE });
      }, target),
    after: async (site) => {
      const wrong = await counted(2)(site);
      const doomed = await site.with(async (repository) => (await listSnapshots(repository)).tombstones);
      for (const key of doomed.flatMap(({ destroyed }) => destroyed)) {
        for (const name of site.store.objects.keys()) if (name.startsWith(`keys/${key}`)) wrong.push(`${name} is left`);
      }
      return wrong;
    },
  },
  {
    name: 'into the trash and back',
    before: threeOfTwo,
    work: async (site, target) =>
      await site.with(async (repository) => {
        const [first = ''] = await ids(site);
        await moveToTrash({ repository, rulesOf: last }, [first], 1);
        await takeBack({ repository, rulesOf: last }, [first]);
      }, target),
    after: counted(3),
  },
  {
    name: 'a legal hold, placed and released',
    before: twoSnapshots,
    work: async (site, target) =>
      await site.with(async (repository) => {
        const hold = 'ab'.repeat(16);
        await putHolds(repository, [{ hold, snapshots: [], state: 'held' }]);
        await putHolds(repository, [{ hold, snapshots: [], state: 'released' }]);
      }, target),
    after: counted(2),
  },
  {
    name: 'enrolling a writer that only writes',
    before: twoSnapshots,
    work: async (site, target) =>
      await site.with(async (repository) => {
        await ensurePair(repository);
        await enrolWriter(repository, writerOf(enrolled).publicKey);
      }, target),
    after: async (site) =>
      await site.with(async ({ descriptor }) =>
        descriptor.writers.some(({ id }) => id === writerOf(enrolled).id) ? [] : ['it is not enrolled'],
      ),
  },
  {
    name: 'a backup by a host that only writes',
    before: async (site) => {
      await twoSnapshots(site);
      const host = await WritingHost.enrol(site);
      hosts.set(site, host);
      site.change('two');
      await host.backup(site.store, 'two');
      site.pictures.set(`two ${site.clock.ms}`, picture(join(site.folder, 'two')).join());
      site.change('two');
    },
    work: async (site, target) => await (hosts.get(site) as WritingHost).backup(target, 'two'),
    after: counted(4, 5),
  },
  {
    name: 'letting go of a writer of which the newest is not to count',
    before: async (site) => {
      await twoSnapshots(site);
      const host = await WritingHost.enrol(site);
      hosts.set(site, host);
      for (let run = 0; run < 2; run++) {
        site.change('two');
        await host.backup(site.store, 'two');
        site.pictures.set(`two ${site.clock.ms}`, picture(join(site.folder, 'two')).join());
      }
    },
    work: async (site, target) =>
      await site.with(async (repository) => {
        const further = repository.descriptor.writers.find(({ isFurther }) => isFurther === true);
        await letWriterGo({ repository, writer: further?.id ?? '', through: 1 });
      }, target),
    after: async (site) => {
      const wrong = await counted(3)(site);
      const writers = await site.with(async ({ descriptor }) => descriptor.writers);
      if (!writers.some(({ through }) => through === 1)) wrong.push('the writer was not let go');
      return wrong;
    },
  },
  {
    name: 'a restore',
    before: twoSnapshots,
    work: async (site, target) => {
      const [, second = ''] = await ids(site);
      const to = join(site.folder, 'restored');
      await site.with(
        async (repository) => await restore({ repository, snapshotId: second, to, conflict: 'overwrite', threads: 0 }),
        target,
      );
    },
    after: async (site) =>
      picture(join(site.folder, 'restored')).join() === picture(join(site.folder, 'one')).join()
        ? []
        : ['what was restored differs'],
  },
  {
    name: 'a verification of all data',
    before: twoSnapshots,
    work: async (site, target) => {
      const { findings } = await site.with((repository) => check({ repository, level: 'data' }), target);
      // A store that does not answer is no damage of the vault.
      if (findings.length > 0) throw new Error(`it found what is not so: ${findings[0]?.text}`);
    },
  },
];
