import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { backup } from '../backup/backup.ts';
import { check } from '../check/check.ts';
import { hasDecryptor, PYTHON } from '../decryptor.fixture.ts';
import { DESCRIPTOR_NAME } from '../format/descriptor.ts';
import { VaultError } from '../errors.ts';
import { enrolWriter, revokeWriter } from '../further-writers.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../format/format.ts';
import { forget, type ForgetReport } from '../keeping/forget.ts';
import { maintain } from '../keeping/maintain.ts';
import { retireKey } from '../keeping/retire.ts';
import { markId, markName, sealMark } from '../format/mark.ts';
import { openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { rewrap } from '../rewrap.ts';
import { readSnapshot } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import type { Target } from '../targets/target.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { newVault, noise, picture, removeScratch, scratch, writerKey } from '../vault.fixture.ts';
import { writerOf } from '../format/writer-key.ts';
import { adopt } from './adopt.ts';
import { makeDedupeKey, openKnown, openWriteOnly, type KnownVault } from './open-write-only.ts';
import { WriterMemory } from './memory.ts';
import { ensurePair } from './pairs.ts';
import { wordFor } from './word.ts';
import type { ServerWord } from './write-only.ts';
import type { Job } from '../runs/job.ts';
import { performerOf } from '../runs/performers.ts';

/** What a credential that may put and nothing else gets at. */
function putOnly(target: Target): Target {
  const refuse = (what: string) => (): never => {
    throw new VaultError('target-failed', `This credential may not ${what}`);
  };
  return {
    capabilities: { delete: false, lock: false },
    describe: () => target.describe(),
    put: (name, bytes) => target.put(name, bytes),
    get: refuse('get'),
    getRange: refuse('get'),
    list: refuse('list'),
    delete: refuse('delete'),
    close: () => target.close(),
  };
}

describe('a host that may only write', () => {
  let folder: string;
  let vault: Awaited<ReturnType<typeof newVault>>;
  let known: KnownVault;
  let dedupe: { id: string; key: Buffer };
  let words: ServerWord[];
  let open: Repository[];
  let turnOff: boolean;
  let beforeWord: () => Promise<void>;
  let clock: { ms: number; leapMs: number };
  const key = writerKey();
  const id = writerOf(key).id;

  const reader = async (cache = 'cache-reader'): Promise<Repository> => {
    const options = { masterKeys: [vault.masterKey], writerKey: vault.writerKey, cacheFolder: join(folder, cache) };
    const repository = await openRepository(vault.target, options);
    open.push(repository);
    return repository;
  };
  /** Does what the server does when a host asks. */
  const ask = async (): Promise<ServerWord> => {
    if (turnOff) throw new VaultError('conflict', 'The server says no');
    const repository = await reader();
    await beforeWord();
    const word = await wordFor(repository, id);
    clock.ms += clock.leapMs;
    words.push(word);
    return word;
  };
  const host = (state: string | undefined = 'state', target = putOnly(vault.target)): Repository => {
    const repository = openWriteOnly(target, {
      known,
      writerKey: key,
      dedupe: { id: dedupe.id, key: bytesOf(Buffer.from(dedupe.key)) },
      server: { ask, prove: async () => void (await ask()) },
      clock: { nowMs: () => Date.now() + clock.ms, monotonicMs: () => performance.now() + clock.ms },
      ...(state !== undefined && { stateFolder: join(folder, state) }),
    });
    open.push(repository);
    return repository;
  };
  const source = () => new FolderSource(join(folder, 'source'), 'records');
  const run = (repository = host()) => backup({ repository, source: source(), threads: 0 });
  const restored = async (snapshotId: string, repository: Repository): Promise<string[]> => {
    const to = join(folder, `back-${Math.random()}`);
    await restore({ repository, snapshotId, to, threads: 0 });
    return picture(to);
  };

  beforeEach(async () => {
    folder = scratch();
    [words, open, turnOff] = [[], [], false];
    clock = { ms: 0, leapMs: 0 };
    beforeWord = async () => {};
    vault = await newVault(folder);
    mkdirSync(join(folder, 'source', 'deep'), { recursive: true });
    for (let i = 0; i < 8; i++) writeFileSync(join(folder, 'source', 'deep', `${i}`), noise(`${i}`, 50_000));
    const { pair, bytes } = await ensurePair(vault.repository);
    await enrolWriter(vault.repository, writerOf(key).publicKey);
    const descriptor = await vault.target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH);
    const { creator, vault: vaultId } = vault.repository.descriptor;
    known = { descriptor, creator, vault: vaultId, pair: bytes, pairId: pair.key };
    const made = await makeDedupeKey(openKnown(known), key);
    await vault.target.put(made.name, made.envelope);
    dedupe = made;
  });
  afterEach(() => {
    for (const repository of open) repository.close();
    vault.repository.close();
    removeScratch(folder);
  });

  it('backs up with a credential that only puts, and whoever has the master key restores', async () => {
    const first = await run();
    expect(first).toMatchObject({ newBytes: 400_000, parent: null, problems: [], warnings: [] });
    const again = await run();
    expect(again).toMatchObject({ unchangedFiles: 8, readBytes: 0, newBytes: 0, parent: first.snapshotId });
    const repository = await reader('cache-new');
    expect((await check({ repository, level: 'data' })).findings).toEqual([]);
    for (const { snapshotId } of [first, again]) {
      expect(await restored(snapshotId, repository)).toEqual(picture(join(folder, 'source')));
    }
  });

  it('asks for the master key before it begins and right before its manifest', async () => {
    await run();
    expect(words).toHaveLength(2);
    vault.masterKey.failure = 'disabled';
    const puts: string[] = [];
    const target = putOnly(vault.target);
    const watched = {
      ...target,
      put: async (name: string, bytes: Uint8Array) => (puts.push(name), target.put(name, bytes)),
    };
    await expect(run(host('state', watched))).rejects.toMatchObject({ code: 'disabled' });
    expect(puts).toEqual([]);
    vault.masterKey.failure = undefined;
    writeFileSync(join(folder, 'source', 'new'), noise('new', 50_000));
    // It is switched off while the run is at work: packs lie there, and no snapshot.
    const late = {
      ...target,
      put: async (name: string, bytes: Uint8Array) => (
        (turnOff = name.startsWith('packs/') || turnOff),
        puts.push(name),
        target.put(name, bytes)
      ),
    };
    await expect(run(host('state', late))).rejects.toMatchObject({ code: 'conflict' });
    expect(puts.some((name) => name.startsWith('packs/'))).toBe(true);
    expect(puts.some((name) => name.startsWith('snapshots/'))).toBe(false);
    turnOff = false;
    // What it has uploaded is used again: nobody could have deleted it yet.
    expect(await run()).toMatchObject({ newBytes: 0, head: { sequence: 2 } });
  });

  it('cannot open what it wrote yesterday', async () => {
    const { snapshotId } = await run();
    const greedy = host('state', vault.target);
    await expect(readSnapshot(greedy, greedy.keyRing(), snapshotId)).rejects.toMatchObject({ code: 'no-recipient' });
    const ring = greedy.keyRing();
    const other = await reader();
    const { manifest } = await readSnapshot(other, other.keyRing(), snapshotId);
    for (const { id: keyId, purpose } of manifest.head.keys) {
      const opened = await ring.get(keyId).catch((error: VaultError) => error.code);
      expect(purpose === 'dedupe' || opened === 'no-recipient').toBe(true);
    }
  });

  it('that has lost what it remembers reads and writes everything once more, and goes on with its chain', async () => {
    await run();
    const second = await run(host('state-lost'));
    expect(second).toMatchObject({ parent: null, newBytes: 400_000, head: { sequence: 2 } });
    const third = await run(host('state-lost'));
    expect(third).toMatchObject({ parent: second.snapshotId, newBytes: 0, head: { sequence: 3 } });
    expect((await check({ repository: await reader(), level: 'data' })).findings).toEqual([]);
  });

  it('whose memory is ruined begins it anew, as one that has lost it', () => {
    const state = join(folder, 'ruined');
    const path = join(state, `${'ab'.repeat(16)}.memory.v1.sqlite`);
    const pack = 'cd'.repeat(32);
    const open = (): WriterMemory => new WriterMemory(state, 'ab'.repeat(16));
    const first = open();
    first.rememberPack(pack, 1000);
    expect(first.packsSince(1000)).toEqual([pack]);
    first.forgetPacks(1001);
    expect(first.packsSince(0)).toEqual([]);
    first.close();
    writeFileSync(path, Buffer.alloc(8192, 'no database'));
    const second = open();
    expect(second.packsSince(0)).toEqual([]);
    second.rememberPack(pack, 1000);
    second.close();
    const third = open();
    expect(third.packsSince(0)).toEqual([pack]);
    third.close();
  });

  it('follows a manifest of its own whose answer was lost', async () => {
    const target = putOnly(vault.target);
    const cut = {
      ...target,
      put: async (name: string, bytes: Uint8Array) => {
        await target.put(name, bytes);
        if (name.startsWith('snapshots/')) throw new VaultError('target-failed', 'The connection was cut');
      },
    };
    await expect(run(host('state', cut))).rejects.toMatchObject({ code: 'target-failed' });
    expect(await run()).toMatchObject({ newBytes: 0, head: { sequence: 2 } });
    const twice = {
      ...target,
      put: async (name: string, bytes: Uint8Array) => (
        await target.put(name, bytes),
        name.startsWith('snapshots/') ? target.put(name, bytes) : undefined
      ),
    };
    expect(await run(host('state', twice))).toMatchObject({ head: { sequence: 3 } });
  });

  it('that is cut off at any put leaves nothing that counts, and the next run uses what it can', async () => {
    let completed = false;
    for (let at = 0; !completed; at++) {
      let left = at;
      const target = putOnly(vault.target);
      const cut = {
        ...target,
        put: async (name: string, bytes: Uint8Array) => {
          if (left-- === 0) throw new VaultError('target-full', 'There is no room left');
          await target.put(name, bytes);
        },
      };
      const before = (await check({ repository: await reader(), level: 'structure' })).snapshots;
      completed = await run(host(`state`, cut)).then(
        () => true,
        (error: VaultError) => error.code !== 'target-full',
      );
      const { snapshots, findings } = await check({ repository: await reader(), level: 'data' });
      expect(findings).toEqual([]);
      expect(snapshots - before).toBe(completed ? 1 : 0);
      expect(at).toBeLessThan(12);
    }
    expect(await run()).toMatchObject({ unchangedFiles: 8, newBytes: 0, head: { sequence: 2 } });
  });

  it('builds upon no snapshot that was taken away, and on nothing that is about to be', async () => {
    const first = await run();
    unlinkSync(join(folder, 'store', 'snapshots', id, '0000000001'));
    writeFileSync(join(folder, 'source', 'other'), 'x');
    // The server has seen it go, as a prune would have it: the chain goes on, the parent is none.
    const second = await run();
    expect(second.parent).toBeNull();
    expect(second.head.sequence).toBe(2);
    const repository = await reader();
    const { body } = await readSnapshot(repository, repository.keyRing(), second.snapshotId);
    const creator = { id: vault.repository.descriptor.creator, privateKey: vault.writerKey };
    const createdMs = Date.now();
    const mark = {
      id: markId(createdMs, Buffer.alloc(16, 1)),
      kind: 'delete' as const,
      names: body.packs.map((pack) => `packs/${pack.slice(0, 2)}/${pack}`),
      reason: 'unreferenced' as const,
      createdMs,
      notBeforeMs: createdMs + 86_400_000,
    };
    await vault.target.put(markName(mark.id), sealMark(mark, known.vault, creator));
    const third = await run();
    expect(third.newBytes).toBeGreaterThan(0);
    expect(third.parent).toBe(second.snapshotId);
    expect(first.head.sequence).toBe(1);
  });

  it('asks again before its manifest when what it was told is five minutes old', async () => {
    await run();
    [words, clock.leapMs] = [[], 4 * 60_000];
    await run();
    expect(words).toHaveLength(2);
    [words, clock.leapMs] = [[], 6 * 60_000];
    const { snapshotId } = await run();
    expect(words.length).toBeGreaterThan(2);
    const repository = await reader();
    const { manifest } = await readSnapshot(repository, repository.keyRing(), snapshotId);
    const key = manifest.head.keys.find(({ purpose }) => purpose === 'data')?.id ?? '';
    // What it builds upon is retired after it was told, for the first time, that nothing is.
    const last = words.length;
    words = [];
    beforeWord = async () => {
      if (words.length === last - 1) await retireKey(repository, repository.keyRing(), key);
    };
    await expect(run()).rejects.toMatchObject({ code: 'conflict' });
    expect(words).toHaveLength(last);
  });

  it('that commits while its keys are forgotten loses nothing, and they are destroyed afterwards', async () => {
    const first = await run();
    writeFileSync(join(folder, 'source', 'new'), noise('new', 50_000));
    const expected = picture(join(folder, 'source'));
    const creator = await reader('cache-creator');
    const rulesOf = () => undefined;
    const target = putOnly(vault.target);
    let forgotten: ForgetReport | undefined;
    const late = {
      ...target,
      put: async (name: string, bytes: Uint8Array) => {
        if (name.startsWith('snapshots/'))
          forgotten = await forget({ repository: creator, rulesOf, what: { snapshots: [first.snapshotId] } });
        await target.put(name, bytes);
      },
    };
    const second = await run(host('state', late));
    expect(second.newBytes).toBe(50_000);
    expect(forgotten).toMatchObject({ forgotten: [first.snapshotId], destroyedKeys: [] });
    const waiting = forgotten?.waitingKeys ?? [];
    expect(waiting.length).toBeGreaterThan(1);
    expect(await restored(second.snapshotId, await reader('cache-5'))).toEqual(expected);
    const envelopes = () =>
      readdirSync(join(folder, 'store', 'keys')).filter(
        (key) => readdirSync(join(folder, 'store', 'keys', key)).length > 0,
      );
    const nowMs = (aheadMs: number) => ({ nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() });
    await maintain({ repository: { ...creator, clock: nowMs(0) }, rulesOf });
    expect(envelopes()).toEqual(expect.arrayContaining([...waiting]));
    await maintain({ repository: { ...creator, clock: nowMs(2 * 3_600_000) }, rulesOf });
    expect(envelopes().filter((key) => waiting.includes(key))).toEqual([]);
    const fresh = await reader('cache-6');
    expect(await restored(second.snapshotId, fresh)).toEqual(expected);
    expect((await check({ repository: fresh, level: 'data' })).findings).toEqual([]);
  });

  it('that was let go cannot go on', async () => {
    await run();
    await revokeWriter(vault.repository, id, 1);
    const late = await run();
    await expect(restored(late.snapshotId, await reader('cache-3'))).rejects.toMatchObject({ code: 'writer-revoked' });
  });

  it('is adopted when the vault is looked after, though nobody told of the run, and whatever else a host has put', async () => {
    await run();
    const repository = await reader();
    const job = { heads: [], storage: { type: 'folder', path: folder } } as unknown as Job;
    const work = { kind: 'maintain', keeping: { holds: [] }, dryRun: false, repack: false } as const;
    const watch = { signal: new AbortController().signal, onProgress: () => undefined };
    const { result } = await performerOf('maintain').run(repository, work, job, watch);
    expect(result).toMatchObject({ adopted: 3 });
    expect(result.warnings).toBeUndefined();
    expect(await adopt(repository, [])).toEqual({ envelopes: 3, adopted: 0 });
  });

  it('is adopted: its envelopes get recipients of their own, and the pair is needed no more', async () => {
    const { snapshotId } = await run();
    const repository = await reader();
    expect(await adopt(repository, [])).toEqual({ envelopes: 3, adopted: 3 });
    expect(await adopt(repository, [])).toEqual({ envelopes: 3, adopted: 0 });
    renameSync(join(folder, 'store', 'keys', known.pairId), join(folder, 'pair'));
    rmSync(join(folder, 'store', 'pairs'), { recursive: true });
    expect(await restored(snapshotId, await reader('cache-4'))).toEqual(picture(join(folder, 'source')));
  });

  it.skipIf(!hasDecryptor)('is read by the second implementation, which knows its dedupe key by the head', async () => {
    const { snapshotId } = await run();
    const repository = await reader();
    const ring = repository.keyRing();
    const { manifest } = await readSnapshot(repository, ring, snapshotId);
    const keys: [string, string][] = [];
    for (const { id: keyId } of manifest.head.keys)
      keys.push([keyId, (await ring.get(keyId)).key.export().toString('hex')]);
    const file = join(folder, 'keys.json');
    writeFileSync(file, JSON.stringify(Object.fromEntries(keys)));
    const script = resolve(import.meta.dirname, '../../../tools/decrypt.py');
    const to = join(folder, 'decrypted');
    const options = ['--snapshot', snapshotId, '--data-keys', file, '--to', to];
    const done = spawnSync(PYTHON, [script, join(folder, 'store'), ...options]);
    expect(done.stderr.toString()).toBe('');
    expect(picture(to)).toEqual(picture(join(folder, 'source')));
  });

  it('moves with the vault to another master key', async () => {
    const { snapshotId } = await run();
    const next = new FixtureMasterKey('next');
    const options = { masterKeys: [vault.masterKey, next], writerKey: vault.writerKey };
    const repository = await openRepository(vault.target, options);
    open.push(repository);
    await rewrap({ repository, to: [next] });
    const moved = await openRepository(vault.target, { masterKeys: [next] });
    open.push(moved);
    expect(await restored(snapshotId, moved)).toEqual(picture(join(folder, 'source')));
  });

  it('refuses what it was given when it is of another vault, or the pair by another signer', () => {
    expect(() => openKnown({ ...known, vault: 'ff'.repeat(16) })).toThrow(/another vault/);
    expect(() => openKnown({ ...known, creator: 'ff'.repeat(16) })).toThrow(/another vault/);
    const flipped = Buffer.from(known.pair);
    flipped[40]! ^= 1;
    expect(() => openKnown({ ...known, pair: flipped })).toThrow(VaultError);
  });

  it('notices a change by size, time or inode, as a run that reads its parent does', async () => {
    await run();
    writeFileSync(join(folder, 'source', 'deep', '3'), noise('changed', 50_000));
    utimesSync(join(folder, 'source', 'deep', '4'), 1, 1);
    expect(await run()).toMatchObject({ unchangedFiles: 6, readBytes: 100_000 });
  });
});
