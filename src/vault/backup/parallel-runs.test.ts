import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup.ts';
import { check } from '../check/check.ts';
import { IndexCache } from '../index-cache.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { createRepository, openRepository } from '../repository.ts';
import { RUN_FLAGS } from '../runs/run-flags.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import { noise, removeScratch, scratch, writerKey } from '../vault.fixture.ts';

describe('several runs of one writer at once', () => {
  let folder: string;
  const masterKeys = [new FixtureMasterKey('shared', Buffer.alloc(32, 9))];
  beforeEach(() => (folder = scratch()));
  afterEach(() => removeScratch(folder));

  function makeSource(name: string): FolderSource {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 20; i++) writeFileSync(join(folder, name, `file-${i}`), noise(`${name}/${i}`, 20_000));
    return new FolderSource(join(folder, name), name);
  }

  it('processes with one key and one cache make one vault, and one chain without a gap', async () => {
    const key = writerKey();
    writeFileSync(join(folder, 'writer.pem'), key.export({ format: 'pem', type: 'pkcs8' }));
    const names = ['one', 'two', 'three'];
    names.forEach(makeSource);
    const program = join(import.meta.dirname, 'parallel-runs.fixture.ts');
    const children = names.map((name) => fork(program, [folder, name, '3'], { execArgv: [...RUN_FLAGS] }));
    await Promise.all(children.map((child) => once(child, 'message')));
    const answers = children.map((child) => once(child, 'message') as Promise<[string[]]>);
    for (const child of children) child.send('go');
    const snapshots = (await Promise.all(answers)).flatMap(([ids]) => ids);

    expect(new Set(snapshots).size).toBe(9);
    const target = new FolderTarget(join(folder, 'store'));
    const repository = await openRepository(target, { masterKeys });
    const list = await listSnapshots(repository);
    expect(list.findings).toEqual([]);
    expect(list.snapshots.map(({ head }) => head.sequence).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 9 }, (_, i) => i + 1),
    );
    expect((await check({ repository, level: 'data' })).findings).toEqual([]);
    // The makings of a vault that came too late have left nothing: one dedupe key, and two keys of each run.
    expect(await Array.fromAsync(target.list('keys/'))).toHaveLength(1 + 2 * 9);
    repository.close();
  });

  it('follows the runs that came first', async () => {
    const source = makeSource('source');
    const key = writerKey();
    const target = new FolderTarget(join(folder, 'store'));
    const options = { masterKeys, writerKey: key };
    const identity = { tenant: 'tenant-1', environment: 'environment-1' };
    (await createRepository(target, { ...options, identity })).close();
    const other = await openRepository(target, options);
    let before = 3;
    const slow = new Proxy(target, {
      get: (of, name) => {
        if (name !== 'put') return Reflect.get(of, name)?.bind?.(of) ?? Reflect.get(of, name);
        return async (object: string, bytes: Uint8Array) => {
          if (object.startsWith('snapshots/') && before-- > 0) await backup({ repository: other, source, threads: 0 });
          return await of.put(object, bytes);
        };
      },
    });
    const repository = await openRepository(slow, options);
    const report = await backup({ repository, source, threads: 0 });
    expect(report.head.sequence).toBe(4);
    expect((await listSnapshots(repository)).findings).toEqual([]);
    repository.close();
    other.close();
  });

  it('takes a manifest whose answer was lost for what it is: its own', async () => {
    const source = makeSource('source');
    const key = writerKey();
    const target = new FolderTarget(join(folder, 'store'));
    const forgetful = new Proxy(target, {
      get: (of, name) => {
        if (name !== 'put') return Reflect.get(of, name)?.bind?.(of) ?? Reflect.get(of, name);
        return async (object: string, bytes: Uint8Array) => {
          await of.put(object, bytes);
          // As a client that tries again after a cut connection does.
          if (/^(?:snapshots|vault)/.test(object)) await of.put(object, bytes);
        };
      },
    });
    const identity = { tenant: 'tenant-1', environment: 'environment-1' };
    const repository = await createRepository(forgetful, { masterKeys, writerKey: key, identity });
    expect((await backup({ repository, source, threads: 0 })).head.sequence).toBe(1);
    expect((await listSnapshots(repository)).snapshots).toHaveLength(1);
    repository.close();
  });

  it('a cache in use is waited for, one that is ruined is made anew', () => {
    const cache = join(folder, 'cache');
    const first = new IndexCache(cache, 'vault', 'a');
    const second = new IndexCache(cache, 'vault', 'a');
    first.rememberHead({ writer: 'a', sequence: 1, digest: 'x' });
    expect(second.knownHeads()).toEqual([{ writer: 'a', sequence: 1, digest: 'x' }]);
    first.close();
    second.close();
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), noise('ruin', 8192));
    const third = new IndexCache(cache, 'vault', 'a');
    expect(third.knownHeads()).toEqual([]);
    third.close();
  });

  it('what another writer has written is found by readers, and never deduplicated against', () => {
    const cache = join(folder, 'cache');
    const id = noise('chunk', 32);
    const entry = { id, kind: 0, codec: 0, offset: 90, stored: 40, plain: 24 };
    const packs = [{ id: 'aa'.repeat(32), keyId: 'bb'.repeat(16), length: 4096, entries: [entry] }];
    const reader = new IndexCache(cache, 'vault', undefined);
    reader.add({ id: '11'.repeat(32), keyId: 'cc'.repeat(16), writer: 'other', packs });
    reader.close();
    const mine = new IndexCache(cache, 'vault', 'mine');
    expect(mine.find(id)).toBeDefined();
    expect(mine.findTrusted(id)).toBeUndefined();
    // A pack that another writer laid claim to first is this writer's own all the same.
    mine.add({ id: '22'.repeat(32), keyId: 'cc'.repeat(16), writer: 'mine', packs });
    expect(mine.findTrusted(id)).toBeDefined();
    mine.setPresent(new Map(), 1);
    expect(mine.findTrusted(id)).toBeDefined();
    mine.setPresent(new Map(), mine.newestPack());
    expect(mine.findTrusted(id)).toBeUndefined();
    mine.close();
  });
});
