import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeScratch, scratch } from '../vault.fixture.ts';
import { FolderSource } from './folder.ts';
import { sourceContract } from './source.contract.ts';

const folder = scratch();
afterAll(() => removeScratch(folder));
writeFileSync(join(folder, 'a'), 'alpha');
mkdirSync(join(folder, 'b'));
writeFileSync(join(folder, 'b', 'c'), '');
writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), '');
symlinkSync('/etc/passwd', join(folder, 'link'));
execFileSync('mkfifo', [join(folder, 'pipe')]);

sourceContract('folder', () => new FolderSource(folder), {
  file: 'a',
  content: 'alpha',
  folder: { path: 'b', name: 'c' },
});

describe('a folder as source', () => {
  const source = new FolderSource(folder);
  it('names bytes that are no text', () => {
    expect(source.list(Buffer.alloc(0)).at(-1)).toEqual(Buffer.from([0xff]));
    expect(source.entry(Buffer.from([0xff]))).toMatchObject({ type: 'file' });
  });
  it('does not follow links, nor wait for pipes', () => {
    expect(source.entry(Buffer.from('link'))).toMatchObject({ type: 'link', target: Buffer.from('/etc/passwd') });
    expect(() => source.open(Buffer.from('link'))).toThrow(expect.objectContaining({ code: 'vanished' }));
    expect(() => source.entry(Buffer.from('pipe'))).toThrow(expect.objectContaining({ code: 'unsupported-type' }));
    const pipe = source.open(Buffer.from('pipe'));
    expect(() => pipe.entry()).toThrow(expect.objectContaining({ code: 'unsupported-type' }));
    void pipe.close();
  });
  it('tells an error of the disk as one item that cannot be read', () => {
    // Nothing is mapped at address 0: the kernel answers EIO, as it does for a sector that is gone.
    const file = new FolderSource(`/proc/${process.pid}`).open(Buffer.from('mem'));
    expect(() => file.read(Buffer.alloc(10))).toThrow(expect.objectContaining({ code: 'unreadable' }));
    void file.close();
  });
});
