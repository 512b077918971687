import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { KeysteadClient, type Run } from '@keystead/sdk';
import { randomBytes, randomInt } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import assert from 'node:assert/strict';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { verifyAudit } from '../../src/server/offline.ts';
import { compare } from '../../tools/demo/folders.ts';
import { freePort } from '../process/free-port.ts';
import { kmsClient, makeHome, startServerProcess, type Home, type ServerProcess } from '../process/server-process.ts';

/** A server with a backup environment on it, and a folder to back up. */
export class Scene {
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
    this.home.environment['KEYSTEAD_LISTEN'] = `http://127.0.0.1:${await freePort()}`;
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
    assert.deepEqual([state, problem], ['succeeded', undefined]);
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
      assert.deepEqual([run.state, run.problem], ['succeeded', undefined]);
      compare(this.kept.get(snapshotId)!, destination);
    }
    assert.deepEqual(
      [...this.kept.keys()].filter((id) => !listed.includes(id)),
      [],
    );
    const check = await this.ended(await this.admin.startVerification(this.#environmentId, { level: 'data' }));
    assert.deepEqual([check.state, check.problem], ['succeeded', undefined]);
  }

  async restoreUntilKilled(snapshotId: string): Promise<string> {
    const destination = join(this.home.folder, 'half');
    const run = await this.ended(await this.admin.startRestore(this.#environmentId, { snapshotId, destination }));
    assert.equal(run.state, 'failed');
    return destination;
  }

  async close(): Promise<void> {
    await this.server.stop();
    await verifyAudit(this.home.config, [], undefined);
    this.home.remove();
  }
}
