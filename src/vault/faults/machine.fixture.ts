import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../backup/backup.ts';
import { VaultError } from '../errors.ts';
import { maintain } from '../keeping/maintain.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { openRepository } from '../repository.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import { noise } from '../vault.fixture.ts';

// A machine of its own on one store: `machine.fixture.ts <folder> <name> <writer.pem> <times>` backs its source up again
// and again; with the name `pruner` it looks after the vault until it is told to stop.
const [folder = '', name = '', writer = '', times = '1'] = process.argv.slice(2);
const options = {
  masterKeys: [new FixtureMasterKey('shared', Buffer.alloc(32, 9))],
  writerKey: createPrivateKey(readFileSync(join(folder, writer))),
  cacheFolder: join(folder, `cache-${name}`),
};
const GRACE_MS = 60_000;
const rulesOf = () => ({ last: 2, timeZone: 'UTC', trashDays: 0 });

const store = new FolderTarget(join(folder, 'store'));

async function back(): Promise<unknown> {
  const told = { snapshots: [] as string[], givenUp: 0 };
  for (let run = 0; run < Number(times);) {
    writeFileSync(join(folder, name, 'changing'), noise(`${name} ${run % 2}`, 300_000));
    const repository = await openRepository(store, options);
    try {
      const source = new FolderSource(join(folder, name), name);
      told.snapshots.push((await backup({ repository, source, threads: 0 })).snapshotId);
      run++;
    } catch (error) {
      // It took too long beside a prune that waits for seconds where others wait for a day: it says so, and runs again.
      if (!(error instanceof VaultError) || error.code !== 'conflict') throw error;
      told.givenUp++;
    } finally {
      repository.close();
    }
  }
  return told;
}

async function prune(stopped: Promise<unknown>): Promise<unknown> {
  const told = { rounds: 0, deleted: 0, snapshots: 0 };
  let isOver = false;
  void stopped.then(() => (isOver = true));
  while (!isOver || told.deleted === 0) {
    const repository = await openRepository(store, options);
    try {
      const report = await maintain({ repository, rulesOf, times: { graceMs: GRACE_MS, unfinishedMs: 0 } });
      told.rounds++;
      told.deleted += report.deleted;
      told.snapshots += report.deletedSnapshots.length;
    } finally {
      repository.close();
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return told;
}

process.once('message', () => {
  const stopped = new Promise((resolve) => process.once('message', resolve));
  void (name === 'pruner' ? prune(stopped) : back()).then(
    (told) => process.send?.(told, undefined, undefined, () => process.exit(0)),
    (error: Error) => process.send?.({ error: error.stack }, undefined, undefined, () => process.exit(1)),
  );
});
process.send?.('ready');
