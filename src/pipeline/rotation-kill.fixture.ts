// A process that rotates a key of three regions, year after year, until it is killed. It prints when it is ready.
import { writeSync } from 'node:fs';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { pooledRandom } from '../crypto/random.ts';
import { Directory } from '../identity/directory.ts';
import { makeInstance, makeTenant } from '../identity/tenant.ts';
import { createKey } from '../keys/create.ts';
import { KeyCache } from '../keys/key-cache.ts';
import { changeEntry, DAY, GENERATED, NOW } from '../keys/key-space.fixture.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { replicate } from '../keys/replicate.ts';
import { enableRotation } from '../keys/rotation-policy.ts';
import type { Write } from '../records/commit.ts';
import { tenantOf } from '../records/account.ts';
import { openStore } from '../store/sqlite.ts';
import { relatedKeys } from './related-keys.ts';
import { sweepDueKeys } from './sweep.ts';

const random = pooledRandom();
const store = await openStore({ path: process.argv[2] as string, reserveBytes: 65_536 });
const commit = (writes: readonly Write[]) =>
  store.commit({ writes, entries: [...new Set(writes.map(tenantOf))].map(changeEntry) });
const barrier = BarrierKey.from(makeBarrierRoot());
const [directory, keys] = [new Directory(store, barrier), new KeyCache(store)];
const { tenant, write } = makeTenant(barrier, 'acme', NOW, random);
const [home, west, north] = ['eu-central-1', 'eu-west-1', 'eu-north-1'].map((region) =>
  makeInstance(tenant, region, NOW, random),
) as [ReturnType<typeof makeInstance>, ReturnType<typeof makeInstance>, ReturnType<typeof makeInstance>];
await commit([write, home.write, west.write, north.write]);
const made = createKey(home.instance, { ...GENERATED, multiRegion: true }, NOW, random);
await commit(made.writes);
const primary = async () => (await keys.find(home.instance, made.value.id)) as OpenKey;
for (const { instance } of [west, north]) {
  const key = await primary();
  const others = await relatedKeys(directory, keys, key.key);
  await commit(replicate(key, others, instance, undefined, { ...GENERATED }, NOW, random).writes);
}
const key = await primary();
await commit(enableRotation(key, await relatedKeys(directory, keys, key.key), 365, NOW).writes);
writeSync(1, 'ready\n');
for (let year = 1; ; year++) {
  await sweepDueKeys(store, directory, keys, NOW + year * 365 * DAY, random);
  writeSync(1, `${year}\n`);
}
