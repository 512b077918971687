import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { checkKind, checkRoom, kindOf, roomOf } from './folder-system.ts';

const GIB = 1 << 30;

describe('the file system of a folder', () => {
  it.each([
    [500 * GIB, 1000 * GIB, 'passed'],
    [1 * GIB, 20 * GIB, 'passed'],
    [1 * GIB - 1, 4 * GIB, 'warned'],
    [49 * GIB, 1000 * GIB, 'warned'],
    [0, 10 * GIB, 'warned'],
  ])('with %i free bytes of %i: %#', (free, all, outcome) => expect(roomOf(free, all).outcome).toBe(outcome));

  it.each([
    [0xef53, 'passed', /keeps what is synced/],
    [0x6969, 'passed', /NFS/],
    [0x01021994, 'warned', /tmpfs/],
    // Node hands the upper half of 32 bits on with its sign, or without, by architecture.
    [0xff534d42 | 0, 'warned', /SMB/],
    [0xff534d42, 'warned', /SMB/],
    [0x794c7630, 'warned', /container/],
  ])('of the kind %i', (type, outcome, what) => {
    const found = kindOf(type);
    expect(found).toMatchObject({ outcome, what: expect.stringMatching(what) as string });
    expect(found.next === undefined).toBe(outcome === 'passed');
  });

  it('is asked for', async () => {
    expect((await checkRoom({ path: tmpdir() })).what).toMatch(/[\d.]+ of [\d.]+ GiB are free/);
    expect((await checkKind({ path: tmpdir() })).what).toBeTruthy();
  });

  it.runIf(existsSync('/dev/shm'))('is told to be in memory', async () => {
    expect(await checkKind({ path: '/dev/shm' })).toMatchObject({ outcome: 'warned' });
  });
});
