import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import { maintain } from '../keeping/maintain.ts';
import { retire } from '../keeping/retire.ts';
import { snapshotId } from '../format/manifest.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import type { Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { rewrap } from '../rewrap.ts';
import { problemOf } from '../runs/run-problem.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { newVault, noise, picture, removeScratch, scratch } from '../vault.fixture.ts';

const REQUIRED = process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';
let folder: string;
let mounted: string[];

function mount(path: string, size: string): void {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
  mounted.push(path);
}
const resize = (path: string, size: string) => execFileSync('mount', ['-o', `remount,size=${size}`, path]);

/** Whether this process may mount a small file system: elsewhere than as root it may not. */
function canMount(): boolean {
  const place = scratch();
  mounted = [];
  try {
    mount(place, '64k');
    return true;
  } catch {
    return false;
  } finally {
    for (const path of mounted) execFileSync('umount', [path]);
    removeScratch(place);
  }
}

beforeEach(() => {
  folder = scratch();
  mounted = [];
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'staying'), noise('staying', 300_000));
});
afterEach(() => {
  for (const path of mounted) execFileSync('umount', ['--lazy', path]);
  removeScratch(folder);
});

describe.skipIf(!REQUIRED && !canMount())('a disk that is full', () => {
  const pictures = new Map<string, string>();
  const source = () => new FolderSource(join(folder, 'source'), 'source');
  async function run(repository: Repository): Promise<string> {
    const { snapshotId: id } = await backup({ repository, source: source(), threads: 0 });
    pictures.set(id, picture(join(folder, 'source')).join());
    return id;
  }

  async function wrong(repository: Repository): Promise<string[]> {
    const { snapshots, findings } = await listSnapshots(repository);
    const found = findings.map(({ text }) => text);
    for (const { head } of snapshots) {
      const to = join(folder, 'looked-at');
      await restore({ repository, snapshotId: snapshotId(head), to, threads: 0 });
      const before = pictures.get(snapshotId(head)) ?? pictures.get(head.replaces ?? '');
      if (picture(to).join() !== before) found.push(`${snapshotId(head)} differs`);
      rmSync(to, { recursive: true });
    }
    return [...found, ...(await check({ repository, level: 'data' })).findings.map(({ text }) => text)];
  }

  it('under the store, wherever it gets full: work ends with its name, harms nothing, and is done when there is room', async () => {
    const store = join(folder, 'store');
    mount(store, '16m');
    const { repository, masterKey } = await newVault(folder);
    const other = new FixtureMasterKey('other');
    await run(repository);
    await run(repository);
    const [first] = (await listSnapshots(repository)).snapshots;
    const dataKey = first?.head.keys.find(({ purpose }) => purpose === 'data')?.id as string;
    const rulesOf = () => ({ last: 3, timeZone: 'UTC', trashDays: 0 });
    const times = { graceMs: 0, unfinishedMs: 0 };
    const works: [string, () => Promise<unknown>][] = [
      ['a backup', () => run(repository)],
      ['retiring a key', () => retire({ repository, rulesOf, key: dataKey })],
      ['looking after it', () => maintain({ repository, rulesOf, times })],
      [
        're-wrapping',
        () => rewrap({ repository: { ...repository, masterKeys: [masterKey, other] }, to: [masterKey, other] }),
      ],
    ];
    const failures = new Set<string>();
    for (const [what, work] of works) {
      // From no room at all upwards, a page or more at a time, until the work is done.
      writeFileSync(join(folder, 'source', 'changing'), noise(what, 200_000));
      pictures.set('', picture(join(folder, 'source')).join());
      for (let room = 0; ; room = room * 2 + 4096) {
        const used = Number(execFileSync('df', ['--output=used', '-B1', store], { encoding: 'utf8' }).split('\n')[1]);
        resize(store, String(used + room));
        const code = await work().then(
          () => 'done',
          (error: { code?: string }) => error.code,
        );
        expect([what, room, await wrong(repository)]).toEqual([what, room, []]);
        if (code === 'done') break;
        expect([what, room, code]).toEqual([what, room, 'target-full']);
        failures.add(what);
      }
    }
    expect([...failures].toSorted()).toEqual(['a backup', 'looking after it', 're-wrapping', 'retiring a key']);
    // What did not fit has left no half objects behind.
    expect(readdirSync(join(store, '.incoming'))).toEqual([]);
    repository.close();
  });

  it('under what this machine knows of the store ends a run by its name, and costs nothing', async () => {
    const cache = join(folder, 'cache');
    mount(cache, '16m');
    const { repository } = await newVault(folder);
    await run(repository);
    for (let i = 0; i < 400; i++) writeFileSync(join(folder, 'source', `many-${i}`), noise(`${i}`, 9000));
    const { size } = statSync(join(cache, readdirSync(cache).find((name) => name.endsWith('.sqlite')) as string));
    const used = Number(execFileSync('df', ['--output=used', '-B1', cache], { encoding: 'utf8' }).split('\n')[1]);
    expect(size).toBeGreaterThan(0);
    resize(cache, String(used));
    const problem = await run(repository).then(() => undefined, problemOf);
    expect(problem).toMatchObject({ code: 'disk-full', message: expect.stringContaining('Free some space') });
    resize(cache, '16m');
    await run(repository);
    expect(await wrong(repository)).toEqual([]);
    repository.close();
  });
});
