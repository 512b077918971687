import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgressBoard } from './progress-board.ts';

const RUN = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21';
const PROGRESS = { phase: 'read', files: 3, bytes: 7, rate: 2, atMs: 1 } as const;

describe('the board of progress', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'keystead-board-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('shows another process how far a run is, for nobody else to read, until it has ended', () => {
    const [mine, others] = [new ProgressBoard(join(folder, 'board')), new ProgressBoard(join(folder, 'board'))];
    expect(others.read(RUN)).toBeUndefined();
    mine.note(RUN, PROGRESS);
    expect(others.read(RUN)).toEqual(PROGRESS);
    expect(statSync(join(folder, 'board', RUN)).mode & 0o777).toBe(0o600);
    mine.note(RUN, { ...PROGRESS, files: 4 });
    expect(others.read(RUN)?.files).toBe(3);
    mine.clear(RUN);
    expect([others.read(RUN), readdirSync(join(folder, 'board'))]).toEqual([undefined, []]);
  });

  it('keeps to its folder, and bears what cannot be read or written', () => {
    const board = new ProgressBoard(join(folder, 'file'));
    writeFileSync(join(folder, 'file'), 'no folder');
    board.note(RUN, PROGRESS);
    expect(board.read(RUN)).toBeUndefined();
    const own = new ProgressBoard(folder);
    writeFileSync(join(folder, RUN), '{');
    expect(own.read(RUN)).toBeUndefined();
    own.note('../elsewhere', PROGRESS);
    own.note(`snapshots ${RUN}`, PROGRESS);
    expect(readdirSync(folder).toSorted()).toEqual([RUN, 'file']);
  });
});
