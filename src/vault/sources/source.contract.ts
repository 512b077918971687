import { describe, expect, it } from 'vitest';
import type { Source, SourceEntry } from './source.ts';

/** What a source has that is put to the suite. Paths from its root. */
export interface SourceShape {
  /** A file at the root, and what is in it; absent: only the source knows. */
  readonly file: string;
  readonly content?: string;
  /** A folder at the root, and a file in it; absent: the source has none. */
  readonly folder?: { readonly path: string; readonly name: string };
}

/** What every source keeps to. `make` gives a new one each time, for the same things. */
export function sourceContract(name: string, make: () => Promise<Source> | Source, shape: SourceShape): void {
  const { file, content, folder } = shape;

  async function begun(): Promise<Source> {
    const source = await make();
    await source.begin?.(new AbortController().signal);
    return source;
  }

  async function read(source: Source, path: string, step: number): Promise<Buffer> {
    const opened = await source.open(Buffer.from(path));
    const pieces: Buffer[] = [];
    for (;;) {
      const into = Buffer.alloc(step);
      const length = await opened.read(into);
      expect(length).toBeLessThanOrEqual(step);
      if (length === 0) break;
      pieces.push(into.subarray(0, length));
    }
    expect(await opened.read(Buffer.alloc(step))).toBe(0);
    const { name: _, ...before } = await source.entry(Buffer.from(path));
    const { name: __, ...after } = await opened.entry();
    expect(after).toEqual(before);
    await opened.close();
    return Buffer.concat(pieces);
  }

  describe(`source: ${name}`, () => {
    it('lists names in the order of their bytes', async () => {
      const source = await begun();
      const names = [...(await source.list(Buffer.alloc(0)))];
      expect(names).toEqual(names.toSorted((a, b) => Buffer.compare(a, b)));
      expect(names.map(String)).toEqual(expect.arrayContaining([file, ...(folder ? [folder.path] : [])]));
      await source.end?.('read');
    });

    it('says what lies at a path', async () => {
      const source = await begun();
      expect(await source.entry(Buffer.from(file))).toMatchObject({ type: 'file', name: Buffer.from(file) });
      await source.end?.('read');
    });

    it('reads a file to its end, and tells the same of it as before', async () => {
      const source = await begun();
      const bytes = await read(source, file, 2);
      const entry = await source.entry(Buffer.from(file));
      expect(bytes.toString()).toBe(content ?? bytes.toString());
      expect(sizeOf(entry) ?? bytes.length).toBe(bytes.length);
      expect(bytes.length).toBeGreaterThan(0);
      await source.end?.('read');
    });

    it.runIf(folder)('lists a folder, and reads a file in it', async () => {
      const { path, name: inside } = folder as NonNullable<SourceShape['folder']>;
      const source = await begun();
      expect((await source.list(Buffer.from(path))).map(String)).toContain(inside);
      expect(await source.entry(Buffer.from(path))).toMatchObject({ type: 'folder', name: Buffer.from(path) });
      const at = `${path}/${inside}`;
      const bytes = await read(source, at, 65_536);
      const entry = await source.entry(Buffer.from(at));
      expect(entry).toMatchObject({ type: 'file', name: Buffer.from(inside) });
      expect(sizeOf(entry) ?? bytes.length).toBe(bytes.length);
      await source.end?.('read');
    });

    it('refuses what is not there as vanished', async () => {
      const source = await begun();
      const vanished = { name: 'SourceError', code: 'vanished' };
      await expect((async () => source.entry(Buffer.from('none')))()).rejects.toMatchObject(vanished);
      await expect((async () => source.open(Buffer.from('none')))()).rejects.toMatchObject(vanished);
      await expect((async () => source.list(Buffer.from('none')))()).rejects.toMatchObject(vanished);
      await source.end?.('failed');
    });

    it('ends whatever became of the reading, also with a file that was opened and not read', async () => {
      const source = await begun();
      const opened = await source.open(Buffer.from(file));
      await opened.read(Buffer.alloc(1));
      await opened.close();
      expect((await source.end?.('failed'))?.warnings ?? []).toEqual([]);
      await (await make()).end?.('failed');
    });
  });
}

function sizeOf(entry: SourceEntry): number | undefined {
  return entry.type === 'file' ? entry.size : undefined;
}
