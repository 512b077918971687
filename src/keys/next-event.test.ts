import { describe, expect, it } from 'vitest';
import { importedKey, makeSpace, newKey, NOW } from './key-space.fixture.ts';
import type { Key } from './key.ts';
import { nextEventOf } from './next-event.ts';
import { WAITING_MS } from './waiting-times.ts';

const DAY_MS = 86_400_000;
const space = makeSpace();
const plain = newKey(space);
const rotating: Key = { ...plain, rotation: { periodDays: 365, nextAtMs: NOW + 365 * DAY_MS } };
const expiring = importedKey(space, Buffer.alloc(32, 7), { expiresAtMs: NOW + 5 * DAY_MS });
const removal = { atMs: NOW, by: 'IBMid-1' };

describe('what happens to a key by itself', () => {
  it.each<[string, Key, ReturnType<typeof nextEventOf>]>([
    ['nothing', plain, undefined],
    ['its rotation', rotating, { kind: 'rotation', atMs: NOW + 365 * DAY_MS }],
    ['no rotation while it is off', { ...rotating, state: 'suspended' }, undefined],
    ['the end of its material', expiring, { kind: 'material-expiry', atMs: NOW + 5 * DAY_MS }],
    ['the first of several', { ...rotating, expiresAtMs: NOW + DAY_MS }, { kind: 'expiry', atMs: NOW + DAY_MS }],
    ['nothing that is over', { ...plain, expiresAtMs: NOW }, undefined],
    [
      'its deletion before all else',
      { ...expiring, deletion: { windowDays: 7, dueAtMs: NOW + 7 * DAY_MS } } as Key,
      { kind: 'deletion', atMs: NOW + 7 * DAY_MS },
    ],
    ['no date while replicas are there', { ...plain, deletion: { windowDays: 7 } } as Key, undefined],
    ['its purge', { ...plain, state: 'deleted', removal }, { kind: 'deletion', atMs: NOW + WAITING_MS.automaticPurge }],
    ['nothing once it is gone', { ...plain, state: 'destroyed' } as Key, undefined],
  ])('%s', (_, key, expected) => expect(nextEventOf(key, NOW)).toEqual(expected));
});
