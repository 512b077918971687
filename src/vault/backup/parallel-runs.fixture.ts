import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from './backup.ts';
import { VaultError } from '../errors.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { createRepository, openRepository, type Repository } from '../repository.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';

// A process that makes or opens a vault when it is told to, and backs a source up again and again:
// `parallel-runs.fixture.ts <folder> <source> <times>`.
const [folder = '', source = '', times = '1'] = process.argv.slice(2);
const target = new FolderTarget(join(folder, 'store'));
const options = {
  masterKeys: [new FixtureMasterKey('shared', Buffer.alloc(32, 9))],
  writerKey: createPrivateKey(readFileSync(join(folder, 'writer.pem'))),
  cacheFolder: join(folder, 'cache'),
};

async function open(): Promise<Repository> {
  try {
    return await createRepository(target, {
      ...options,
      identity: { tenant: 'tenant-1', environment: 'environment-1' },
    });
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'object-exists') throw error;
    return await openRepository(target, options);
  }
}

async function work(): Promise<void> {
  const repository = await open();
  const snapshots: string[] = [];
  for (let run = 0; run < Number(times); run++) {
    const from = new FolderSource(join(folder, source), source);
    snapshots.push((await backup({ repository, source: from, threads: 0 })).snapshotId);
  }
  repository.close();
  process.send?.(snapshots, undefined, undefined, () => process.disconnect?.());
}

process.once('message', () => void work());
process.send?.('ready');
