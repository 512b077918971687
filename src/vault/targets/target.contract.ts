import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Target } from './target.ts';

async function namesUnder(target: Target, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of target.list(prefix)) names.push(name);
  return names.toSorted();
}

/** What every target keeps to. `make` is called once for each test and answers an empty target. */
export function targetContract(name: string, make: () => Promise<Target> | Target): void {
  describe(`target: ${name}`, () => {
    it.each([0, 1, 4096, 70_000, 17 << 20])('gives back %i bytes as they were', async (length) => {
      const target = await make();
      const bytes = randomBytes(length);
      await target.put('packs/ab/one', bytes);
      expect((await target.get('packs/ab/one', length)).equals(bytes)).toBe(true);
    });

    it('reads ranges, and less where the object ends', async () => {
      const target = await make();
      await target.put('a', Buffer.from('0123456789'));
      expect((await target.getRange('a', 2, 3)).toString()).toBe('234');
      expect((await target.getRange('a', 8, 100)).toString()).toBe('89');
      expect((await target.getRange('a', 50, 1)).length).toBe(0);
    });

    it('never overwrites', async () => {
      const target = await make();
      await target.put('a/b', Buffer.from('first'));
      await expect(target.put('a/b', Buffer.from('second'))).rejects.toMatchObject({ code: 'object-exists' });
      expect((await target.get('a/b', 100)).toString()).toBe('first');
    });

    it('lets one of many writers of a name win', async () => {
      const target = await make();
      const puts = Array.from({ length: 8 }, (_, i) => target.put('race', Buffer.alloc(1000, i)));
      const outcomes = await Promise.allSettled(puts);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
      expect((await target.get('race', 1000)).equals(Buffer.alloc(1000, winner))).toBe(true);
    });

    it('says that an object is missing, or longer than it may be', async () => {
      const target = await make();
      await expect(target.get('none', 10)).rejects.toMatchObject({ code: 'object-missing' });
      await expect(target.getRange('none', 0, 10)).rejects.toMatchObject({ code: 'object-missing' });
      await target.put('long', Buffer.alloc(11));
      await expect(target.get('long', 10)).rejects.toMatchObject({ code: 'malformed' });
    });

    it('lists what lies under a prefix, with lengths', async () => {
      const target = await make();
      expect(await namesUnder(target, 'keys/')).toEqual([]);
      for (const object of ['keys/aa/1', 'keys/ab/2', 'packs/aa/3', 'top'])
        await target.put(object, Buffer.from(object));
      expect(await namesUnder(target, 'keys/')).toEqual(['keys/aa/1', 'keys/ab/2']);
      expect(await namesUnder(target, 'keys/aa/')).toEqual(['keys/aa/1']);
      expect(await namesUnder(target, '')).toEqual(['keys/aa/1', 'keys/ab/2', 'packs/aa/3', 'top']);
      for await (const { name: object, length } of target.list('packs/')) expect(length).toBe(object.length);
    });

    it('deletes, once and again', async () => {
      const target = await make();
      if (!target.capabilities.delete || target.capabilities.lock) return;
      await target.put('a', Buffer.from('x'));
      await target.delete('a');
      await target.delete('a');
      expect(await namesUnder(target, '')).toEqual([]);
    });

    it('keeps what is locked or on hold, and lets go of it afterwards', async () => {
      const target = await make();
      if (!target.capabilities.lock) return;
      await target.put('a', Buffer.from('x'));
      const hourMs = Date.now() + 3_600_000;
      await target.lock?.('a', hourMs);
      await target.lock?.('a', Date.now() + 1000);
      const locked = await target.lockOf?.('a');
      expect([locked?.isHeld, (locked?.untilMs ?? 0) >= hourMs]).toEqual([false, true]);
      expect(['governance', 'compliance']).toContain(locked?.mode);
      await target.hold?.('a', true);
      expect(await target.lockOf?.('a')).toEqual({ ...locked, isHeld: true });
      await expect(target.lockOf?.('none')).rejects.toMatchObject({ code: 'object-missing' });
      await expect(target.delete('a')).rejects.toMatchObject({ code: 'object-locked' });
      await target.hold?.('a', false);
      await expect(target.delete('a')).rejects.toMatchObject({ code: 'object-locked' });
      expect((await target.get('a', 10)).toString()).toBe('x');
    });

    it.each(['', '/etc/passwd', '../up', 'a/../../b', 'a//b', '.hidden', 'A', 'a\0b', 'a/'])(
      'refuses the name %j',
      async (bad) => {
        const target = await make();
        await expect(target.put(bad, Buffer.from('x'))).rejects.toMatchObject({ code: 'target-failed' });
      },
    );
  });
}
