import { describe, expect, it } from 'vitest';
import { Captured } from './cli.fixture.ts';
import { bytes, duration, ProgressBar } from './progress.ts';

class Screen extends Captured {
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY: boolean, columns = 100) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }
}

function barOn(stderr: Screen, isJson = false) {
  let nowMs = 0;
  const bar = new ProgressBar({
    host: { stderr },
    output: { isJson },
    label: 'Backing up',
    unit: 'bytes',
    nowMs: () => nowMs,
  });
  const at = (ms: number, done: number, total?: number) => {
    nowMs = ms;
    bar.update({ done, ...(total !== undefined && { total }) });
  };
  return { bar, at };
}

describe('the progress bar', () => {
  it('draws a bar with rate and time left to a person', () => {
    const screen = new Screen(true);
    const { at, bar } = barOn(screen);
    at(1000, 512 * 1024, 2048 * 1024);
    expect(screen.text).toBe(
      `\r\u001b[2KBacking up ${'█'.repeat(6)}${'░'.repeat(18)} 25% 512.0 KiB of 2.0 MiB, 512.0 KiB/s, 3.0s left`,
    );
    at(1050, 1024 * 1024, 2048 * 1024);
    expect(screen.text.split('\r')).toHaveLength(2);
    at(4000, 2048 * 1024, 2048 * 1024);
    bar.finish();
    expect(screen.text.endsWith('\r\u001b[2KBacking up: 2.0 MiB in 4.0s (512.0 KiB/s)\n')).toBe(true);
  });

  it('never takes more than one row, and needs no total', () => {
    const screen = new Screen(true, 20);
    const { at } = barOn(screen);
    at(1000, 100, 1000);
    at(2000, 100);
    for (const row of screen.text.split('\r\u001b[2K')) expect(row.length).toBeLessThan(20);
  });

  it('writes plain lines to a file, now and then', () => {
    const file = new Screen(false);
    const { at } = barOn(file);
    for (let ms = 100; ms <= 12_000; ms += 100) at(ms, ms, 24_000);
    const lines = file.text.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('Backing up: 20% 4.9 KiB of 23.4 KiB, 1000 B/s, 19s left');
    expect(file.text).not.toContain('\u001b');
  });

  it('is silent with --json', () => {
    const screen = new Screen(true);
    const { at, bar } = barOn(screen, true);
    at(10_000, 1, 2);
    bar.finish();
    expect(screen.text).toBe('');
  });

  it('stays whole where nothing, or more than expected, was done', () => {
    const screen = new Screen(true);
    const { at } = barOn(screen);
    at(1000, 0, 0);
    at(2000, 0, 10);
    at(3000, 20, 10);
    expect(screen.text).toContain('100% 20 B of 10 B');
    expect(screen.text).not.toMatch(/NaN|Infinity|undefined/);
  });
});

it.each([
  [0, '0 B'],
  [0.4, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2, '1.0 MiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
  [1024 ** 6, '1024.0 PiB'],
])('%d bytes read %s', (count, text) => expect(bytes(count)).toBe(text));

it.each([
  [0.04, '0.0s'],
  [9.94, '9.9s'],
  [59.4, '59s'],
  [60, '1m 0s'],
  [3599.6, '1h 0m'],
  [90_061, '25h 1m'],
])('%d seconds read %s', (seconds, text) => expect(duration(seconds)).toBe(text));
