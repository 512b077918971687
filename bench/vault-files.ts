import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup } from '../src/vault/backup/backup.ts';
import { snapshotId } from '../src/vault/format/manifest.ts';
import { FixtureMasterKey } from '../src/vault/master-keys/master-key.fixture.ts';
import { createRepository, openRepository } from '../src/vault/repository.ts';
import { restore } from '../src/vault/restore/restore.ts';
import { RUN_FLAGS } from '../src/vault/runs/run-flags.ts';
import { listSnapshots } from '../src/vault/snapshots.ts';
import { FolderSource } from '../src/vault/sources/folder.ts';
import { FolderTarget } from '../src/vault/targets/folder.ts';
import { isOnPath, measure, type Measured } from './measured.ts';
import { benchOptions } from './bench-options.ts';

// Many small files: how many a core takes in a second, and what a run holds in memory.
const values = benchOptions({
  files: { type: 'string', default: '100000' },
  'no-restic': { type: 'boolean', default: false },
  folder: { type: 'string' },
  step: { type: 'string' },
});

const FILES_PER_FOLDER = 200;

/** Files of 100 to 4,000 bytes, no two alike. */
function writeFiles(root: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const folder = join(
      root,
      `part-${Math.floor(i / FILES_PER_FOLDER / 100)}`,
      `folder-${Math.floor(i / FILES_PER_FOLDER)}`,
    );
    if (i % FILES_PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `file-${i}.txt`),
      `Record ${i} of a person, kept for a while. `.repeat(3 + ((i * 7919) % 97)),
    );
  }
}

function paths(work: string) {
  return { source: join(work, 'source'), store: join(work, 'vault'), cacheFolder: join(work, 'cache') };
}

function keys(work: string) {
  return {
    masterKeys: [new FixtureMasterKey('bench', Buffer.alloc(32, 1))],
    writerKey: createPrivateKey(readFileSync(join(work, 'writer.pem'))),
  };
}

/** What each measured process does. */
const STEPS: Record<string, (work: string) => Promise<void>> = {
  create: async (work) => {
    const { store, cacheFolder } = paths(work);
    const identity = { tenant: 'bench', environment: 'bench' };
    (await createRepository(new FolderTarget(store), { identity, cacheFolder, ...keys(work) })).close();
  },
  backup: async (work) => {
    const { source, store, cacheFolder } = paths(work);
    const repository = await openRepository(new FolderTarget(store), { cacheFolder, ...keys(work) });
    await backup({ repository, source: new FolderSource(source, 'bench') });
  },
  restore: async (work) => {
    const { store, cacheFolder } = paths(work);
    const repository = await openRepository(new FolderTarget(store), { cacheFolder, ...keys(work) });
    const newest = (await listSnapshots(repository)).snapshots.at(-1);
    if (!newest) throw new Error('there is no snapshot');
    await restore({ repository, snapshotId: snapshotId(newest.head), to: join(work, 'restored') });
  },
};

function print(name: string, { cpuSeconds, wallSeconds, peakMiB }: Measured, files: number): void {
  const rate = Math.round(files / cpuSeconds);
  console.log(
    `${name.padEnd(24)} ${String(rate).padStart(8)} files per CPU second  ${cpuSeconds.toFixed(2).padStart(7)} CPU s  ${wallSeconds.toFixed(1).padStart(6)} s  peak ${peakMiB.toFixed(0)} MiB`,
  );
}

function run(work: string): void {
  const files = Number(values.files);
  const { source } = paths(work);
  writeFiles(source, files);
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(work, 'writer.pem'), key, { mode: 0o600 });
  const step = (name: string): Measured =>
    measure([process.execPath, ...RUN_FLAGS, import.meta.filename, '--step', name, '--folder', work], {
      NODE_COMPILE_CACHE: join(work, 'compiled'),
    });
  step('create');
  print('keystead: first backup', step('backup'), files);
  print('keystead: unchanged', step('backup'), files);
  print('keystead: restore', step('restore'), files);
  if (values['no-restic'] || !isOnPath('restic')) return;
  const env = {
    RESTIC_REPOSITORY: join(work, 'restic'),
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(work, 'restic-cache'),
  };
  measure(['restic', 'init', '-q'], env);
  print('restic: first backup', measure(['restic', 'backup', '-q', source], env), files);
  print('restic: unchanged', measure(['restic', 'backup', '-q', source], env), files);
  print('restic: restore', measure(['restic', 'restore', '-q', 'latest', '--target', join(work, 'r')], env), files);
}

if (values.step !== undefined) {
  const step = STEPS[values.step];
  if (!step) throw new Error(`there is no step ${values.step}`);
  await step(values.folder ?? '');
} else {
  const work = mkdtempSync(join(values.folder ?? tmpdir(), 'keystead-bench-'));
  try {
    run(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
