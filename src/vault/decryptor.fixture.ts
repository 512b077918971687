import { execFile, spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Debian's own, with Debian's packages. */
export const PYTHON = '/usr/bin/python3';

/** Whether tools/decrypt.py runs here: always where nothing may be missing, and fails then if it does not. */
export const hasDecryptor =
  process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1' ||
  spawnSync(PYTHON, ['-c', 'import cryptography, zstandard, boto3']).status === 0;

if (!hasDecryptor) {
  process.stderr.write('SKIPPED: tools/decrypt.py needs python3-cryptography, python3-zstandard, python3-boto3\n');
}

const SCRIPT = resolve(import.meta.dirname, '../../tools/decrypt.py');

/** What the tool came to. */
export interface Decrypted {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs tools/decrypt.py as whoever has nothing else would: an environment of its own, with this Node on its path. */
export async function decrypt(args: readonly string[], env: Record<string, string> = {}): Promise<Decrypted> {
  const all = { LANG: 'C.UTF-8', PATH: dirname(process.execPath), AWS_EC2_METADATA_DISABLED: 'true', ...env };
  try {
    const { stdout, stderr } = await promisify(execFile)(PYTHON, [SCRIPT, ...args], { env: all });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}
