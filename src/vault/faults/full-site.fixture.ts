import { join } from 'node:path';
import { forget } from '../keeping/forget.ts';
import { HOUR } from '../keeping/keeping.fixture.ts';
import { maintain } from '../keeping/maintain.ts';
import { retire } from '../keeping/retire.ts';
import { putHolds } from '../keeping/sync-holds.ts';
import { moveToTrash } from '../keeping/trash.ts';
import { snapshotId } from '../format/manifest.ts';
import { rewrap } from '../rewrap.ts';
import { listSnapshots } from '../snapshots.ts';
import { picture } from '../vault.fixture.ts';
import { Site, type SiteOptions } from './site.fixture.ts';
import { WritingHost } from './writing-host.fixture.ts';

/** Every kind of object that a vault can have. */
export const KINDS = [
  'vault.json',
  'keys/',
  'packs/',
  'index/',
  'snapshots/',
  'writers/',
  'pairs/',
  'tombstones/',
  'marks/',
  'holds/',
  'retired/',
];

/** A vault that has had a life: objects of every kind, all of it in order. */
export async function fullSite(
  options: SiteOptions = {},
): Promise<{ readonly site: Site; readonly host: WritingHost }> {
  const site = new Site(options);
  (await site.create()).close();
  const first = await site.snapshot();
  await site.snapshot();
  const doomed = await site.snapshot('two');
  await site.snapshot('two');
  const host = await WritingHost.enrol(site);
  site.change('two');
  await host.backup(site.store, 'two');
  site.pictures.set(`two ${site.clock.ms}`, picture(join(site.folder, 'two')).join());
  await site.with(async (repository) => {
    const rulesOf = () => undefined;
    const { snapshots } = await listSnapshots(repository);
    const { head } = snapshots.find((one) => snapshotId(one.head) === first) as (typeof snapshots)[number];
    const keyOf = (purpose: string) => head.keys.find((key) => key.purpose === purpose)?.id as string;
    await retire({ repository, rulesOf, key: keyOf('data') });
    await retire({ repository, rulesOf, key: keyOf('dedupe') });
    await forget({ repository, rulesOf, what: { snapshots: [doomed] } });
    await putHolds(repository, [{ hold: 'ab'.repeat(16), snapshots: [], state: 'held' }]);
    await putHolds(repository, [{ hold: 'ab'.repeat(16), snapshots: [], state: 'released' }]);
    await maintain({ repository, rulesOf, times: { graceMs: 24 * HOUR, unfinishedMs: 0 } });
  });
  await site.snapshot();
  await site.with(async (repository) => {
    const { snapshots } = await listSnapshots(repository);
    const newest = snapshots.at(-1);
    if (newest) await moveToTrash({ repository, rulesOf: () => undefined }, [snapshotId(newest.head)], 30);
  });
  site.masterKeys = [site.masterKey, site.otherKey];
  await site.with((repository) => rewrap({ repository, to: site.masterKeys }));
  return { site, host };
}
