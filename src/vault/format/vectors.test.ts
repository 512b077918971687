import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasDecryptor, PYTHON } from '../decryptor.fixture.ts';
import { removeScratch, scratch } from '../vault.fixture.ts';
import { makeVectors } from './vectors.fixture.ts';

const spec = resolve(import.meta.dirname, '../../../docs/spec');
const vectors = JSON.parse(readFileSync(join(spec, 'vectors/backup-format.json'), 'utf8')) as ReturnType<
  typeof makeVectors
>;
const script = resolve(import.meta.dirname, '../../../tools/decrypt.py');
const folder = scratch();
afterAll(() => removeScratch(folder));

describe('docs/spec/vectors/backup-format.json', () => {
  it('is what the writer makes, byte for byte', () => {
    expect(makeVectors()).toEqual(vectors);
  });

  it.skipIf(!hasDecryptor)('is what the second implementation reads', () => {
    for (const [name, bytes] of Object.entries(vectors.objects)) {
      mkdirSync(dirname(join(folder, 'store', name)), { recursive: true });
      writeFileSync(join(folder, 'store', name), Buffer.from(bytes, 'base64'));
    }
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify(vectors.dataKeys));
    const to = join(folder, 'restored');
    const options = ['--snapshot', vectors.snapshot, '--data-keys', keys, '--to', to];
    const done = spawnSync(PYTHON, [script, join(folder, 'store'), ...options]);
    expect(done.stderr.toString()).toBe('');
    const [name] = readdirSync(to, { encoding: 'buffer' });
    const content = readFileSync(Buffer.concat([Buffer.from(`${to}/`), name as Buffer]));
    expect(content.toString('hex')).toBe(vectors.content);
  });
});
