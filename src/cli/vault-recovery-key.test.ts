import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { xWingPair } from '../crypto/x-wing.ts';
import { readRecoveryKey } from '../vault/format/recovery-key.ts';
import { cli, jsonLines } from './cli.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystead-recovery-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('keystead vault recovery-key create', () => {
  it('writes the private half for its owner alone and prints the public one, without a server', async () => {
    const file = join(folder, 'recovery.key');
    const { exitCode, stdout, stderr } = await cli({}, 'vault', 'recovery-key', 'create', '--file', file, '--json');
    expect([exitCode, stderr]).toEqual([0, '']);
    const [made] = jsonLines(stdout) as { keyId: string; publicKey: string; file: string }[];
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const seed = readRecoveryKey(readFileSync(file));
    expect(xWingPair(seed).publicKey.toString('base64')).toBe(made?.publicKey);
    expect(made).toMatchObject({ keyId: expect.stringMatching(/^x-wing:[0-9a-f]{32}$/), file });
    expect(stdout).not.toContain(seed.toString('hex').slice(0, 8));
  });

  it('never writes over a file, and says so where it cannot write', async () => {
    const file = join(folder, 'kept');
    writeFileSync(file, 'kept');
    for (const path of [file, folder, join(folder, 'none', 'file')]) {
      const { exitCode, stderr } = await cli({}, 'vault', 'recovery-key', 'create', '--file', path);
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/cannot be written: .*No key was made/s)]);
    }
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });
});
