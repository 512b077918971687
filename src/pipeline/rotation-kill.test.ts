import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Key } from '../keys/key.ts';
import { removeFolder, scratchFolder } from '../store/scratch.fixture.ts';
import { openStore } from '../store/sqlite.ts';

let folder: string;
beforeEach(() => void (folder = scratchFolder()));
afterEach(() => removeFolder(folder));

// Making the key, its replicas and its schedule takes five commits; the sweep's come behind them.
it.each([
  ['store.before-commit', 8, 2],
  ['store.after-commit', 8, 3],
] as const)(
  'a sweep that is killed at %s, %i, leaves all regions with the same material',
  async (point, count, rotations) => {
    const path = join(folder, 'keystead.db');
    const fixture = join(import.meta.dirname, 'rotation-kill.fixture.ts');
    const { signal, stdout, stderr } = spawnSync(process.execPath, [fixture, path], {
      env: { ...process.env, KEYSTEAD_FAULT: `${point}:${count}` },
      encoding: 'utf8',
      timeout: 240_000,
    });
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
    expect(stdout.split('\n')).toEqual(['ready', '1', '2', '']);
    const store = await openStore({ path, reserveBytes: 65_536 });
    const keys = (await store.listAll('key')).map(({ body }) => JSON.parse(body.toString()) as Key);
    await store.close();
    const shared = keys.map(({ versions, rotation }) => ({
      rotation,
      versions: versions.map(({ handle, materialId, stage }) => ({ handle, materialId, stage })),
    }));
    expect(shared).toHaveLength(3);
    expect(new Set(shared.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(shared[0]?.versions).toHaveLength(rotations + 1);
  },
);
