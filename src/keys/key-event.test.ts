import { describe, expect, it } from 'vitest';
import { becomes } from './key-event.ts';
import type { Key, KeyState } from './key.ts';

const version = (id: string, stage: 'current' | 'previous' | 'pending') => ({ id, stage });
const key = (state: KeyState, ...versions: object[]) => ({ state, versions }) as unknown as Key;
const one = version('1', 'current');

describe('what becomes of a key', () => {
  it.each([
    ['active', 'suspended', 'disable'],
    ['suspended', 'active', 'enable'],
    ['active', 'pending-deletion', 'delete'],
    ['suspended', 'deleted', 'delete'],
    ['deactivated', 'deleted', 'delete'],
    ['pending-deletion', 'suspended', 'restore'],
    ['pending-deletion', 'active', 'restore'],
    ['deleted', 'active', 'restore'],
    ['active', 'deactivated', undefined],
    ['active', 'active', undefined],
    ['pending-deletion', 'deleted', undefined],
    ['pending-deletion', 'destroyed', undefined],
    ['deleted', 'destroyed', undefined],
  ] as const)('%s to %s: %s', (before, after, kind) => {
    expect(becomes(key(before, one), key(after, one))).toBe(kind);
  });

  it.each([
    ['another current version', [one], [version('1', 'previous'), version('2', 'current')], 'rotate'],
    ['its first version', [], [one], undefined],
    ['one that waits', [one], [one, version('2', 'pending')], undefined],
  ] as const)('%s: %s', (_, before, after, kind) => {
    expect(becomes(key('active', ...before), key('active', ...after))).toBe(kind);
  });
});
