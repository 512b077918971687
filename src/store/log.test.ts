import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originOf, openCheckpoint } from '../audit/checkpoint.ts';
import { leafHash } from '../audit/merkle.ts';
import { verifyInclusion } from '../audit/proof.fixture.ts';
import { draft } from '../records/writes.fixture.ts';
import { Installation } from './installation.fixture.ts';
import { openStore, type SqliteStore } from './sqlite.ts';
import { verifyLogs } from './verify-logs.ts';

let here: Installation;
let store: SqliteStore;
beforeEach(async () => {
  here = new Installation();
  store = await here.open();
});
afterEach(() => here.remove());

async function use(from: number, to: number): Promise<void> {
  const acts = Array.from({ length: to - from }, (_, i) => store.record(draft('t1', { requestId: `r-${from + i}` })));
  await Promise.all(acts);
  await store.sequence();
}

describe('the log of a store', () => {
  it('has nothing before its first entry', async () => {
    const log = store.log('t1');
    expect(await log.head()).toBeUndefined();
    expect(await log.read(0, 10)).toEqual([]);
    expect(await log.find('r-1')).toBeUndefined();
    await expect(log.prove(0)).rejects.toThrow(RangeError);
  });

  it('is read, searched and proved while it grows', async () => {
    await use(0, 300);
    const log = store.log('t1');
    const growing = use(300, 700);
    const page = await log.read(250, 260);
    expect(page.map(({ index, leaf }) => [index, JSON.parse(leaf.toString()).request])).toEqual(
      Array.from({ length: 10 }, (_, i) => [250 + i, `r-${250 + i}`]),
    );
    expect(page[0]?.details?.toString()).toBe('{"source":"127.0.0.1"}');
    await growing;
    expect((await log.read(690, 9999)).length).toBe(10);
    expect((await log.find('r-299'))?.index).toBe(299);
    expect(await log.find('r-29', 100)).toBeUndefined();
    expect(await log.find('r-700')).toBeUndefined();
    for (const index of [0, 255, 256, 299, 511, 699]) {
      const { leaf, proof, checkpoint } = await log.prove(index);
      const { root } = openCheckpoint(checkpoint, originOf(here.origin, 't1'), here.publicKey);
      expect(JSON.parse(leaf.toString()).request).toBe(`r-${index}`);
      expect(verifyInclusion(proof, leafHash(leaf), root)).toBe(true);
    }
    await expect(log.prove(700)).rejects.toThrow('no leaf 700');
  });

  it('is verified while it grows', async () => {
    await use(0, 700);
    let isGrowing = true;
    const growing = (async () => {
      for (let n = 700; isGrowing; n += 10) await use(n, n + 10);
    })();
    const { origin, folder, publicKey } = here;
    for (let n = 0; n < 10; n++) {
      const report = await verifyLogs({ folder, origin, publicKey });
      expect(report.get('t1')?.checkpoint.size).toBeGreaterThanOrEqual(700);
      await here.check();
    }
    isGrowing = false;
    await growing;
    expect(here.failures).toEqual([]);
  });

  it('keeps its tree whole when details are erased, in full bundles and in the newest one', async () => {
    await use(0, 300);
    await store.eraseDetails('t1', [3, 255, 299]);
    await use(300, 310);
    const entries = await store.log('t1').read(0, 310);
    expect(entries.filter(({ details }) => details === undefined).map(({ index }) => index)).toEqual([3, 255, 299]);
    await expect(store.eraseDetails('t1', [0, 310])).rejects.toThrow('no entry 310');
    await here.close();
    store = await here.open();
    await use(310, 320);
    const { origin, folder, publicKey } = here;
    expect((await verifyLogs({ folder, origin, publicKey })).get('t1')).toMatchObject({
      erased: 3,
      checkpoint: { size: 320 },
    });
    expect(here.failures).toEqual([]);
  });

  it('lies in files of their owner alone, and its witness has the newest head', async () => {
    await use(0, 3);
    const log = join(here.folder, 't1');
    expect(statSync(join(log, 'checkpoint')).mode & 0o777).toBe(0o600);
    for (const folder of [here.folder, log, join(log, 'tile/0')]) expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(here.witness, 't1')).size).toBe(statSync(join(log, 'checkpoint')).size);
    expect(existsSync(join(log, 'tile/0/000.p/3'))).toBe(true);
  });

  it('goes on by another thread where the one that wrote it has died', async () => {
    process.env['KEYSTEAD_FAULT'] = 'sequencer.after-tiles:1:thread';
    try {
      store = await here.open();
      await store.record(draft('t1'));
      expect(await store.sequence()).toBe(0);
    } finally {
      delete process.env['KEYSTEAD_FAULT'];
    }
    expect(here.failures).toEqual(['the sequencer ended']);
    await store.record(draft('t1'));
    expect(await store.sequence()).toBe(2);
    await here.close();
    expect((await here.check()).logs).toEqual([{ log: 't1', size: 2 }]);
  });

  it('is written by one process at a time, and by the other when that one has ended', async () => {
    await use(0, 1);
    const second = await openStore({
      path: here.path,
      audit: here.audit(),
      reserveBytes: 65_536,
      sequenceEveryMs: 3_600_000,
    });
    second.useQueueKey(here.queueKey);
    await second.record(draft('t1'));
    expect(await second.sequence()).toBe(0);
    expect(await store.sequence()).toBe(1);
    await second.record(draft('t1'));
    await here.close();
    await second.record(draft('t1'));
    expect(await second.sequence()).toBe(1);
    await second.close();
    expect((await here.check()).logs).toEqual([{ log: 't1', size: 4 }]);
  });
});
