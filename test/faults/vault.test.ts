import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { KeysteadClient, type Run } from '@keystead/sdk';
import { randomBytes, randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { compare } from '../../tools/demo/folders.ts';
import { kmsClient, makeHome, startServerProcess, type Home, type ServerProcess } from '../process/server-process.ts';

/** A server with a backup environment on it, and a folder to back up. */
class Scene {
  readonly home: Home = makeHome();
  readonly source = join(this.home.folder, 'source');
  server!: ServerProcess;
  admin!: KeysteadClient;
  #first!: FirstCredentials;
  #environmentId!: string;
  /** What the source held when each snapshot was made. */
  readonly kept = new Map<string, string>();

  async open(): Promise<void> {
    // The master key's address is part of the environment, so the port must stay.
    this.home.environment['KEYSTEAD_LISTEN'] = `http://127.0.0.1:${randomInt(20_000, 40_000)}`;
    await this.start();
    this.#first = this.server.first as FirstCredentials;
    this.admin = new KeysteadClient({ url: this.server.url, apiKey: this.#first.apiKey });
    const { KeyMetadata } = await kmsClient(this.server.url, this.#first).send(new CreateKeyCommand({}));
    const { accessKeyId, secretAccessKey, region } = this.#first;
    const { environment } = await this.admin.createEnvironment({
      label: 'faults',
      storage: { type: 'folder', path: join(this.home.folder, 'vaults', 'faults'), region },
      encryptAutomatically: true,
      masterKey: {
        provider: 'aws-kms',
        keyId: KeyMetadata!.Arn!,
        endpoint: this.server.url,
        accessKeyId,
        secretAccessKey,
      },
    });
    this.#environmentId = environment.environmentId;
    for (let i = 0; i < 6; i++) this.change(i);
  }

  async start(fault?: string): Promise<void> {
    this.server = await startServerProcess(this.home, fault);
  }

  /** Writes something new into the source: text that compresses and bytes that do not. */
  change(i: number): void {
    const folder = join(this.source, `folder ${i % 3}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `random-${i}`), randomBytes(3 << 20));
    writeFileSync(join(folder, `text-${i}`), `line ${randomInt(1e9)}\n`.repeat(100_000));
  }

  startBackup(): Promise<Run> {
    return this.admin.startBackup(this.#environmentId, { source: this.source });
  }

  async ended(run: Run): Promise<Run> {
    let now = run;
    for (; now.state === 'running'; await wait(50)) now = await this.admin.getRun(run.runId);
    return now;
  }

  /** A backup that must succeed; what it saved is kept for comparison. */
  async backUp(): Promise<string> {
    const { state, report, problem } = await this.ended(await this.startBackup());
    expect([state, problem]).toEqual(['succeeded', undefined]);
    const snapshotId = report!.snapshotId!;
    this.#keep(snapshotId);
    return snapshotId;
  }

  #keep(snapshotId: string): void {
    const copy = join(this.home.folder, 'kept', snapshotId);
    cpSync(this.source, copy, { recursive: true, preserveTimestamps: true });
    this.kept.set(snapshotId, copy);
  }

  /** A snapshot that was finished without anybody hearing of it holds what the source holds now. */
  async keepUnheard(): Promise<readonly string[]> {
    const { snapshots } = await this.admin.listSnapshots(this.#environmentId);
    for (const { snapshotId } of snapshots) if (!this.kept.has(snapshotId)) this.#keep(snapshotId);
    return snapshots.map(({ snapshotId }) => snapshotId);
  }

  /** No snapshot that lists but does not restore: every one comes back as it was saved. */
  async expectAllRestorable(): Promise<void> {
    const listed = await this.keepUnheard();
    for (const snapshotId of listed) {
      const destination = join(this.home.folder, 'restored', snapshotId);
      rmSync(destination, { recursive: true, force: true });
      const run = await this.ended(await this.admin.startRestore(this.#environmentId, { snapshotId, destination }));
      expect([run.state, run.problem]).toEqual(['succeeded', undefined]);
      compare(this.kept.get(snapshotId)!, destination);
    }
    expect([...this.kept.keys()].filter((id) => !listed.includes(id))).toEqual([]);
    const check = await this.ended(await this.admin.startVerification(this.#environmentId, { level: 'data' }));
    expect([check.state, check.problem]).toEqual(['succeeded', undefined]);
  }

  async restoreUntilKilled(snapshotId: string): Promise<string> {
    const destination = join(this.home.folder, 'half');
    const run = await this.ended(await this.admin.startRestore(this.#environmentId, { snapshotId, destination }));
    expect(run.state).toBe('failed');
    return destination;
  }

  async close(): Promise<void> {
    await this.server.stop();
    await verifyAudit(this.home.config, [], undefined);
    this.home.remove();
  }
}

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
    120_000,
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
  }, 120_000);
});

it('a restore that is killed in the middle of a file shows no file that is not whole', async () => {
  const snapshotId = await scene.backUp();
  await scene.server.stop();
  await scene.start('vault.restore-mid-file');
  const half = await scene.restoreUntilKilled(snapshotId);
  const whole = scene.kept.get(snapshotId)!;
  for (const path of readdirSync(half, { recursive: true, encoding: 'utf8' })) {
    const found = statSync(join(half, path));
    if (found.isFile() && !path.endsWith('.part')) expect(found.size).toBe(statSync(join(whole, path)).size);
  }
  await scene.server.stop();
  await scene.start();
  await scene.expectAllRestorable();
}, 120_000);
