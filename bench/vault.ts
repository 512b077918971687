import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backup } from '../src/vault/backup.ts';
import { FixtureMasterKey } from '../src/vault/master-keys/master-key.fixture.ts';
import { createRepository, openRepository, type Repository } from '../src/vault/repository.ts';
import { restore } from '../src/vault/restore.ts';
import { listSnapshots } from '../src/vault/snapshots.ts';
import { snapshotId } from '../src/vault/manifest.ts';
import { FolderSource } from '../src/vault/sources/folder.ts';
import { FolderTarget } from '../src/vault/targets/folder.ts';
import { writeDataSet } from './data-set.ts';
import { isOnPath, measure, type Measured } from './measured.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '512' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string' },
    source: { type: 'string' },
    step: { type: 'string' },
    'no-restic': { type: 'boolean', default: false },
  },
});

interface Places {
  readonly source: string;
  readonly work: string;
}

async function openVault({ work }: Places): Promise<Repository> {
  const target = new FolderTarget(join(work, 'vault'));
  const masterKeys = [new FixtureMasterKey('bench', Buffer.alloc(32, 1))];
  const writerKey = createPrivateKey(readFileSync(join(work, 'writer.pem')));
  const cacheFolder = join(work, 'cache');
  const identity = { tenant: 'bench', environment: 'bench' };
  if (existsSync(join(work, 'vault'))) return await openRepository(target, { masterKeys, writerKey, cacheFolder });
  return await createRepository(target, { identity, masterKeys, writerKey, cacheFolder });
}

/** What one measured process does. */
const STEPS: Record<string, (places: Places) => Promise<void>> = {
  create: async (places) => (await openVault(places)).close(),
  backup: async (places) => {
    const repository = await openVault(places);
    await backup({ repository, source: new FolderSource(places.source, 'bench'), threads: Number(values.threads) });
  },
  restore: async (places) => {
    const repository = await openVault(places);
    const newest = (await listSnapshots(repository)).snapshots.at(-1);
    if (!newest) throw new Error('there is no snapshot');
    const to = join(places.work, 'restored');
    await restore({ repository, snapshotId: snapshotId(newest.head), to, threads: Number(values.threads) });
  },
};

function sizeOf(path: string): number {
  return Number(execFileSync('du', ['-sb', path]).toString().split('\t')[0]);
}

function run(places: Places): void {
  const mb = sizeOf(places.source) / 1e6;
  const line = (name: string, { cpuSeconds, wallSeconds, peakMiB }: Measured): number => {
    const speed = mb / cpuSeconds;
    const wall = `${wallSeconds.toFixed(1)} s`;
    console.log(
      `${name.padEnd(34)} ${speed.toFixed(1).padStart(8)} MB per CPU second  ${cpuSeconds.toFixed(1).padStart(6)} CPU s  ${wall.padStart(7)}  peak ${peakMiB.toFixed(0)} MiB`,
    );
    return speed;
  };
  const identical = (restored: string): void => {
    execFileSync('diff', ['-r', places.source, restored]);
    rmSync(restored, { recursive: true });
  };
  // As an installed program, which has its code compiled already.
  const env = { NODE_COMPILE_CACHE: join(places.work, 'compiled') };
  const ours = (step: string): Measured =>
    measure(
      [
        process.execPath,
        import.meta.filename,
        '--step',
        step,
        '--folder',
        places.work,
        '--source',
        places.source,
        '--threads',
        values.threads,
      ],
      env,
    );

  console.log(`data set: ${mb.toFixed(0)} MB in ${places.source}`);
  writeFileSync(
    join(places.work, 'writer.pem'),
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 },
  );
  ours('create');
  const first = line('keystead: first backup', ours('backup'));
  const size = sizeOf(join(places.work, 'vault'));
  line('keystead: unchanged', ours('backup'));
  const back = line('keystead: restore', ours('restore'));
  identical(join(places.work, 'restored'));
  console.log(`keystead: repository ${(size / 1e6).toFixed(1)} MB`);
  if (values['no-restic'] || !isOnPath('restic')) return;

  const resticEnv = {
    RESTIC_REPOSITORY: join(places.work, 'restic'),
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(places.work, 'restic-cache'),
  };
  measure(['restic', 'init', '-q'], resticEnv);
  const resticFirst = line('restic: first backup', measure(['restic', 'backup', '-q', places.source], resticEnv));
  const resticSize = sizeOf(resticEnv.RESTIC_REPOSITORY);
  line('restic: unchanged', measure(['restic', 'backup', '-q', places.source], resticEnv));
  const to = join(places.work, 'restored-restic');
  const resticBack = line('restic: restore', measure(['restic', 'restore', '-q', 'latest', '--target', to], resticEnv));
  identical(join(to, places.source));
  console.log(`restic: repository ${(resticSize / 1e6).toFixed(1)} MB`);
  console.log(
    `ratios: first backup ${(first / resticFirst).toFixed(2)} x, restore ${(back / resticBack).toFixed(2)} x, repository ${((size / resticSize - 1) * 100).toFixed(1)} % larger`,
  );
}

if (values.step !== undefined) {
  const step = STEPS[values.step];
  if (!step) throw new Error(`there is no step ${values.step}`);
  await step({ source: values.source ?? '', work: values.folder ?? '' });
} else {
  const base = mkdtempSync(join(values.folder ?? tmpdir(), 'keystead-bench-'));
  const places = { source: values.source ?? join(base, 'source'), work: join(base, 'work') };
  try {
    mkdirSync(places.work, { recursive: true });
    if (values.source === undefined) writeDataSet(places.source, Number(values.size) * 1e6);
    run(places);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
