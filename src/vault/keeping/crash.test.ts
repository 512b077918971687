import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import { snapshotId } from '../format/manifest.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import type { Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { enrolWriter } from '../further-writers.ts';
import { empty } from './empty.ts';
import { forget } from './forget.ts';
import { maintain } from './maintain.ts';
import { MarkList } from './mark-list.ts';
import { retire } from './retire.ts';
import { putHolds } from './sync-holds.ts';
import { newVault, noise, picture, removeScratch, scratch, writerKey } from '../vault.fixture.ts';

let folder: string;
let repository: Repository;
let round = 0;
/** What the source looked like when each snapshot was made, by when that was. */
const pictures = new Map<number, string>();

const files = (at: string) => readdirSync(join(folder, 'store', at), { recursive: true, withFileTypes: true });
const count = (at: string) => files(at).filter((entry) => entry.isFile()).length;

async function run(): Promise<string> {
  writeFileSync(join(folder, 'source', 'changing'), noise(`changing ${round++}`, 300_000));
  const report = await backup({ repository, source: new FolderSource(join(folder, 'source'), 'source'), threads: 0 });
  const { snapshots } = await listSnapshots(repository);
  const made = snapshots.find(({ head }) => snapshotId(head) === report.snapshotId);
  pictures.set(made?.head.createdMs ?? 0, picture(join(folder, 'source')).join());
  return report.snapshotId;
}

beforeEach(async () => {
  folder = scratch();
  mkdirSync(join(folder, 'source'));
  const key = writerKey();
  writeFileSync(join(folder, 'writer.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const masterKeys = [new FixtureMasterKey('crash', Buffer.alloc(32, 9))];
  ({ repository } = await newVault(folder, { masterKeys, writerKey: key }));
  writeFileSync(join(folder, 'source', 'staying'), noise('staying', 600_000));
  for (let i = 0; i < 4; i++) await run();
});
afterEach(() => {
  repository.close();
  removeScratch(folder);
});

const rulesOf = () => ({ last: 2, timeZone: 'UTC', trashDays: 0 });
const look = () => maintain({ repository, rulesOf, times: { graceMs: 0, unfinishedMs: 0 } });

/** Runs the other process until it ends or is killed. */
async function other(args: readonly string[], fault?: string): Promise<string> {
  const script = join(import.meta.dirname, 'crash.fixture.ts');
  const env = { ...process.env, ...(fault !== undefined && { KEYSTEAD_FAULT: fault }) };
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  return signal ?? `exit ${code}`;
}

/** Every snapshot restores as it was, nothing is missing, and a backup goes on. Answers how many there are. */
async function sound(): Promise<number> {
  const { snapshots, findings } = await listSnapshots(repository);
  expect(findings).toEqual([]);
  for (const { head } of snapshots) {
    const to = join(folder, 'restored');
    await restore({ repository, snapshotId: snapshotId(head), to, threads: 0 });
    expect(picture(to).join()).toBe(pictures.get(head.takenMs ?? head.createdMs));
    rmSync(to, { recursive: true });
  }
  expect((await check({ repository, level: 'data' })).findings).toEqual([]);
  return snapshots.length;
}

describe('looking after a vault, killed', () => {
  it.each([
    ['keeping.after-mark', 1],
    ['keeping.after-mark:3', 1],
    ['keeping.after-tombstone', 1],
    ['keeping.after-manifest', 1],
    ['keeping.after-mark:4', 1],
    ['keeping.after-delete', 2],
    ['keeping.after-delete:3', 2],
    ['keeping.before-unmark', 2],
  ])('at %s (round %i) harms nothing, and the next ones come to the same end', async (fault, at) => {
    for (let i = 1; i < at; i++) await look();
    expect(await other(['maintain', folder], fault)).toBe('SIGKILL');
    expect(await sound()).toBeGreaterThanOrEqual(2);
    for (let i = 0; i < 4; i++) await look();
    expect(await sound()).toBe(2);
    expect([count('snapshots'), count('tombstones')]).toEqual([2, 2]);
    const { marks } = await MarkList.read(repository);
    expect(marks.filter(({ kind }) => kind !== 'clock')).toEqual([]);
    await run();
    expect(await sound()).toBe(3);
  });
});

describe('retiring a data key, killed', () => {
  it.each([
    'keeping.after-retired',
    'vault.after-pack',
    'keeping.after-copy',
    'keeping.after-replacement:2',
    'keeping.after-tombstone:3',
  ])('at %s harms nothing, and the next one goes on', async (fault) => {
    const [first] = (await listSnapshots(repository)).snapshots;
    const key = first?.head.keys.find(({ purpose }) => purpose === 'data')?.id ?? '';
    expect(await other(['retire', folder, key], fault)).toBe('SIGKILL');
    expect(await sound()).toBe(4);
    await retire({ repository, rulesOf, key });
    expect(await sound()).toBe(4);
    const { snapshots, leftovers, superseded } = await listSnapshots(repository);
    expect(snapshots.flatMap(({ head }) => head.keys.map(({ id }) => id))).not.toContain(key);
    expect([leftovers, superseded]).toEqual([[], []]);
  });
});

describe('forgetting, killed', () => {
  it.each([
    'keeping.after-retired',
    'keeping.after-tombstone',
    'keeping.after-manifest',
    'keeping.after-copy',
    'keeping.after-replacement',
    'keeping.after-envelope',
  ])('at %s harms nobody else, and looking after the vault ends it', async (fault) => {
    const [first] = (await listSnapshots(repository)).snapshots;
    const id = first ? snapshotId(first.head) : '';
    const body = first?.head.body.key ?? '';
    expect(await other(['forget', folder, id], fault)).toBe('SIGKILL');
    expect(await sound()).toBe(fault === 'keeping.after-retired' ? 4 : 3);
    if (fault === 'keeping.after-retired') await forget({ repository, rulesOf, what: { snapshots: [id] } });
    else await look();
    expect(files(`keys/${body}`)).toEqual([]);
    expect(await sound()).toBeGreaterThanOrEqual(2);
  });
});

describe('taking a whole vault away, killed', () => {
  it.each([
    'keeping.after-emptied',
    'keeping.after-emptied:9',
    'keeping.after-emptied:25',
    'keeping.before-descriptor',
  ])('at %s leaves the descriptor, by which the next attempt goes on to the end', async (fault) => {
    const beside = join(folder, 'store', 'notes', 'of-somebody');
    mkdirSync(join(folder, 'store', 'notes'));
    writeFileSync(beside, 'not of the vault');
    const hold = { hold: 'a'.repeat(32), snapshots: [] };
    await putHolds(repository, [{ ...hold, state: 'held' }]);
    await expect(empty({ repository })).rejects.toMatchObject({ code: 'held' });
    await putHolds(repository, [{ ...hold, state: 'released' }]);
    await enrolWriter(repository, Buffer.from(makeWriterPublicKey(), 'base64url'));
    const before = count('.');
    expect(await other(['empty', folder], fault)).toBe('SIGKILL');
    expect(count('.')).toBeLessThan(before);
    expect(files('.').map(({ name }) => name)).toContain('vault.json');
    expect(await other(['empty', folder])).toBe('exit 0');
    expect(files('.').flatMap((entry) => (entry.isFile() ? [entry.name] : []))).toEqual(['of-somebody']);
  });
});

function makeWriterPublicKey(): string {
  return generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string;
}
