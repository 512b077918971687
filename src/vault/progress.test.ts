import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Progress, type ProgressEvent } from './progress.ts';

describe('progress', () => {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => Date.now() };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watched(totalBytes?: number): { readonly progress: Progress; readonly told: ProgressEvent[] } {
    const told: ProgressEvent[] = [];
    return { progress: new Progress((event) => void told.push(event), clock, totalBytes), told };
  }

  it('tells four times a second at most, and a new phase at once', () => {
    const { progress, told } = watched();
    progress.tell('prepare', true);
    for (let step = 0; step < 99; step++) {
      progress.bytes += 10;
      progress.tell('read');
      vi.advanceTimersByTime(10);
    }
    progress.tell('finish', true);
    expect(told.map(({ phase }) => phase)).toEqual(['prepare', 'read', 'read', 'read', 'finish']);
    progress[Symbol.dispose]();
  });

  it('tells the latest state within a second while nothing moves, with the rate sinking', () => {
    const { progress, told } = watched(4_000);
    progress.tell('read', true);
    progress.bytes = 1_000;
    progress.tell('read');
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(told.slice(1)).toEqual([
      { phase: 'read', files: 0, bytes: 1_000, totalBytes: 4_000, rate: 1_000 },
      { phase: 'read', files: 0, bytes: 1_000, totalBytes: 4_000, rate: 500 },
    ]);
    progress[Symbol.dispose]();
  });

  it('says nothing before the first phase, and nothing when it is over', () => {
    const { progress, told } = watched();
    vi.advanceTimersByTime(5_000);
    progress.tell('restore', true);
    progress[Symbol.dispose]();
    vi.advanceTimersByTime(5_000);
    expect(told).toHaveLength(1);
  });

  it('counts bytes anew towards another total', () => {
    const { progress, told } = watched();
    progress.bytes = 500;
    vi.advanceTimersByTime(10_000);
    progress.restart(100);
    vi.advanceTimersByTime(1_000);
    progress.bytes += 50;
    progress.tell('check', true);
    expect(told).toEqual([{ phase: 'check', files: 0, bytes: 50, totalBytes: 100, rate: 50 }]);
    progress[Symbol.dispose]();
  });
});
