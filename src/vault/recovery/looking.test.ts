import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTree } from '../vault.fixture.ts';
import { browse } from './browse.ts';
import { chooseSnapshot } from './choose-snapshot.ts';
import { compare, type Comparison } from './compare.ts';
import { history } from './history.ts';
import type { OpenSnapshot } from './open-snapshot.ts';
import { RecoveryFixture } from './recovery.fixture.ts';
import { search, type SearchOptions } from './search.ts';

let vault: RecoveryFixture;
const each = (): void => {
  beforeEach(async () => {
    vault = await RecoveryFixture.make();
    makeTree(vault.source);
  });
  afterEach(() => vault.remove());
};

const path = (text: string) => Buffer.from(text);

describe('browse', () => {
  each();

  it('lists a folder page by page, with exact names and how many are below', async () => {
    const snapshot = await vault.open(await vault.backup());
    const root = await browse(snapshot, { path: path(''), limit: 100 });
    expect(root.next).toBeUndefined();
    const odd = root.entries.find(({ name }) => name.startsWith('name-'));
    expect(Buffer.from(odd?.nameBytes ?? '', 'base64')).toEqual(
      Buffer.concat([path('name-'), Buffer.from([0xff, 0xfe, 0x0a])]),
    );
    expect(root.entries.find(({ name }) => name === 'many')).toMatchObject({ type: 'folder', items: 300 });
    expect(root.entries.find(({ name }) => name === 'small.txt')).toMatchObject({ size: 1320, mode: '0640', links: 2 });
    expect(root.entries.find(({ name }) => name === 'dangling')).toMatchObject({
      target: '../elsewhere/does not exist',
    });
    const names: string[] = [];
    let after: Buffer | undefined;
    for (;;) {
      const page = await browse(snapshot, { path: path('/many/'), limit: 7, ...(after && { after }) });
      names.push(...page.entries.map(({ name }) => name));
      if (page.next === undefined) break;
      after = Buffer.from(page.next, 'base64');
    }
    expect(names).toEqual(Array.from({ length: 300 }, (_, i) => `file-${i}`).toSorted());
    for (const nowhere of ['nothing', 'small.txt', 'many/file-1/deeper']) {
      const asked = browse(snapshot, { path: path(nowhere), limit: 1 });
      await expect(asked).rejects.toMatchObject({ code: 'path-missing' });
    }
  });

  it('finds a name on each page of a folder of many pages', async () => {
    const many = join(vault.source, 'thousands');
    mkdirSync(many);
    for (let i = 0; i < 3000; i++) writeFileSync(join(many, `f${i}`), '');
    const snapshot = await vault.open(await vault.backup());
    const folder = await snapshot.reader.lookup(snapshot.body.root, path('thousands'));
    const nodes = folder?.type === 'folder' ? folder.nodes : [];
    expect(nodes.length).toBeGreaterThan(3);
    for (let i = 0; i < 3000; i += 37) expect(await snapshot.reader.lookup(nodes, path(`f${i}`))).toBeDefined();
    for (const not of ['', 'a', 'f', 'f29999', 'g'])
      expect(await snapshot.reader.lookup(nodes, path(not))).toBeUndefined();
    const rest = await browse(snapshot, { path: path('thousands'), after: path('f2998'), limit: 1000 });
    expect(rest.entries.map(({ name }) => name).slice(0, 2)).toEqual(['f2999', 'f3']);
  });
});

describe('search', () => {
  let shared: RecoveryFixture;
  let snapshot: OpenSnapshot;
  beforeAll(async () => {
    shared = await RecoveryFixture.make();
    makeTree(shared.source);
    snapshot = await shared.open(await shared.backup());
  });
  afterAll(() => shared.remove());

  it.each<[string, Partial<SearchOptions>, string[]]>([
    ['a name anywhere', { pattern: '*.bin' }, ['folder/copy-of-large.bin', 'large.bin']],
    ['a path', { pattern: 'folder/**/secret' }, ['folder/deep/deeper/secret']],
    ['a folder', { type: 'folder', pattern: 'deep*' }, ['folder/deep', 'folder/deep/deeper']],
    ['sizes', { minSize: 70_000, maxSize: 2_500_000 }, ['folder/deep/deeper/secret', 'zeros']],
    ['times', { modifiedBeforeMs: 1_234_567_890_000, type: 'file' }, ['large.bin', 'zeros']],
    ['below a folder', { below: path('folder'), type: 'link' }, ['folder/absolute']],
    ['nothing', { pattern: 'nowhere*' }, []],
  ])('finds %s', async (_what, query, expected) => {
    const { found, next } = await search(snapshot, { ...query, limit: 100 });
    expect([found.map((item) => item.path), next]).toEqual([expected, undefined]);
  });

  it('goes on where it stopped, whatever ended a page', async () => {
    const whole = await search(snapshot, { limit: 10_000 });
    for (const bounds of [{ limit: 1 }, { limit: 13 }, { limit: 10_000, atMost: 5 }]) {
      const found: string[] = [];
      let after: Buffer | undefined;
      do {
        const page = await search(snapshot, { ...bounds, ...(after && { after }) });
        found.push(...page.found.map(({ pathBytes }) => pathBytes));
        after = page.next === undefined ? undefined : Buffer.from(page.next, 'base64');
      } while (after);
      expect(found).toEqual(whole.found.map(({ pathBytes }) => pathBytes));
    }
  });
});

describe('compare', () => {
  each();

  const told = ({ differences }: Comparison) =>
    differences.map(({ kind, path: at, changes }) => [kind, at, ...(changes ?? [])].join(' '));

  it('tells what was added, changed and deleted, and reads no page that both share', async () => {
    const first = await vault.backup();
    const at = (name: string) => join(vault.source, name);
    writeFileSync(at('many/file-7'), 'changed');
    chmodSync(at('zeros'), 0o600);
    utimesSync(at('empty'), 1, 1);
    unlinkSync(at('dangling'));
    symlinkSync('elsewhere', at('dangling'));
    rmSync(at('folder/deep'), { recursive: true });
    mkdirSync(at('new/below'), { recursive: true });
    writeFileSync(at('new/below/file'), '12345');
    rmSync(at('empty-folder'), { recursive: true });
    writeFileSync(at('empty-folder'), 'a file now');
    const [before, after] = await Promise.all([vault.side(first), vault.side(await vault.backup())]);
    const whole = await compare(before, after, { limit: 100 });
    expect(told(whole)).toEqual([
      'changed dangling target times',
      'changed empty times',
      'changed empty-folder type',
      'deleted folder/deep',
      'deleted folder/deep/deeper',
      'deleted folder/deep/deeper/secret',
      'changed many/file-7 content times',
      'added new',
      'added new/below',
      'added new/below/file',
      'changed zeros mode',
    ]);
    expect(whole.totals).toMatchObject({ added: 3, changed: 5, deleted: 3, addedBytes: 5, deletedBytes: 70_000 });
    expect(told(await compare(after, before, { limit: 100 }))).toContain('added folder/deep/deeper/secret');
    expect(told(await compare(before, after, { below: path('many'), limit: 9 }))).toEqual([told(whole)[6]]);
    const pages: string[] = [];
    let next: Buffer | undefined;
    do {
      const page = await compare(before, after, { limit: 2, ...(next && { after: next }) });
      pages.push(...told(page));
      expect(page.totals).toEqual(whole.totals);
      next = page.next === undefined ? undefined : Buffer.from(page.next, 'base64');
    } while (next);
    expect(pages).toEqual(told(whole));
    expect((await compare(after, after, { limit: 1 })).totals).toMatchObject({ added: 0, changed: 0, deleted: 0 });
    await expect(compare(before, after, { below: path('nowhere'), limit: 1 })).rejects.toMatchObject({
      code: 'path-missing',
    });
  });

  it('finds one change among thousands by reading a few pages', async () => {
    const many = join(vault.source, 'thousands');
    mkdirSync(many);
    for (let i = 0; i < 3000; i++) writeFileSync(join(many, `f${i}`), '');
    const first = await vault.backup();
    writeFileSync(join(many, 'f1500'), 'x');
    rmSync(join(many, 'f20'));
    writeFileSync(join(many, 'f1500a'), 'y');
    const { totals, differences } = await compare(await vault.side(first), await vault.side(await vault.backup()), {
      limit: 9,
    });
    expect(totals).toMatchObject({ added: 1, changed: 1, deleted: 1 });
    expect(differences.map((one) => one.path)).toEqual(['thousands/f1500', 'thousands/f1500a', 'thousands/f20']);
    expect(totals.sharedPages).toBeGreaterThan(3);
  });

  it('sees that a small file that was written again is the same', async () => {
    const first = await vault.backup();
    writeFileSync(join(vault.source, 'many/file-8'), '8\n'.repeat(8));
    utimesSync(join(vault.source, 'many/file-8'), 5, 5);
    const result = await compare(await vault.side(first), await vault.side(await vault.backup()), { limit: 9 });
    expect(told(result)).toEqual(['changed many/file-8 times']);
  });
});

describe('history', () => {
  each();

  it('says what became of a path, newest first, in pages', async () => {
    const at = join(vault.source, 'many/file-3');
    const ids = [await vault.backup()];
    ids.push(await vault.backup());
    writeFileSync(at, 'changed');
    ids.push(await vault.backup());
    rmSync(at);
    ids.push(await vault.backup());
    const asked = { path: path('many/file-3'), source: 'source', limit: 10 };
    const all = await history(vault.repository, asked);
    expect(all.states.map(({ snapshotId, state }) => [snapshotId, state])).toEqual([
      [ids[3], 'absent'],
      [ids[2], 'changed'],
      [ids[1], 'same'],
      [ids[0], 'first'],
    ]);
    expect(all.states[1]?.entry).toMatchObject({ size: 7 });
    const newest = await history(vault.repository, { ...asked, limit: 1 });
    const beforeMs = Date.parse(newest.olderThan as string);
    const older = await history(vault.repository, { ...asked, beforeMs });
    expect(older.states.map(({ snapshotId }) => snapshotId)).toEqual([ids[2], ids[1], ids[0]]);
  });
});

describe('which snapshot', () => {
  each();

  it('is the newest, the newest not after a moment, or of a source; of several sources none is guessed', async () => {
    const first = await vault.backup();
    const chosen = await chooseSnapshot(vault.repository, {});
    expect(chosen.snapshotId).toBe(first);
    const second = await vault.backup();
    expect((await chooseSnapshot(vault.repository, {})).snapshotId).toBe(second);
    expect((await chooseSnapshot(vault.repository, { atMs: chosen.takenMs })).snapshotId).toBe(first);
    const early = chooseSnapshot(vault.repository, { atMs: chosen.takenMs - 1 });
    await expect(early).rejects.toMatchObject({ code: 'snapshot-missing' });
    const other = await vault.backup('other', join(vault.source, 'folder'));
    await expect(chooseSnapshot(vault.repository, {})).rejects.toMatchObject({
      code: 'source-ambiguous',
      what: expect.stringContaining('other, source'),
    });
    expect((await chooseSnapshot(vault.repository, { source: 'source' })).snapshotId).toBe(second);
    expect((await chooseSnapshot(vault.repository, { source: 'other' })).snapshotId).toBe(other);
    const none = chooseSnapshot(vault.repository, { source: 'none' });
    await expect(none).rejects.toMatchObject({ code: 'snapshot-missing' });
  });
});
