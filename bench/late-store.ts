import { generateKeyPairSync, randomFillSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backup } from '../src/vault/backup/backup.ts';
import { FixtureMasterKey } from '../src/vault/master-keys/master-key.fixture.ts';
import { createRepository } from '../src/vault/repository.ts';
import { restore } from '../src/vault/restore/restore.ts';
import { readFile } from '../src/vault/snapshot-reader.ts';
import { FolderSource } from '../src/vault/sources/folder.ts';
import { FolderTarget } from '../src/vault/targets/folder.ts';
import { wrap } from '../src/vault/targets/wrap.ts';
import { benchOptions } from './bench-options.ts';

/** A backup and its restore over a store that answers every read and write late: what waiting costs, and what memory. */
const values = benchOptions({
  size: { type: 'string', default: '512' },
  files: { type: 'string', default: '8' },
  latency: { type: 'string', default: '300' },
});
const [megabytes, files, latencyMs] = [values.size, values.files, values.latency].map(Number) as [
  number,
  number,
  number,
];

const folder = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'keystead-late-'));
const store = new FolderTarget(join(folder, 'vault'));
const late = wrap(store, {
  put: async (name, bytes) => {
    await pause(latencyMs);
    await store.put(name, bytes);
  },
  get: async (name, atMost) => {
    await pause(latencyMs);
    return await store.get(name, atMost);
  },
  getRange: async (name, offset, length) => {
    await pause(latencyMs);
    return await store.getRange(name, offset, length);
  },
});

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  const rate = `${(megabytes / seconds).toFixed(0)} MiB/s`;
  console.log(
    `${what.padEnd(20)} ${rate.padStart(12)}  ${seconds.toFixed(1)} s  peak so far ${peakMiB.toFixed(0)} MiB`,
  );
}

try {
  const root = join(folder, 'source');
  mkdirSync(root);
  const block = Buffer.alloc(Math.floor((megabytes << 20) / files));
  for (let i = 0; i < files; i++) writeFileSync(join(root, `${i}`), randomFillSync(block));
  const repository = await createRepository(late, {
    identity: { tenant: 'bench', environment: 'bench' },
    masterKeys: [new FixtureMasterKey('bench', Buffer.alloc(32, 1))],
    writerKey: generateKeyPairSync('ed25519').privateKey,
    cacheFolder: join(folder, 'cache'),
  });
  let snapshotId = '';
  await timed('backup', async () => {
    ({ snapshotId } = await backup({ repository, source: new FolderSource(root, 'bench') }));
  });
  await timed('restore', () => restore({ repository, snapshotId, to: join(folder, 'restored') }));
  if (files === 1) {
    await timed('one file, streamed', async () => {
      for await (const _ of readFile(repository, snapshotId, '0', { threads: 2 }));
    });
  }
  repository.close();
} finally {
  rmSync(folder, { recursive: true });
}
