import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasDecryptor, PYTHON } from '../decryptor.fixture.ts';
import { openDescriptor } from './descriptor.ts';
import { makeWriterVectors } from './further-writer-vectors.fixture.ts';
import { openFurtherWriter } from './further-writer.ts';
import { removeScratch, scratch } from '../vault.fixture.ts';

interface Vectors {
  readonly objects: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '../../..');
const read = <T>(name: string): T => JSON.parse(readFileSync(join(root, 'docs/spec/vectors', name), 'utf8')) as T;
const vectors = read<Vectors>('backup-format-writers.json');
const vault = read<Vectors & { readonly dataKeys: object; readonly snapshot: string }>('backup-format.json');
const folder = scratch();
afterAll(() => removeScratch(folder));

describe('docs/spec/vectors/backup-format-writers.json', () => {
  const descriptor = openDescriptor(Buffer.from(vault.objects['vault.json'] as string, 'base64'));

  it('is what the creator makes, byte for byte, and reads', () => {
    expect(makeWriterVectors(descriptor.vault)).toEqual(vectors.objects);
    const opened = Object.entries(vectors.objects).map(([name, bytes]) =>
      openFurtherWriter(name, Buffer.from(bytes, 'base64'), descriptor),
    );
    expect(opened).toMatchObject([
      { revision: 1, state: 'active', through: null },
      { revision: 2, state: 'revoked', through: 7 },
    ]);
  });

  it.skipIf(!hasDecryptor).each([
    ['as they are', (bytes: Buffer) => bytes, true],
    [
      'with a flipped bit',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
      false,
    ],
  ])('the second implementation goes by them: %s', (what, change, isFine) => {
    const store = join(folder, what);
    for (const [name, bytes] of Object.entries({ ...vault.objects, ...vectors.objects })) {
      mkdirSync(dirname(join(store, name)), { recursive: true });
      const content = Buffer.from(bytes, 'base64');
      writeFileSync(join(store, name), name.startsWith('writers/') ? change(content) : content);
    }
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify(vault.dataKeys));
    const options = ['--snapshot', vault.snapshot, '--data-keys', keys, '--to', join(folder, `to ${what}`)];
    const done = spawnSync(PYTHON, [join(root, 'tools/decrypt.py'), store, ...options]);
    expect([done.status === 0, isFine ? done.stderr.toString() : '']).toEqual([isFine, '']);
  });
});
