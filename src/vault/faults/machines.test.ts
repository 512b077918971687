import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import { enrolWriter } from '../further-writers.ts';
import { maintain } from '../keeping/maintain.ts';
import { snapshotId } from '../format/manifest.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { openRepository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { RUN_FLAGS } from '../runs/run-flags.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import { newVault, noise, picture, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { writerOf } from '../format/writer-key.ts';

let folder: string;
const children: ChildProcess[] = [];
const masterKeys = [new FixtureMasterKey('shared', Buffer.alloc(32, 9))];
beforeEach(() => void (folder = scratch()));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  removeScratch(folder);
});

async function machine(name: string, writer: string, times: number): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'machine.fixture.ts');
  const child = fork(program, [folder, name, writer, String(times)], { execArgv: [...RUN_FLAGS] });
  children.push(child);
  await once(child, 'message');
  return child;
}

const answer = async (child: ChildProcess): Promise<Record<string, unknown>> =>
  ((await once(child, 'message')) as [Record<string, unknown>])[0];

it('machines with caches of their own, of one writer and of two, back up at once while another one prunes', async () => {
  const [creator, further] = [writerKey(), writerKey()];
  for (const [name, key] of [
    ['creator.pem', creator],
    ['further.pem', further],
  ] as const)
    writeFileSync(join(folder, name), key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  const names = ['one', 'two', 'three'];
  for (const name of names) {
    mkdirSync(join(folder, name));
    for (let i = 0; i < 10; i++) writeFileSync(join(folder, name, `${i}`), noise(`${name}/${i}`, 20_000));
  }
  const made = await newVault(folder, { masterKeys, writerKey: creator });
  await enrolWriter(made.repository, writerOf(further).publicKey);
  // Something to take away, from the first round on.
  for (let i = 0; i < 4; i++) {
    writeFileSync(join(folder, 'one', 'changing'), noise(`before ${i}`, 200_000));
    await backup({ repository: made.repository, source: new FolderSource(join(folder, 'one'), 'one'), threads: 0 });
  }
  // What is due while the others are at work; they have to leave it alone from their first moment on.
  const rulesOf = () => ({ last: 2, timeZone: 'UTC', trashDays: 0 });
  const times = { graceMs: 1_500, unfinishedMs: 0 };
  expect((await maintain({ repository: made.repository, rulesOf, times })).deletedSnapshots.length).toBeGreaterThan(0);
  made.repository.close();

  // The first two share the writer's key, and know nothing of each other.
  const runs = await Promise.all([
    machine('one', 'creator.pem', 8),
    machine('two', 'creator.pem', 8),
    machine('three', 'further.pem', 8),
  ]);
  const pruner = await machine('pruner', 'creator.pem', 1);
  const pruned = answer(pruner);
  const told = runs.map(answer);
  for (const child of [pruner, ...runs]) child.send('go');
  const reports = await Promise.all(told);
  expect(reports.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
  pruner.send('stop');
  const { error, deleted, snapshots: removed } = await pruned;
  expect(error).toBeUndefined();
  expect(deleted).toBeGreaterThan(0);
  expect(removed).toBeGreaterThan(0);

  const repository = await openRepository(new FolderTarget(join(folder, 'store')), { masterKeys });
  const list = await listSnapshots(repository);
  expect(list.findings).toEqual([]);
  expect((await check({ repository, level: 'data' })).findings).toEqual([]);
  const there = new Set(list.snapshots.map(({ head }) => snapshotId(head)));
  for (const [i, name] of names.entries()) {
    const newest = (reports.at(i) as { snapshots: string[] }).snapshots.at(-1) as string;
    expect(there).toContain(newest);
    const to = join(folder, 'restored');
    await restore({ repository, snapshotId: newest, to, threads: 0 });
    expect(picture(to)).toEqual(picture(join(folder, name)));
    rmSync(to, { recursive: true });
  }
  // Nothing was given the same number twice, and nothing was lost on the way.
  const numbers = [...list.snapshots.map(({ head }) => head), ...list.tombstones];
  for (const [writer, many] of Map.groupBy(numbers, (one) => one.writer)) {
    const expected = writer === writerOf(further).id ? 8 : 4 + 8 + 8;
    expect(many.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: expected }, (_, i) => i + 1),
    );
  }
  repository.close();
});
