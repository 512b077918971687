import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backup } from './backup.ts';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import { FolderSource } from './sources/folder.ts';
import { makeTree, newVault, picture, removeScratch, scratch } from './vault.fixture.ts';

const script = resolve(import.meta.dirname, '../../docs/spec/decrypt.py');
const hasPython = spawnSync('python3', ['-c', 'import cryptography']).status === 0;
if (!hasPython) process.stderr.write('SKIPPED: docs/spec/decrypt.py needs python3 with the package cryptography\n');

const folder = scratch();
afterAll(() => removeScratch(folder));

/** Keeps every data key that it hands out, as nobody should. */
class LeakyMasterKey extends FixtureMasterKey {
  readonly keys: Record<string, string> = {};

  override async generate(context: Parameters<FixtureMasterKey['generate']>[0]) {
    const made = await super.generate(context);
    this.keys[context.key] = made.dataKey.toString('hex');
    return made;
  }
}

describe.skipIf(!hasPython)('docs/spec/decrypt.py, from the specification alone', () => {
  it('restores a snapshot byte for byte, and refuses a store that was changed', async () => {
    const source = join(folder, 'source');
    mkdirSync(source);
    makeTree(source);
    const masterKey = new LeakyMasterKey('leaky');
    const { repository } = await newVault(folder, { masterKeys: [masterKey] });
    await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    writeFileSync(join(source, 'new'), 'new');
    const { snapshotId } = await backup({ repository, source: new FolderSource(source, 'source'), threads: 0 });
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify(masterKey.keys), { mode: 0o600 });
    const decrypt = (to: string) => spawnSync('python3', [script, join(folder, 'store'), snapshotId, keys, to]);

    const done = decrypt(join(folder, 'restored'));
    expect(done.stderr.toString()).toBe('');
    const withoutFolderTimes = (lines: string[]): string[] =>
      lines.map((line) => line.replace(/^(\S+\/ \d+) .*/, '$1'));
    expect(withoutFolderTimes(picture(join(folder, 'restored')))).toEqual(withoutFolderTimes(picture(source)));

    const snapshots = readdirSync(join(folder, 'store', 'snapshots'), { recursive: true, encoding: 'utf8' });
    const manifest = join(folder, 'store', 'snapshots', snapshots.toSorted().at(-1) as string);
    const bytes = readFileSync(manifest);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(manifest, bytes);
    expect(decrypt(join(folder, 'changed')).stderr.toString()).toBe('refused: the body is not the one signed\n');
  });
});
