import { spawnSync } from 'node:child_process';

/** Debian's own, with Debian's packages. */
export const PYTHON = '/usr/bin/python3';

/** Whether tools/decrypt.py runs here: always where nothing may be missing, and fails then if it does not. */
export const hasDecryptor =
  process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1' ||
  spawnSync(PYTHON, ['-c', 'import cryptography, zstandard, boto3']).status === 0;

if (!hasDecryptor) {
  process.stderr.write('SKIPPED: tools/decrypt.py needs python3-cryptography, python3-zstandard, python3-boto3\n');
}
