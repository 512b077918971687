import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backup } from '../backup/backup.ts';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { openRepository } from '../repository.ts';
import { rewrap } from '../rewrap.ts';
import { FolderSource } from '../sources/folder.ts';
import { newVault, removeScratch, scratch } from '../vault.fixture.ts';
import { keyOutlook, togetherOutlook, type KeyOutlook } from './key-outlook.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));

describe('what becomes unreadable when a master key goes', () => {
  it('is every snapshot that needs an envelope of that key alone, and none that another opens', async () => {
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'a'), 'a');
    const source = new FolderSource(join(folder, 'source'), 'source');
    const [first, second] = [new FixtureMasterKey('first'), new FixtureMasterKey('second')];
    const { repository, target, writerKey } = await newVault(folder, { masterKeys: [first] });
    const { snapshotId: one } = await backup({ repository, source, threads: 0 });
    const outlook = (keyId: string) => keyOutlook(repository, { keyId, knownHeads: [] });
    expect(await outlook('first')).toMatchObject({
      snapshotCount: 1,
      unreadableCount: 1,
      unreadable: [{ snapshotId: one }],
      others: [],
    });
    expect(await outlook('second')).toMatchObject({ unreadableCount: 0, others: ['first'] });

    // A second recipient that was added without re-wrapping opens new data keys, and not the vault's own.
    const both = await openRepository(target, { masterKeys: [first, second], writerKey });
    await backup({ repository: both, source, threads: 0 });
    expect(await outlook('first')).toMatchObject({
      snapshotCount: 2,
      unreadableCount: 2,
      oldestUnreadable: { snapshotId: one },
    });
    await rewrap({ repository: both, to: [first, second] });
    expect(await outlook('first')).toMatchObject({ unreadableCount: 0, unreadable: [], others: ['second'] });
    const { oldestUnreadable } = await outlook('first');
    expect(oldestUnreadable).toBeUndefined();
    first.failure = second.failure = 'deleted';
    // Nobody is asked.
    expect(await outlook('second')).toMatchObject({ unreadableCount: 0, others: ['first'] });
  });

  it('is the sum over the places of an environment, the newest first, and whoever opens all that is left of each', () => {
    const place = (taken: string[], readable: number, others: string[]): KeyOutlook => ({
      keyId: 'k',
      snapshotCount: taken.length + readable,
      unreadableCount: taken.length,
      unreadable: taken.map((takenAt) => ({ snapshotId: `s${takenAt}`, takenAt })),
      ...(taken.length > 0 && {
        oldestUnreadable: { snapshotId: `s${taken.at(-1)}`, takenAt: taken.at(-1) as string },
      }),
      others,
    });
    const all = [place(['2026', '2022'], 1, ['a', 'b']), place(['2024'], 0, []), place([], 2, ['b', 'c'])];
    expect(togetherOutlook('k', all)).toMatchObject({
      snapshotCount: 6,
      unreadableCount: 3,
      unreadable: [{ takenAt: '2026' }, { takenAt: '2024' }, { takenAt: '2022' }],
      oldestUnreadable: { snapshotId: 's2022' },
      others: ['b'],
    });
    expect(togetherOutlook('k', [])).toEqual({
      keyId: 'k',
      snapshotCount: 0,
      unreadableCount: 0,
      unreadable: [],
      others: [],
    });
  });
});
