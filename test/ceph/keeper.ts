/**
 * Keeps one Ceph Object Gateway for all test files of a run: `node keeper.ts FOLDER PID`. Tells where it is in
 * FOLDER/ready.json, or why it is not in FOLDER/failed.txt, and ends the gateway and the folder on SIGTERM or when the
 * process PID is gone, however that ended.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCeph, type Ceph } from './ceph.ts';
import { USERS } from './users.ts';

const [folder, parent] = [process.argv[2] as string, Number(process.argv[3])];
const ATTEMPTS = 3;
let ceph: Ceph | undefined;

function tell(name: string, text: string): void {
  writeFileSync(join(folder, `${name}.new`), text);
  renameSync(join(folder, `${name}.new`), join(folder, name));
}

async function end(): Promise<never> {
  await ceph?.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

let isEnding = false;
process.on('SIGTERM', () => (isEnding = true));
process.on('SIGINT', () => undefined);
setInterval(() => {
  isEnding ||= !isAlive(parent);
  if (isEnding && isSettled) void end();
}, 100);

let isSettled = false;
for (let attempt = 1; ceph === undefined && attempt <= ATTEMPTS; attempt++) {
  try {
    const data = join(folder, `ceph-${attempt}`);
    mkdirSync(data, { recursive: true });
    ceph = await startCeph(data, Object.values(USERS));
    tell('ready.json', JSON.stringify({ endpoint: ceph.endpoint, settingsFile: ceph.settingsFile }));
  } catch (error) {
    // Another process may have taken a port that was free a moment ago.
    if (attempt === ATTEMPTS) tell('failed.txt', String((error as Error).stack));
  }
}
isSettled = true;
