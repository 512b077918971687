import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import { check } from './check/check.ts';
import { snapshotId as idOfSnapshot } from './format/manifest.ts';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import type { Repository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { listSnapshots } from './snapshots.ts';
import { FolderSource } from './sources/folder.ts';
import { newVault, noise, picture, removeScratch, scratch, writerKey } from './vault.fixture.ts';

let folder: string;
let repository: Repository;
let round = 0;
/** What the source looked like when each snapshot was made. */
const pictures = new Map<string, string[]>();

beforeAll(async () => {
  folder = scratch();
  mkdirSync(join(folder, 'source', 'folder'), { recursive: true });
  writeFileSync(join(folder, 'source', 'long'), noise('long', 2 << 20));
  for (let i = 0; i < 50; i++) writeFileSync(join(folder, 'source', 'folder', `small-${i}`), noise(`${i}`, 1000 * i));
  const key = writerKey();
  writeFileSync(join(folder, 'writer.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const masterKeys = [new FixtureMasterKey('crash', Buffer.alloc(32, 9))];
  ({ repository } = await newVault(folder, { masterKeys, writerKey: key }));
});
afterAll(() => removeScratch(folder));

/** Runs the other process until it ends or is killed; answers the signal or what it wrote. */
async function run(args: string[], fault: string | undefined, killAfterMs?: number): Promise<string> {
  const script = join(import.meta.dirname, 'crash.fixture.ts');
  const env = { ...process.env, ...(fault === undefined ? {} : { KEYSTEAD_FAULT: fault }) };
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => void (output += data.toString()));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  return signal ?? (code === 0 ? output : `exit ${code}`);
}

/** What must hold after any crash: every snapshot restores as it was, and a new backup succeeds. */
async function stillSound(): Promise<boolean> {
  const { snapshots, findings } = await listSnapshots(repository);
  expect(findings).toEqual([]);
  for (const { head } of snapshots) {
    const id = idOfSnapshot(head);
    // A run that was killed after its manifest has made a snapshot of what was there.
    if (!pictures.has(id)) pictures.set(id, picture(join(folder, 'source')));
    const to = join(folder, `restored-${round++}`);
    await restore({ repository, snapshotId: id, to, threads: 0 });
    expect(picture(to)).toEqual(pictures.get(id));
    rmSync(to, { recursive: true });
  }
  const source = new FolderSource(join(folder, 'source'), 'source');
  const report = await backup({ repository, source, threads: 0 });
  pictures.set(report.snapshotId, picture(join(folder, 'source')));
  return (await check({ repository, level: 'data' })).findings.length === 0;
}

let changes = 0;

/** New content, of more than one pack. */
function change(): void {
  writeFileSync(join(folder, 'source', 'new'), noise(`new ${changes++}`, 17 << 20));
}

describe('a run that is killed', () => {
  it.each(['vault.after-pack', 'vault.after-pack:2', 'vault.after-index', 'vault.before-manifest'])(
    'at %s makes no snapshot and harms none',
    async (fault) => {
      change();
      const before = (await listSnapshots(repository)).snapshots.length;
      expect(await run(['backup', folder], fault)).toBe('SIGKILL');
      expect((await listSnapshots(repository)).snapshots.length).toBe(before);
      expect(await stillSound()).toBe(true);
    },
  );

  it('uses again what a dead run has indexed', async () => {
    change();
    expect(await run(['backup', folder], 'vault.before-manifest')).toBe('SIGKILL');
    const source = new FolderSource(join(folder, 'source'), 'source');
    const report = await backup({ repository, source, threads: 0 });
    pictures.set(report.snapshotId, picture(join(folder, 'source')));
    expect(report.newBytes).toBe(0);
  });

  it.each([1, 2, 3])('at any time harms nothing (%i)', async () => {
    change();
    await run(['backup', folder], undefined, 150 + Math.random() * 400);
    expect(await stillSound()).toBe(true);
  });
});

describe('a restore that is killed', () => {
  it.each(['vault.restore-mid-file:3', 'vault.restore-mid-file:40', 'vault.restore-after-file:7'])(
    'at %s shows no half file, and can be done again',
    async (fault) => {
      const newest = (await listSnapshots(repository)).snapshots.at(-1);
      const id = newest ? idOfSnapshot(newest.head) : '';
      const restored = join(folder, 'restored');
      expect(await run(['restore', folder, id], fault)).toBe('SIGKILL');
      const whole = new Map(picture(join(folder, 'source')).map((line) => [line.split(' ')[0], line]));
      const names = readdirSync(restored, { recursive: true, encoding: 'utf8' });
      const finished = picture(restored).filter((line) => !/^\S+(?:\/|\.part) /.test(line));
      expect(finished.filter((line) => line !== whole.get(line.split(' ')[0]))).toEqual([]);
      expect(names.some((name) => name.endsWith('.part'))).toBe(fault.includes('mid-file'));
      expect(await run(['restore', folder, id], undefined)).toBe('');
      expect(picture(restored)).toEqual(picture(join(folder, 'source')));
      rmSync(restored, { recursive: true });
    },
  );
});
