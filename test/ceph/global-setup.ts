import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Tells the tests where their Ceph Object Gateway may live, and sees to its end. It starts when a test asks for it. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-ceph-'));
  process.env['KEYSTEAD_TEST_CEPH'] = folder;
  process.env['KEYSTEAD_TEST_CEPH_PARENT'] = String(process.pid);
  return async () => {
    const file = join(folder, 'keeper.pid');
    if (existsSync(file)) await end(Number(readFileSync(file, 'utf8')), folder);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Asks the keeper to end, and waits until it has removed its folder. It may have died before. */
async function end(keeper: number, folder: string): Promise<void> {
  try {
    process.kill(keeper, 'SIGTERM');
    for (const endMs = Date.now() + 10_000; existsSync(folder) && Date.now() < endMs; await wait(20)) {
      process.kill(keeper, 0);
    }
  } catch {
    // There is no such process any more.
  }
}
