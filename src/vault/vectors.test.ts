import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeScratch, scratch } from './vault.fixture.ts';
import { makeVectors } from './vectors.fixture.ts';

const spec = resolve(import.meta.dirname, '../../docs/spec');
const vectors = JSON.parse(readFileSync(join(spec, 'vectors/backup-format.json'), 'utf8')) as ReturnType<
  typeof makeVectors
>;
const hasPython = spawnSync('python3', ['-c', 'import cryptography']).status === 0;
if (!hasPython) process.stderr.write('SKIPPED: docs/spec/decrypt.py needs python3 with the package cryptography\n');
const folder = scratch();
afterAll(() => removeScratch(folder));

describe('docs/spec/vectors/backup-format.json', () => {
  it('is what the writer makes, byte for byte', () => {
    expect(makeVectors()).toEqual(vectors);
  });

  it.skipIf(!hasPython)('is what the second implementation reads', () => {
    for (const [name, bytes] of Object.entries(vectors.objects)) {
      mkdirSync(dirname(join(folder, 'store', name)), { recursive: true });
      writeFileSync(join(folder, 'store', name), Buffer.from(bytes, 'base64'));
    }
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify(vectors.dataKeys));
    const to = join(folder, 'restored');
    const done = spawnSync('python3', [join(spec, 'decrypt.py'), join(folder, 'store'), vectors.snapshot, keys, to]);
    expect(done.stderr.toString()).toBe('');
    const [name] = readdirSync(to, { encoding: 'buffer' });
    const content = readFileSync(Buffer.concat([Buffer.from(`${to}/`), name as Buffer]));
    expect(content.toString('hex')).toBe(vectors.content);
  });
});
