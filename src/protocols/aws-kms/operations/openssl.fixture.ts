import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The command line of OpenSSL: another version than the runtime's, so an implementation of its own. */
const OPENSSL = '/usr/bin/openssl';
export const HAS_OPENSSL = existsSync(OPENSSL);
if (!HAS_OPENSSL) {
  process.stderr.write('NOT RUN: signatures, secrets and imports against the command line (apt-get install openssl)\n');
}

/** Runs it among these files; answers what it writes to `out`, or else to standard output. */
export function openssl(args: string, files: Readonly<Record<string, Buffer>> = {}): Buffer {
  return inFolder(files, (cwd) => {
    const printed = execFileSync(OPENSSL, args.split(' '), { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    return existsSync(join(cwd, 'out')) ? readFileSync(join(cwd, 'out')) : printed;
  });
}

/** Whether it succeeds. */
export function opensslAccepts(args: string, files: Readonly<Record<string, Buffer>>): boolean {
  return inFolder(files, (cwd) => spawnSync(OPENSSL, args.split(' '), { cwd }).status === 0);
}

function inFolder<Result>(files: Readonly<Record<string, Buffer>>, run: (cwd: string) => Result): Result {
  const cwd = mkdtempSync(join(tmpdir(), 'keystead-openssl-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes);
    return run(cwd);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
