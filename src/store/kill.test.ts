import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBundle, tilePath } from '../audit/tile.ts';
import { checkState } from './check-state.ts';
import type { FaultPoint } from './fault.ts';
import { removeFolder, scratchFolder } from './scratch.fixture.ts';
import { openStore } from './sqlite.ts';
import { TileFolder } from './tile-folder.ts';
import { verifyLogs } from './verify-logs.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const origin = 'keystead.test';
let data: string;
beforeAll(() => void (data = scratchFolder()));
afterAll(() => removeFolder(data));

/** Runs the writing process until it is killed at a point; answers what it had acknowledged. */
function runUntil(point: FaultPoint | 'any-time', count: number) {
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const { path, folder, witness } = places();
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'kill.fixture.ts'), path, folder, witness, pem],
    {
      env: { ...process.env, ...(point !== 'any-time' && { KEYSTEAD_FAULT: `${point}:${count}` }) },
      encoding: 'utf8',
      // A process that never comes to its point is ended by another signal, which is not the expected one.
      ...(point === 'any-time' ? { timeout: count, killSignal: 'SIGKILL' } : { timeout: 240_000 }),
    },
  );
  return { status, signal, stderr, acknowledged: stdout.trim().split('\n').filter(Boolean) };
}

function places() {
  return { path: join(data, 'keystead.db'), folder: join(data, 'log'), witness: join(data, 'witness') };
}

/** The request ids of all uses in the log, in order. */
function loggedUses(folder: string, size: number): string[] {
  const tiles = new TileFolder(join(folder, 't1'));
  const uses: string[] = [];
  for (let first = 0; first < size; first += 256) {
    const width = Math.min(256, size - first);
    const bundle = tiles.read(tilePath('entries', first / 256, width)) as Buffer;
    for (const leaf of parseBundle(bundle, width)) uses.push(JSON.parse(leaf.toString()).request);
  }
  return uses;
}

describe('a process that is killed', () => {
  const seen = new Set<string>();

  it.each<[FaultPoint | 'any-time', number]>([
    ['store.before-commit', 20],
    ['store.after-commit', 20],
    ['sequencer.after-plan', 2],
    ['sequencer.after-tiles', 3],
    ['sequencer.after-checkpoint', 3],
    ['sequencer.after-prune', 2],
    ['store.after-commit', 1],
    ['sequencer.after-tiles', 1],
    ['any-time', 350 + Math.floor(Math.random() * 300)],
    ['any-time', 350 + Math.floor(Math.random() * 300)],
  ])('at %s, %d, loses nothing that it acknowledged', async (point, count) => {
    const { signal, acknowledged, stderr } = runUntil(point, count);
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
    for (const line of acknowledged) seen.add(line);
    const { path, folder, witness } = places();
    const signedBy = { origin, publicKey };
    await checkState({ path, folder, witnesses: [witness], signedBy });
    const failures: Error[] = [];
    const onFailure = (error: Error) => failures.push(error);
    const store = await openStore({
      path,
      audit: { folder, witnesses: [witness], origin, signer: privateKey, onFailure },
    });
    await store.sequence();
    const records = new Set((await store.listAll('key')).map(({ id }) => `record ${id}`));
    await store.close();
    const report = await verifyLogs({ folder, ...signedBy });
    const size = report.get('t1')?.checkpoint.size ?? 0;
    const uses = loggedUses(folder, size).filter((request) => request.startsWith('use-'));
    expect(new Set(uses).size).toBe(uses.length);
    const found = new Set([...records, ...uses.map((use) => `use ${use}`)]);
    expect([...seen].filter((line) => !found.has(line))).toEqual([]);
    expect(failures).toEqual([]);
    const check = await checkState({ path, folder, witnesses: [witness], signedBy });
    expect(check.records).toBe(records.size);
  });
});
