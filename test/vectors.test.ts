import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vectors } from '../tools/make-vectors.ts';

const root = resolve(import.meta.dirname, '..');

/** A Python with the `cryptography` package: the one of the system first, then whichever the path names. */
const python = ['/usr/bin/python3', 'python3'].find((command) => {
  try {
    execFileSync(command, ['-c', 'import cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

if (python === undefined) {
  process.stderr.write(
    'NOT RUN: the second implementation of the formats needs python3 with the package cryptography (apt-get install python3-cryptography)\n',
  );
}

describe('the vectors of docs/spec', () => {
  it('are what this code makes', async () => {
    for (const { path, text } of await vectors.generate()) {
      expect(readFileSync(join(root, path), 'utf8') === text, `${path} is what npm run generate writes`).toBe(true);
    }
  });

  it.skipIf(python === undefined).each([
    ['ciphertext.py', 'ciphertext.vectors.json', 32],
    ['key_hierarchy.py', 'key-hierarchy.vectors.json', 28],
    ['key_specs.py', 'key-specs.vectors.json', 52],
    ['xks.py', 'xks.vectors.json', 21],
    ['external_ciphertext.py', 'external-ciphertext.vectors.json', 4],
    ['wrapped_key.py', 'wrapped-key.vectors.json', 38],
  ])('are what %s computes from the specification alone', (script, file, count) => {
    const args = [join(root, 'test/vectors', script), join(root, 'docs/spec', file)];
    expect(execFileSync(python as string, args, { encoding: 'utf8' })).toBe(`${count} vectors agree\n`);
  });

  it.skipIf(python === undefined).each([
    ['ciphertext.py', 'ciphertext.vectors.json', 'ciphertext'],
    ['key_hierarchy.py', 'key-hierarchy.vectors.json', 'wrapped'],
    ['key_specs.py', 'key-specs.vectors.json', 'signature'],
    ['key_specs.py', 'key-specs.vectors.json', 'sharedSecret'],
    ['xks.py', 'xks.vectors.json', 'tag'],
    ['external_ciphertext.py', 'external-ciphertext.vectors.json', 'ciphertext'],
    ['wrapped_key.py', 'wrapped-key.vectors.json', 'secret'],
  ])('do not pass %s with one digit changed', (script, file, member) => {
    const text = readFileSync(join(root, 'docs/spec', file), 'utf8');
    const changed = text.replace(
      new RegExp(`("${member}": "[0-9a-f]*)([0-9a-f])"`),
      (_, before: string, last: string) => `${before}${last === '0' ? '1' : '0'}"`,
    );
    expect(changed).not.toBe(text);
    const folder = mkdtempSync(join(tmpdir(), 'keystead-vectors-'));
    try {
      writeFileSync(join(folder, file), changed);
      const run = () =>
        execFileSync(python as string, [join(root, 'test/vectors', script), join(folder, file)], { stdio: 'pipe' });
      expect(run).toThrow('AssertionError');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
