import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup } from '../src/vault/backup/backup.ts';
import { FixtureMasterKey } from '../src/vault/master-keys/master-key.fixture.ts';
import { createRepository, openRepository, type Repository } from '../src/vault/repository.ts';
import { restore } from '../src/vault/restore/restore.ts';
import { listSnapshots } from '../src/vault/snapshots.ts';
import { snapshotId } from '../src/vault/format/manifest.ts';
import { RUN_FLAGS } from '../src/vault/runs/run-flags.ts';
import { FolderSource } from '../src/vault/sources/folder.ts';
import { FolderTarget } from '../src/vault/targets/folder.ts';
import { writeDataSet } from './data-set.ts';
import { isOnPath, measure, type Measured } from './measured.ts';
import { median } from './median.ts';
import { benchOptions } from './bench-options.ts';

const values = benchOptions({
  size: { type: 'string', default: '512' },
  threads: { type: 'string' },
  rounds: { type: 'string', default: '3' },
  folder: { type: 'string' },
  source: { type: 'string' },
  step: { type: 'string' },
  'no-restic': { type: 'boolean', default: false },
  scaling: { type: 'boolean', default: false },
});

const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };

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
    await backup({ repository, source: new FolderSource(places.source, 'bench'), ...threads });
  },
  restore: async (places) => {
    const repository = await openVault(places);
    const newest = (await listSnapshots(repository)).snapshots.at(-1);
    if (!newest) throw new Error('there is no snapshot');
    const to = join(places.work, 'restored');
    await restore({ repository, snapshotId: snapshotId(newest.head), to, ...threads });
  },
};

function sizeOf(path: string): number {
  return Number(execFileSync('du', ['-sb', path]).toString().split('\t')[0]);
}

/** What each thing that is measured came to, round by round. */
type Results = Map<string, Measured[]>;

function note(results: Results, name: string, measured: Measured): void {
  results.set(name, [...(results.get(name) ?? []), measured]);
}

/** Prints the median of each thing; answers MB per CPU second. */
function print(results: Results, mb: number): Map<string, number> {
  const speeds = new Map<string, number>();
  for (const [name, rounds] of results) {
    const cpu = median(rounds.map(({ cpuSeconds }) => cpuSeconds));
    const wall = `${median(rounds.map(({ wallSeconds }) => wallSeconds)).toFixed(1)} s`;
    const peak = Math.max(...rounds.map(({ peakMiB }) => peakMiB));
    speeds.set(name, mb / cpu);
    console.log(
      `${name.padEnd(34)} ${(mb / cpu).toFixed(1).padStart(8)} MB per CPU second  ${cpu.toFixed(2).padStart(6)} CPU s  ${wall.padStart(7)}  peak ${peak.toFixed(0)} MiB`,
    );
  }
  return speeds;
}

function keystead({ source, work }: Places, compiled: string, results: Results): void {
  // As the process of a run, which has its code compiled already.
  const env = { NODE_COMPILE_CACHE: compiled };
  const args = ['--folder', work, '--source', source, ...(values.threads ? ['--threads', values.threads] : [])];
  const step = (name: string): Measured =>
    measure([process.execPath, ...RUN_FLAGS, import.meta.filename, '--step', name, ...args], env);
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(work, 'writer.pem'), key, { mode: 0o600 });
  step('create');
  note(results, 'keystead: first backup', step('backup'));
  note(results, 'keystead: unchanged', step('backup'));
  note(results, 'keystead: restore', step('restore'));
  execFileSync('diff', ['-r', source, join(work, 'restored')]);
}

/** How much sooner a first backup ends on two cores than on one. */
function scaling({ source, work }: Places, compiled: string): void {
  const wall = ['0', '0,1'].map((cores) => {
    const folder = join(work, `cores-${cores.length}`);
    mkdirSync(folder);
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(folder, 'writer.pem'), key, { mode: 0o600 });
    const args = ['--folder', folder, '--source', source];
    const command = [process.execPath, ...RUN_FLAGS, import.meta.filename, ...args, '--step'];
    measure([...command, 'create'], { NODE_COMPILE_CACHE: compiled });
    return measure(['taskset', '-c', cores, ...command, 'backup'], { NODE_COMPILE_CACHE: compiled }).wallSeconds;
  });
  const [one = 0, two = 1] = wall;
  console.log(`first backup on two cores: ${(one / two).toFixed(2)} x as fast as on one (${two.toFixed(1)} s)`);
}

function restic({ source, work }: Places, results: Results): void {
  const env = {
    RESTIC_REPOSITORY: join(work, 'restic'),
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(work, 'restic-cache'),
  };
  measure(['restic', 'init', '-q'], env);
  note(results, 'restic: first backup', measure(['restic', 'backup', '-q', source], env));
  note(results, 'restic: unchanged', measure(['restic', 'backup', '-q', source], env));
  const to = join(work, 'restored-restic');
  note(results, 'restic: restore', measure(['restic', 'restore', '-q', 'latest', '--target', to], env));
  execFileSync('diff', ['-r', source, join(to, source)]);
}

function run(base: string, source: string): void {
  const mb = sizeOf(source) / 1e6;
  console.log(`data set: ${mb.toFixed(0)} MB in ${source}, ${values.rounds} rounds in turn, medians`);
  const hasRestic = !values['no-restic'] && isOnPath('restic');
  const results: Results = new Map();
  let work = '';
  for (let round = 1; round <= Number(values.rounds); round++) {
    // Nothing is removed before the end: ext4 looks through what was just deleted for each new file it makes.
    work = join(base, `work-${round}`);
    mkdirSync(work, { recursive: true });
    keystead({ source, work }, join(base, 'compiled'), results);
    if (hasRestic) restic({ source, work }, results);
  }
  if (values.scaling) scaling({ source, work }, join(base, 'compiled'));
  const speeds = print(results, mb);
  const size = sizeOf(join(work, 'vault'));
  console.log(`keystead: repository ${(size / 1e6).toFixed(1)} MB`);
  if (!hasRestic) return;
  const resticSize = sizeOf(join(work, 'restic'));
  console.log(`restic: repository ${(resticSize / 1e6).toFixed(1)} MB`);
  const ratio = (what: string): string =>
    `${what} ${((speeds.get(`keystead: ${what}`) ?? 0) / (speeds.get(`restic: ${what}`) ?? 0)).toFixed(2)} x`;
  const larger = ((size / resticSize - 1) * 100).toFixed(1);
  const ratios = ['first backup', 'unchanged', 'restore'].map(ratio).join(', ');
  console.log(`ratios to restic: ${ratios}, repository ${larger} % larger`);
}

if (values.step !== undefined) {
  const step = STEPS[values.step];
  if (!step) throw new Error(`there is no step ${values.step}`);
  await step({ source: values.source ?? '', work: values.folder ?? '' });
} else {
  const base = mkdtempSync(join(values.folder ?? tmpdir(), 'keystead-bench-'));
  const source = values.source ?? join(base, 'source');
  try {
    if (values.source === undefined) writeDataSet(source, Number(values.size) * 1e6);
    run(base, source);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
