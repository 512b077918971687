import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from './backup/backup.ts';
import { check } from './check/check.ts';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import type { MasterKeyFailure } from './master-keys/master-key-error.ts';
import type { Clock } from './ports.ts';
import { openRepository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { MasterKeyError } from './master-keys/master-key-error.ts';
import { SealedMasterKey } from './master-keys/sealed-master-key.ts';
import { rewrap } from './rewrap.ts';
import { recoveryKeyId } from './format/sealed.ts';
import { listSnapshots } from './snapshots.ts';
import { VaultError } from './errors.ts';
import { xWingPair } from '../crypto/x-wing.ts';
import { FolderSource } from './sources/folder.ts';
import { FolderTarget } from './targets/folder.ts';
import { newVault, noise, picture, removeScratch, scratch } from './vault.fixture.ts';

let folder: string;
let source: FolderSource;
beforeEach(() => {
  folder = scratch();
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'one'), noise('one', 50_000));
  writeFileSync(join(folder, 'source', 'two'), 'text '.repeat(1000));
  source = new FolderSource(join(folder, 'source'), 'source');
});
afterEach(() => removeScratch(folder));

const FAILURES: MasterKeyFailure[] = [
  'disabled',
  'pending-deletion',
  'material-missing',
  'deleted',
  'denied',
  'throttled',
  'unreachable',
  'wrong-context-or-tampered',
];

describe('a master key that says no', () => {
  it.each(FAILURES)('%s: stops backup, restore and check, and leaves nothing half done', async (failure) => {
    const { repository, masterKey } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    masterKey.failure = failure;
    const refused = { name: 'MasterKeyError', code: failure };
    const to = join(folder, 'restored');
    await expect(backup({ repository, source, threads: 0 })).rejects.toMatchObject(refused);
    await expect(restore({ repository, snapshotId, to, threads: 0 })).rejects.toMatchObject(refused);
    // Of one that does not take what it is given, others' may be sound: a check names it, and goes on.
    const checked = check({ repository, level: 'structure' }).then(({ findings }) => ({
      name: 'MasterKeyError',
      code: findings.map(({ code }) => code).join(),
    }));
    const isNamed = failure === 'wrong-context-or-tampered';
    await expect(isNamed ? checked : checked.catch((error: unknown) => error)).resolves.toMatchObject(
      isNamed ? { ...refused, code: `master-key-${failure}` } : refused,
    );
    expect(readdirSync(folder)).not.toContain('restored');
    expect((await listSnapshots(repository)).snapshots.length).toBe(1);

    masterKey.failure = undefined;
    await restore({ repository, snapshotId, to, threads: 0 });
    expect(picture(to)).toEqual(picture(join(folder, 'source')));
  });

  it('ends a run that it stops before the manifest', async () => {
    const { repository, masterKey } = await newVault(folder);
    const switchedOff = new FolderSource(join(folder, 'source'), 'source');
    const open = switchedOff.open.bind(switchedOff);
    switchedOff.open = (path) => {
      masterKey.failure = 'disabled';
      return open(path);
    };
    await expect(backup({ repository, source: switchedOff, threads: 0 })).rejects.toMatchObject({ code: 'disabled' });
    expect((await listSnapshots(repository)).snapshots).toEqual([]);
  });

  it('is asked again every five minutes, in a backup and in a restore', async () => {
    let now = 0;
    const clock: Clock = { nowMs: () => 1_700_000_000_000 + now, monotonicMs: () => now };
    const { repository, masterKey } = await newVault(folder, { clock });
    const slow = new FolderSource(join(folder, 'source'), 'source');
    const open = slow.open.bind(slow);
    slow.open = (path) => {
      now += 5 * 60_000;
      return open(path);
    };
    const before = masterKey.calls.unwrap;
    const { snapshotId } = await backup({ repository, source: slow, threads: 0 });
    // The dedupe key, at least once on the way, and right before the manifest.
    expect(masterKey.calls.unwrap - before).toBeGreaterThanOrEqual(3);

    // A key that is switched off while a restore is under way ends it, before it writes anything more.
    const { target } = repository;
    const getRange = target.getRange.bind(target);
    target.getRange = async (name, offset, length) => {
      if (name.startsWith('packs/')) {
        now += 5 * 60_000;
        masterKey.failure = 'disabled';
      }
      return await getRange(name, offset, length);
    };
    const to = join(folder, 'restored');
    await expect(restore({ repository, snapshotId, to, threads: 0 })).rejects.toMatchObject({ code: 'disabled' });
    expect(readdirSync(to)).toEqual([]);
  });

  it('is told from a tampered envelope by the commitment, though it opens', async () => {
    const { repository, masterKey, target } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const unwrap = masterKey.unwrap.bind(masterKey);
    masterKey.unwrap = async (wrapped, context) => {
      const dataKey = await unwrap(wrapped, context);
      if (context.purpose === 'metadata') dataKey[0]! ^= 1;
      return dataKey;
    };
    const other = await openRepository(target, { masterKeys: [masterKey] });
    const done = restore({ repository: other, snapshotId, to: join(folder, 'restored'), threads: 0 });
    await expect(done).rejects.toMatchObject({ name: 'VaultError', code: 'commitment-mismatch' });
  });
});

describe('several master keys', () => {
  it('each open every backup; one of them switched off does not matter to a restore', async () => {
    const second = new FixtureMasterKey('second', Buffer.alloc(32, 2), 'us-east-1');
    const first = new FixtureMasterKey('first');
    const { repository, target } = await newVault(folder, { masterKeys: [first, second] });
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    first.failure = 'unreachable';
    await restore({ repository, snapshotId, to: join(folder, 'a'), threads: 0 });
    await expect(backup({ repository, source, threads: 0 })).rejects.toMatchObject({ code: 'unreachable' });
    const alone = await openRepository(target, { masterKeys: [second] });
    await restore({ repository: alone, snapshotId, to: join(folder, 'b'), threads: 0 });
    expect(picture(join(folder, 'b'))).toEqual(picture(join(folder, 'source')));
    const stranger = await openRepository(target, { masterKeys: [new FixtureMasterKey('stranger')] });
    const refused = restore({ repository: stranger, snapshotId, to: join(folder, 'c'), threads: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'no-recipient' });
  });
});

describe('rewrap', () => {
  it('moves every envelope and nothing else, and the old key opens nothing any more', async () => {
    const { repository, masterKey, target } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const others = (): string[] =>
      picture(join(folder, 'store')).filter((line) => !/^\/(?:keys|\.incoming)/.test(line));
    const before = others();
    const next = new FixtureMasterKey('next');
    expect(await rewrap({ repository, to: [next] })).toEqual({
      envelopes: 3,
      rewrapped: 3,
      unchanged: 0,
      oldRevisionsLeft: [],
      unreadable: [],
    });
    expect(others()).toEqual(before);
    expect(masterKey.calls.rewrap).toBe(3);
    expect(await rewrap({ repository, to: [next] })).toMatchObject({ rewrapped: 0, unchanged: 3 });

    const to = join(folder, 'restored');
    await expect(restore({ repository, snapshotId, to, threads: 0 })).rejects.toMatchObject({ code: 'no-recipient' });
    const moved = await openRepository(target, { masterKeys: [next] });
    await restore({ repository: moved, snapshotId, to, threads: 0 });
    expect(picture(to)).toEqual(picture(join(folder, 'source')));
  });

  it('goes on where it was interrupted', async () => {
    const { repository, masterKey } = await newVault(folder);
    await backup({ repository, source, threads: 0 });
    const next = new FixtureMasterKey('next');
    const stopped = rewrap({
      repository,
      to: [next],
      atOnce: 1,
      onProgress: (done) => void (masterKey.failure = done ? 'unreachable' : undefined),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'unreachable' });
    masterKey.failure = undefined;
    expect(await rewrap({ repository, to: [next] })).toMatchObject({ rewrapped: 2, unchanged: 1 });
  });

  it('adds a recipient and takes one away, and each snapshot says who could open it', async () => {
    const [first, second] = [new FixtureMasterKey('first'), new FixtureMasterKey('second')];
    const { repository, target, writerKey } = await newVault(folder, { masterKeys: [first] });
    await backup({ repository, source, threads: 0 });
    await rewrap({ repository, to: [first, second] });
    const both = await openRepository(target, { masterKeys: [first, second], writerKey });
    await backup({ repository: both, source, threads: 0 });
    await rewrap({ repository: both, to: [second] });
    const alone = await openRepository(target, { masterKeys: [second], writerKey });
    const { snapshotId } = await backup({ repository: alone, source, threads: 0 });
    const { snapshots } = await listSnapshots(alone);
    const names = snapshots.map(({ head }) => head.recipients?.map(({ keyId }) => keyId));
    expect(names).toEqual([['first'], ['first', 'second'], ['second']]);
    await restore({ repository: alone, snapshotId, to: join(folder, 'restored'), threads: 0 });
    const gone = await openRepository(target, { masterKeys: [first] });
    const refused = restore({ repository: gone, snapshotId, to: join(folder, 'none'), threads: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'no-recipient' });
  });

  it('adds a recovery key that only wraps here, with which alone everything is restored', async () => {
    const { repository, masterKey, target } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const privateKey = xWingPair(Buffer.alloc(32, 9));
    const { publicKey } = privateKey;
    const options = { provider: 'recovery', keyId: recoveryKeyId(publicKey), publicKey } as const;
    const sealOnly = new SealedMasterKey(options);
    await expect(rewrap({ repository, to: [sealOnly] })).rejects.toMatchObject({ code: 'no-recipient' });
    expect(await rewrap({ repository, to: [masterKey, sealOnly] })).toMatchObject({ rewrapped: 3 });
    masterKey.failure = 'deleted';
    const alone = await openRepository(target, { masterKeys: [new SealedMasterKey({ ...options, privateKey })] });
    await restore({ repository: alone, snapshotId, to: join(folder, 'restored'), threads: 0 });
    expect(picture(join(folder, 'restored'))).toEqual(picture(join(folder, 'source')));
    const half = await openRepository(target, { masterKeys: [masterKey, sealOnly] });
    const told = restore({ repository: half, snapshotId, to: join(folder, 'none'), threads: 0 });
    const error = await told.catch((reason: unknown) => reason);
    // The refusal of the key that could be asked comes first; that another one is offline is said too.
    expect(error).toMatchObject({ code: 'deleted', others: [{ code: 'offline' }] });
    expect((error as Error).message).toContain('only wraps here');
  });

  it('wraps anew for the newest versions of the same keys, and goes on with that where it was cut off', async () => {
    const { repository, masterKey } = await newVault(folder);
    await backup({ repository, source, threads: 0 });
    const clock = repository.clock.nowMs();
    const refreshBeforeMs = clock + 1;
    Object.assign(repository, { clock: { ...repository.clock, nowMs: () => clock + 2 } });
    const cutOff = rewrap({
      repository,
      to: [masterKey],
      refreshBeforeMs,
      atOnce: 1,
      onProgress: (done) => void (masterKey.failure = done === 2 ? 'throttled' : undefined),
    });
    await expect(cutOff).rejects.toMatchObject({ code: 'throttled' });
    masterKey.failure = undefined;
    const again = { repository, to: [masterKey], refreshBeforeMs };
    expect(await rewrap(again)).toMatchObject({ envelopes: 3, rewrapped: 1, unchanged: 2 });
    expect(await rewrap(again)).toMatchObject({ rewrapped: 0 });
    expect(masterKey.calls.rewrap).toBe(4);
  });

  it('moves several envelopes at once, and ends with the first refusal', async () => {
    const { repository, masterKey } = await newVault(folder);
    for (let i = 0; i < 3; i++) {
      writeFileSync(join(folder, 'source', `new-${i}`), noise(`new-${i}`, 1000));
      await backup({ repository, source, threads: 0 });
    }
    const next = new FixtureMasterKey('next');
    const wrap = next.wrap.bind(next);
    let [now, most, calls] = [0, 0, 0];
    const several = Promise.withResolvers<void>();
    next.wrap = async (...given) => {
      most = Math.max(most, ++now);
      // The first waits for another one.
      if (now > 1) several.resolve();
      await several.promise;
      now--;
      if (++calls === 4) masterKey.failure = 'disabled';
      return await wrap(...given);
    };
    const stopped = rewrap({ repository, to: [next], atOnce: 3 });
    await expect(stopped).rejects.toMatchObject({ code: 'disabled' });
    expect([most > 1, most <= 3, calls < 7]).toEqual([true, true, true]);
    masterKey.failure = undefined;
    expect(await rewrap({ repository, to: [next] })).toMatchObject({ envelopes: 7, unreadable: [] });
    expect(await rewrap({ repository, to: [next] })).toMatchObject({ rewrapped: 0, unchanged: 7 });
  });

  it('deletes no old revision before the new one is proven, also when it was cut off between', async () => {
    const { repository, target } = await newVault(folder);
    await backup({ repository, source, threads: 0 });
    const next = new FixtureMasterKey('next');
    const unwrap = next.unwrap.bind(next);
    next.unwrap = () => Promise.reject(new MasterKeyError('unreachable', 'next'));
    const names = async (): Promise<number> => (await Array.fromAsync(target.list('keys/'))).length;
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(rewrap({ repository, to: [next], atOnce: 1 })).rejects.toMatchObject({ code: 'unreachable' });
      expect(await names()).toBe(4);
    }
    next.unwrap = unwrap;
    expect(await rewrap({ repository, to: [next] })).toMatchObject({ rewrapped: 2, unchanged: 1 });
    expect(await names()).toBe(3);
  });

  it('counts an old revision that a lock keeps as left', async () => {
    const { repository, target } = await newVault(folder);
    target.delete = (name) => Promise.reject(new VaultError('object-locked', `${name} is locked`));
    const { oldRevisionsLeft } = await rewrap({ repository, to: [new FixtureMasterKey('next')] });
    expect(oldRevisionsLeft).toHaveLength(1);
  });

  it('tells of old revisions that the store does not delete', async () => {
    const { repository, target } = await newVault(folder);
    Object.assign(target, { capabilities: { delete: false } });
    const { oldRevisionsLeft } = await rewrap({ repository, to: [new FixtureMasterKey('next')] });
    expect(oldRevisionsLeft.length).toBe(1);
  });

  it('is not undone by a store that brings the old revision back', async () => {
    const { repository, masterKey, target } = await newVault(folder);
    const { snapshotId } = await backup({ repository, source, threads: 0 });
    const kept = new Map<string, Buffer>();
    for await (const { name, length } of target.list('keys/')) kept.set(name, await target.get(name, length));
    const next = new FixtureMasterKey('next');
    await rewrap({ repository, to: [next] });
    for await (const { name } of target.list('keys/')) await target.delete(name);
    for (const [name, bytes] of kept) await target.put(name, bytes);
    repository.close();
    const again = await openRepository(new FolderTarget(join(folder, 'store')), {
      masterKeys: [masterKey, next],
      cacheFolder: join(folder, 'cache'),
    });
    const refused = restore({ repository: again, snapshotId, to: join(folder, 'restored'), threads: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'rolled-back' });
  });
});
