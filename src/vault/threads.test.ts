import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_SIZES } from './backup/chunker.ts';
import { BlockPool } from './backup/blocks.ts';
import { Compressor } from './format/compress.ts';
import { idOf } from './format/domain.ts';
import { ChunkKind, type ChunkEntry } from './format/format.ts';
import { holdKey } from './format/object-key.ts';
import { packKey, PackWriter } from './format/pack.ts';
import { bytesOf } from '../bytes/bytes.ts';
import { createOpener } from './restore/opener.ts';
import { Sealer } from './backup/sealer.ts';

const vaultId = 'a'.repeat(32);
const broken = expect.objectContaining({ code: 'thread-failed', message: expect.stringContaining('broke down') });
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('a thread that breaks down', () => {
  it('ends a backup with an error of the vault', async () => {
    const held = holdKey(bytesOf<'DataKey'>(randomBytes(32)), vaultId, 'b'.repeat(32), 'data');
    const onPack = async () => undefined;
    const sealer = new Sealer({ held, vaultId, blocks: new BlockPool(DEFAULT_SIZES), onPack, threads: 1 });
    stops.push(() => sealer.stop());
    // No pack has room for such a chunk, and no chunker makes one.
    const block = Buffer.from(new Uint8Array(randomBytes(20 << 20)).buffer);
    const ids = Buffer.from(new ArrayBuffer(32));
    await sealer.submit(block, { ids, ranges: Uint32Array.of(0, block.length) }).catch(() => undefined);
    await expect(sealer.finish()).rejects.toEqual(broken);
  });

  it('ends a restore with an error of the vault', async () => {
    const idKey = createSecretKey(randomBytes(32));
    const opener = createOpener(idKey, 1);
    stops.push(() => opener.stop());
    const entry = { id: randomBytes(32), kind: 0, codec: 0, offset: 90, stored: 116, plain: 100 };
    const noAes256Key = createSecretKey(randomBytes(16));
    await expect(opener.open(noAes256Key, randomBytes(116), 90, [entry])).rejects.toEqual(broken);
  });

  it('leaves nobody waiting when it is stopped', async () => {
    const opener = createOpener(createSecretKey(randomBytes(32)), 1);
    const entry = { id: randomBytes(32), kind: 0, codec: 0, offset: 90, stored: 116, plain: 100 };
    const key = createSecretKey(randomBytes(32));
    const waiting = opener.open(key, randomBytes(116), 90, [entry]);
    await Promise.all([expect(waiting).rejects.toBeInstanceOf(Error), opener.stop()]);
    await expect(opener.open(key, randomBytes(116), 90, [entry])).rejects.toEqual(broken);
  });
});

it('a restore takes what a store answers also where it is the first in memory that others share', async () => {
  const idKey = createSecretKey(randomBytes(32));
  const held = holdKey(bytesOf<'DataKey'>(randomBytes(32)), vaultId, 'b'.repeat(32), 'data');
  const plain = randomBytes(100);
  const pack = new PackWriter(held, vaultId, new Compressor());
  pack.add(idOf(idKey, plain), ChunkKind.content, plain);
  const { bytes, entries } = pack.finish();
  const [entry] = entries as [ChunkEntry];
  const opener = createOpener(idKey, 1);
  stops.push(() => opener.stop());
  const { key } = packKey(bytes, held, vaultId);
  let range: Buffer;
  do {
    range = Buffer.concat([bytes.subarray(entry.offset, entry.offset + entry.stored)]);
  } while (range.byteOffset > 0);
  expect(range.buffer.byteLength).toBeGreaterThan(range.length);
  expect(await opener.open(key, range, entry.offset, [entry])).toEqual(plain);
});

it('a backup that is stopped puts nothing any more, however much its threads had to do', async () => {
  const held = holdKey(bytesOf<'DataKey'>(randomBytes(32)), vaultId, 'b'.repeat(32), 'data');
  let packs = 0;
  const onPack = async () => void packs++;
  const sealer = new Sealer({ held, vaultId, blocks: new BlockPool(DEFAULT_SIZES), onPack, threads: 1 });
  const [chunk, count] = [1 << 20, 10];
  for (let i = 0; i < 2; i++) {
    const block = Buffer.from(new Uint8Array(randomBytes(count * chunk)).buffer);
    const ids = Buffer.from(new Uint8Array(randomBytes(count * 32)).buffer);
    await sealer.submit(block, {
      ids,
      ranges: Uint32Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? (at / 2) * chunk : chunk)),
    });
  }
  await sealer.stop();
  expect(packs).toBe(0);
});
