import { randomInt } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.open();
});
afterEach(() => scene.close());

describe('a backup that is killed', () => {
  it.each(['vault.after-pack', 'vault.after-index', 'vault.before-manifest'])(
    'at %s leaves nothing that could be taken for a backup',
    async (fault) => {
      await scene.backUp();
      scene.change(7);
      await scene.server.stop();
      await scene.start(fault);
      const died = await scene.ended(await scene.startBackup());
      expect(died.state).toBe('failed');
      expect(died.problem?.message).toMatch(/\S/);
      await scene.server.stop();
      await scene.start();
      await scene.backUp();
      await scene.expectAllRestorable();
      expect(scene.kept.size).toBe(2);
    },
    240_000,
  );

  it('together with its server, at random times, never costs a snapshot', async () => {
    await scene.backUp();
    for (let round = 0; round < 4; round++) {
      scene.change(10 + round);
      const run = await scene.startBackup();
      await wait(randomInt(50, 900));
      await scene.server.kill();
      await scene.start();
      const told = await scene.ended(run);
      expect(['interrupted', 'succeeded']).toContain(told.state);
      await scene.keepUnheard();
    }
    await scene.backUp();
    await scene.expectAllRestorable();
  });
});

it('a restore that is killed in the middle of a file shows no file that is not whole', async () => {
  const snapshotId = await scene.backUp();
  await scene.server.stop();
  await scene.start('vault.restore-mid-file');
  const half = await scene.restoreUntilKilled(snapshotId);
  const whole = scene.kept.get(snapshotId)!;
  const files = readdirSync(half, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(half, path)).isFile(),
  );
  const sizes = (folder: string): number[] => shown.map((path) => statSync(join(folder, path)).size);
  const shown = files.filter((path) => !path.endsWith('.part'));
  expect(sizes(half)).toEqual(sizes(whole));
  await scene.server.stop();
  await scene.start();
  await scene.expectAllRestorable();
});
