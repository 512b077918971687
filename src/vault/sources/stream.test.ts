import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EgressGuard } from '../../clients/egress.ts';
import { backup } from '../backup/backup.ts';
import type { Repository } from '../repository.ts';
import { SnapshotReader } from '../snapshot-reader.ts';
import { listSnapshots } from '../snapshots.ts';
import { newVault, noise, removeScratch, scratch } from '../vault.fixture.ts';
import { openSource } from './open-source.ts';
import { sourceContract } from './source.contract.ts';
import { StreamSource } from './stream.ts';

let folder: string;
let repository: Repository;
beforeEach(async () => {
  folder = scratch();
  ({ repository } = await newVault(folder));
});
afterEach(() => removeScratch(folder));

/** Pieces of odd sizes, as a pipe brings them. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = ((size * 7) % 65_521) + 1) {
    yield bytes.subarray(at, at + size);
  }
}

async function contentOf(snapshotId: string, path: string): Promise<Buffer> {
  const reader = await SnapshotReader.open(repository, snapshotId);
  const file = await reader.file(path);
  const all: Buffer[] = [];
  for await (const piece of reader.content(file)) all.push(piece);
  await reader.close();
  expect(Buffer.concat(all).length).toBe(file.size);
  return Buffer.concat(all);
}

sourceContract(
  'stream',
  () => new StreamSource('s', 'item', Readable.from([Buffer.from('alpha')]), 1_750_000_000_000),
  {
    file: 'item',
    content: 'alpha',
  },
);

describe('a stream as source', () => {
  it.each([0, 1, 262_144, 5_000_001])('keeps %i bytes, whose number was not known before', async (length) => {
    const bytes = noise('stream', length).subarray(0, length);
    const source = new StreamSource('dump', 'dump.sql', Readable.from(pieces(bytes)), 1_750_000_000_000);
    const report = await backup({ repository, source, threads: 0 });
    expect(report).toMatchObject({ statistics: { files: 1, bytes: length, problems: 0 }, readBytes: length });
    expect((await contentOf(report.snapshotId, 'dump.sql')).equals(bytes)).toBe(true);
  });

  it('keeps a second stream that is nearly the same in next to nothing', async () => {
    const [first, second] = [noise('stream', 4_000_000), noise('stream', 4_000_000)];
    second.write('changed', 2_000_000);
    await backup({ repository, source: new StreamSource('s', 'item', Readable.from([first])), threads: 0 });
    const next = new StreamSource('s', 'item', Readable.from([second]));
    const report = await backup({ repository, source: next, threads: 0 });
    expect(report.unchangedFiles).toBe(0);
    expect(report.newBytes).toBeLessThan(1_100_000);
    expect((await contentOf(report.snapshotId, 'item')).equals(second)).toBe(true);
  });

  it('makes no snapshot of a stream that breaks', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.alloc(1_000_000, 1);
        throw new Error('the pipe broke');
      })(),
    );
    const run = backup({ repository, source: new StreamSource('s', 'item', broken), threads: 0 });
    await expect(run).rejects.toMatchObject({ code: 'source-failed' });
    expect((await listSnapshots(repository)).snapshots).toEqual([]);
  });

  it('stops on request while nothing comes', async () => {
    const stop = new AbortController();
    const silent = new Readable({ read: () => setImmediate(() => stop.abort()) });
    const source = new StreamSource('s', 'item', silent);
    await expect(backup({ repository, source, signal: stop.signal, threads: 0 })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(silent.destroyed).toBe(true);
  });

  it.each(['', '.', '..', 'a/b', 'a\0b', 'x'.repeat(256)])('refuses the name %j', (item) => {
    expect(() => new StreamSource('s', item, Readable.from([]))).toThrow(/single name/);
  });

  it('is refused where a server runs the backup: there is nothing on its standard input', () => {
    const channel = Object.getOwnPropertyDescriptor(process, 'channel');
    Object.defineProperty(process, 'channel', { value: {}, configurable: true });
    try {
      expect(() => openSource({ kind: 'stream', name: 's', item: 'item' }, { guard: new EgressGuard() })).toThrow(
        /no standard input/,
      );
    } finally {
      if (channel) Object.defineProperty(process, 'channel', channel);
      else delete (process as { channel?: unknown }).channel;
    }
  });
});
