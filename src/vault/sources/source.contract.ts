import { describe, expect, it } from 'vitest';
import type { Source } from './source.ts';

/** A source with this in it: a file `a` with the content `alpha`, a folder `b` with an empty file `b/c`. */
export function sourceContract(name: string, make: () => Promise<Source> | Source): void {
  describe(`source: ${name}`, () => {
    it('lists names in the order of their bytes', async () => {
      const source = await make();
      const names = [...(await source.list(Buffer.alloc(0)))];
      expect(names).toEqual(names.toSorted((a, b) => Buffer.compare(a, b)));
      expect(names.map(String)).toEqual(expect.arrayContaining(['a', 'b']));
      expect((await source.list(Buffer.from('b'))).map(String)).toEqual(['c']);
    });

    it('says what lies at a path', async () => {
      const source = await make();
      expect(await source.entry(Buffer.from('a'))).toMatchObject({ type: 'file', size: 5, name: Buffer.from('a') });
      expect(await source.entry(Buffer.from('b'))).toMatchObject({ type: 'folder', name: Buffer.from('b') });
      expect(await source.entry(Buffer.from('b/c'))).toMatchObject({ type: 'file', size: 0, name: Buffer.from('c') });
    });

    it('reads a file to its end, and tells the same of it as before', async () => {
      const source = await make();
      const file = await source.open(Buffer.from('a'));
      const into = Buffer.alloc(100);
      let length = 0;
      for (let read = -1; read !== 0; length += read) read = await file.read(into.subarray(length, length + 2));
      expect(into.subarray(0, length).toString()).toBe('alpha');
      const { name: _, ...before } = await source.entry(Buffer.from('a'));
      expect(await file.entry()).toMatchObject(before);
      await file.close();
    });

    it('refuses what is not there as vanished', async () => {
      const source = await make();
      const vanished = { name: 'SourceError', code: 'vanished' };
      await expect((async () => source.entry(Buffer.from('none')))()).rejects.toMatchObject(vanished);
      await expect((async () => source.open(Buffer.from('none')))()).rejects.toMatchObject(vanished);
      await expect((async () => source.list(Buffer.from('none')))()).rejects.toMatchObject(vanished);
    });
  });
}
