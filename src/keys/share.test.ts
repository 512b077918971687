import { describe, expect, it } from 'vitest';
import { Share } from './share.ts';

describe('the share of a tenant in what all wait for', () => {
  const waiting = () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    return { run: () => promise, resolve, reject };
  };

  it('ends, but not that of another tenant, and is free again when something is there or has failed', async () => {
    const share = new Share();
    const things = Array.from({ length: 16 }, waiting);
    const taken = things.map(({ run }) => share.take('one', run));
    await expect(share.take('one', async () => 'late')).rejects.toMatchObject({ code: 'too-many-waiting' });
    expect(await share.take('two', async () => 'other')).toBe('other');
    things[0]?.resolve('made');
    things[1]?.reject(new Error('not made'));
    expect(await taken[0]).toBe('made');
    await expect(taken[1]).rejects.toThrow('not made');
    expect(await share.take('one', async () => 'again')).toBe('again');
    for (const { resolve } of things) resolve('');
    await Promise.all(taken.slice(2));
    expect(await Promise.all(Array.from({ length: 16 }, () => share.take('one', async () => 'x')))).toHaveLength(16);
  });
});
