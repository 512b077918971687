import { fork } from 'node:child_process';
import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import type { KnownHead } from '../index-cache.ts';
import { AwsKmsFixture, type FixtureKey } from '../master-keys/aws-kms.fixture.ts';
import { writerOf } from '../format/writer-key.ts';
import type { Job, RunReport, Work } from './job.ts';
import { Runner, type RunEnd, type StartedRun } from './runner.ts';
import type { Slot } from './slots.ts';

const start = (runner: Runner, id: string, job: Job): StartedRun =>
  runner.start(id, job, runner.take(job.tenantId) as Slot);

let aws: AwsKmsFixture;
beforeAll(async () => void (aws = await AwsKmsFixture.start()));
afterAll(() => aws.stop());

describe('a run in a process of its own', () => {
  let folder: string;
  let key: FixtureKey;
  let runner: Runner;
  const codeCacheFolder = mkdtempSync(join(tmpdir(), 'keystead-code-'));
  afterAll(() => rmSync(codeCacheFolder, { recursive: true, force: true }));
  const faults: string[] = [];
  const { privateKey } = generateKeyPairSync('ed25519');
  let known: { vaultId?: string; heads: readonly KnownHead[] };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-runner-'));
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'a'), 'the content of a');
    writeFileSync(join(folder, 'source', 'b'), randomBytes(200_000));
    aws.always.clear();
    aws.planned.length = 0;
    key = aws.makeKey();
    known = { heads: [] };
    faults.length = 0;
    runner = new Runner({ codeCacheFolder, graceMs: 500, onFault: (_run, text) => void faults.push(text) });
  });
  afterEach(async () => {
    await runner.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function job(work: Work, keys: readonly FixtureKey[] = [key]): Job {
    return {
      tenantId: 't-1',
      environmentId: 'e-1',
      storage: { type: 'folder', path: join(folder, 'vault') },
      ...known,
      creator: writerOf(privateKey).id,
      masterKeys: keys.map(({ arn }) => ({
        provider: 'aws-kms',
        keyId: arn,
        endpoint: aws.endpoint,
        credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: bytesOf(Buffer.from('a secret of nobody')) },
      })),
      writerKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
      egress: {},
      work,
    };
  }

  const backup = (): Work => ({
    kind: 'backup',
    source: { kind: 'folder', path: join(folder, 'source'), name: 'documents' },
  });
  const restore = (report: RunReport, name = 'restored'): Work => ({
    kind: 'restore',
    snapshot: { snapshotId: report.result.snapshotId as string },
    destination: join(folder, name),
  });

  async function succeed(work: Work): Promise<RunReport> {
    const end = await start(runner, 'run', job(work)).ended;
    if (end.state !== 'succeeded') throw new Error(JSON.stringify(end));
    known = end.report;
    return end.report;
  }

  async function problemOf(ended: Promise<RunEnd>): Promise<{ state: string; code: string; message: string }> {
    const end = await ended;
    if (end.state === 'succeeded') throw new Error('the run succeeded');
    return { state: end.state, ...end.problem };
  }

  /** Waits until a run has asked the key service for the `count`-th time: it is in the middle of its work. */
  async function untilCalls(count: number): Promise<void> {
    while (aws.calls.length < count) await new Promise((done) => setTimeout(done, 5));
  }

  it('backs up, lists and restores, with every secret handed over wiped on this side', async () => {
    const first = job(backup());
    const end = await start(runner, 'one', first).ended;
    expect(end.state).toBe('succeeded');
    const { report } = end as Extract<RunEnd, { state: 'succeeded' }>;
    expect(report.result).toMatchObject({ files: 2, bytes: 200_016, problemCount: 0 });
    expect(first.writerKey?.every((byte) => byte === 0)).toBe(true);
    const [masterKey] = first.masterKeys;
    if (masterKey?.provider !== 'aws-kms' || masterKey.credentials === 'environment') throw new Error('another key');
    expect(masterKey.credentials.secretAccessKey.every((byte) => byte === 0)).toBe(true);

    known = report;
    const list = await succeed({ kind: 'snapshots' });
    expect(list.result.snapshots).toMatchObject([{ snapshotId: report.result.snapshotId }]);
    await succeed(restore(report));
    for (const name of ['a', 'b']) {
      expect(readFileSync(join(folder, 'restored', name)).equals(readFileSync(join(folder, 'source', name)))).toBe(
        true,
      );
    }
    expect(faults).toEqual([]);
  });

  it('tells how far it is', async () => {
    const report = await succeed(backup());
    const { ended } = start(runner, 'restoring', job(restore(report)));
    const seen = new Set<string>();
    const watch = setInterval(() => seen.add(runner.progress('restoring')?.phase ?? 'nothing yet'), 1);
    await ended;
    clearInterval(watch);
    expect([...seen]).toContain('nothing yet');
    expect(runner.progress('restoring')).toBeUndefined();
  });

  it('says that the master key is disabled, what that means, and what to do; and works when it is enabled', async () => {
    const report = await succeed(backup());
    key.state = 'Disabled';
    for (const work of [backup(), restore(report, 'dark')]) {
      const problem = await problemOf(start(runner, 'dark', job(work)).ended);
      expect(problem).toMatchObject({ state: 'failed', code: 'master-key-disabled' });
      expect(problem.message).toMatch(/is disabled\. Enable it again.*nothing is lost while it is off/);
    }
    expect(readdirSync(folder)).not.toContain('dark');
    key.state = 'Enabled';
    await succeed(restore(report));
    await succeed(backup());
  });

  it('says when a key that is scheduled for deletion goes', async () => {
    await succeed(backup());
    key.state = 'PendingDeletion';
    key.deletionDateMs = Date.UTC(2027, 0, 1);
    const problem = await problemOf(start(runner, 'run', job(backup())).ended);
    expect(problem.code).toBe('master-key-pending-deletion');
    expect(problem.message).toContain('2027-01-01');
  });

  it('stops when it is told to', async () => {
    await succeed(backup());
    aws.calls.length = 0;
    aws.planned.push('hang');
    const { ended } = start(runner, 'run', job(backup()));
    await untilCalls(1);
    expect(runner.cancel('run')).toBe(true);
    expect(await problemOf(ended)).toMatchObject({ state: 'cancelled' });
    expect(runner.cancel('run')).toBe(false);
    expect((await succeed({ kind: 'snapshots' })).result.snapshots).toHaveLength(1);
  });

  it('says clearly that its process was killed, leaves no snapshot, and can be run again', async () => {
    aws.calls.length = 0;
    aws.planned.push('hang');
    const { ended } = start(runner, 'run', job(backup()));
    await untilCalls(1);
    process.kill(runner.processOf('run') as number, 'SIGKILL');
    const problem = await problemOf(ended);
    expect(problem).toMatchObject({ state: 'failed', code: 'crashed' });
    expect(problem.message).toMatch(/SIGKILL.*Run it again/);
    const report = await succeed(backup());
    await succeed(restore(report));
  });

  it.each(['vault.after-pack', 'vault.after-index', 'vault.before-manifest'])(
    'is killed at %s: no snapshot, and the next run is whole',
    async (point) => {
      const faulty = new Runner({ codeCacheFolder, environment: { KEYSTEAD_FAULT: point } });
      expect(await problemOf(start(faulty, 'run', job(backup())).ended)).toMatchObject({ code: 'crashed' });
      expect((await succeed({ kind: 'snapshots' })).result.snapshots).toEqual([]);
      await succeed(restore(await succeed(backup())));
    },
  );

  it('begins again where the making of a vault was cut off before its descriptor', async () => {
    await succeed(backup());
    rmSync(join(folder, 'vault', 'vault.json'));
    for (const name of ['packs', 'index', 'snapshots']) rmSync(join(folder, 'vault', name), { recursive: true });
    known = { heads: [] };
    const report = await succeed(backup());
    expect((await succeed(restore(report))).result.files).toBe(2);
  });

  it('does not begin again where a vault has lost its descriptor', async () => {
    await succeed(backup());
    rmSync(join(folder, 'vault', 'vault.json'));
    expect(await problemOf(start(runner, 'run', job(backup())).ended)).toMatchObject({ code: 'object-missing' });
    known = { heads: [] };
    expect(await problemOf(start(runner, 'run', job(backup())).ended)).toMatchObject({ code: 'object-exists' });
  });

  it('refuses a vault of another environment in its folder', async () => {
    await succeed(backup());
    const foreign = { ...job(backup()), environmentId: 'e-2' };
    expect(await problemOf(start(runner, 'run', foreign).ended)).toMatchObject({ code: 'wrong-vault' });
  });

  it('verifies everything, and finds a pack that was changed', async () => {
    await succeed(backup());
    expect((await succeed({ kind: 'verify', level: 'data' })).result).toMatchObject({
      snapshotCount: 1,
      findingCount: 0,
      verifiedBytes: expect.any(Number),
    });
    const packs = join(folder, 'vault', 'packs');
    const [pack] = readdirSync(packs, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 3);
    const bytes = readFileSync(join(packs, pack as string));
    bytes[200]! ^= 1;
    chmodSync(join(packs, pack as string), 0o600);
    writeFileSync(join(packs, pack as string), bytes);
    const { result } = await succeed({ kind: 'verify', level: 'data' });
    expect(result.findingCount).toBeGreaterThan(0);
  });

  it('moves to another master key: what was kept opens with the new one alone', async () => {
    const report = await succeed(backup());
    const next = aws.makeKey();
    const moved = await start(runner, 'move', job({ kind: 'rewrap', to: [next.arn] }, [key, next])).ended;
    expect(moved).toMatchObject({ report: { result: { envelopes: 3, rewrapped: 3, oldRevisionsLeft: 0 } } });
    key.state = 'Deleted';
    expect(await problemOf(start(runner, 'old', job(restore(report))).ended)).toMatchObject({ code: 'no-recipient' });
    key = next;
    await succeed(restore(report));
    await succeed(backup());
  });

  it('finds a store that has lost its newest snapshot', async () => {
    await succeed(backup());
    await succeed(backup());
    const [writer] = readdirSync(join(folder, 'vault', 'snapshots'));
    rmSync(join(folder, 'vault', 'snapshots', writer as string, '0000000002'));
    const list = await succeed({ kind: 'snapshots' });
    expect(list.result.findings).toMatchObject([{ code: 'newest-missing' }]);
  });

  it('does not outlive whoever started it, even in the middle of a call', async () => {
    aws.calls.length = 0;
    aws.planned.push('hang');
    const child = fork(join(import.meta.dirname, 'agent.ts'), [], { serialization: 'advanced', execArgv: [] });
    await once(child, 'message');
    child.send({ type: 'start', job: job(backup()) });
    await untilCalls(1);
    child.disconnect();
    const [exitCode] = await once(child, 'exit');
    expect(exitCode).not.toBe(0);
    aws.releaseHanging();
  });

  it('runs nothing under a name that is in flight', async () => {
    const { ended } = start(runner, 'run', job(backup()));
    expect(() => start(runner, 'run', job(backup()))).toThrow(/in flight/);
    await ended;
  });
});
