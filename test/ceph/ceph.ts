import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, openSync, closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cephSettings, type Ports } from './settings.ts';
import { freePort } from '../process/free-port.ts';

const run = promisify(execFile);
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph', 'ceph-authtool', 'monmaptool', 'radosgw-admin'] as const;
const STEP_MS = 60_000;

/** Whether everything that {@link startCeph} runs is installed (Debian: radosgw ceph-mon ceph-osd ceph-common). */
export function hasCeph(): boolean {
  return PROGRAMS.every((program) => existsSync(`/usr/bin/${program}`));
}

/** A running Object Gateway. */
export interface Ceph {
  readonly endpoint: string;
  readonly settingsFile: string;
  /** Ends its processes by force: an object store in memory has nothing to save. */
  stop(): Promise<void>;
}

/** A user of the gateway. */
export interface CephUser {
  readonly id: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Starts a Ceph Object Gateway of one node in a new folder: on loopback, data in memory, without systemd. One to five
 * seconds, 140 MB. Its processes end with {@link Ceph.stop}, and with the thread that started them.
 */
export async function startCeph(folder: string, users: readonly CephUser[]): Promise<Ceph> {
  const ports: Ports = { monitor: await freePort(), gateway: await freePort() };
  for (const name of ['mon', 'osd.0', 'rgw', 'run', 'log']) mkdirSync(join(folder, name), { recursive: true });
  const cluster = randomUUID();
  const settingsFile = join(folder, 'ceph.conf');
  writeFileSync(settingsFile, cephSettings(folder, cluster, ports));
  const daemons: ChildProcess[] = [];
  const daemon = (program: string, ...args: string[]): ChildProcess => {
    const log = openSync(join(folder, 'log', `${program}.out`), 'a');
    // Should this process be killed, the kernel ends them with it.
    const command = ['--pdeathsig', 'KILL', `/usr/bin/${program}`, '-c', settingsFile, ...args, '-f'];
    const child = spawn('/usr/bin/setpriv', command, { stdio: ['ignore', log, log] });
    closeSync(log);
    daemons.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const child of daemons.toReversed()) await ended(child);
  };
  try {
    await makeKeys(folder, cluster, ports);
    await once('ceph-mon', '-c', settingsFile, '--mkfs', '-i', 'a', '--monmap', join(folder, 'monmap'));
    daemon('ceph-mon', '-i', 'a');
    const osd = randomUUID();
    await until('the monitor', () =>
      once('ceph', '-c', settingsFile, '--connect-timeout', '3', 'osd', 'new', osd, '0'),
    );
    await once('ceph-osd', '-c', settingsFile, '-i', '0', '--mkfs', '--osd-uuid', osd, '--osd-objectstore', 'memstore');
    daemon('ceph-osd', '-i', '0');
    const gateway = daemon('radosgw', '-n', 'client.rgw.a');
    const endpoint = `http://127.0.0.1:${ports.gateway}`;
    await until('the gateway', async () => {
      if (gateway.exitCode !== null) throw new FinalError(`radosgw ended with ${gateway.exitCode}: see ${folder}/log`);
      await fetch(endpoint);
    });
    for (const user of users) await createUser(settingsFile, user);
    return { endpoint, settingsFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeKeys(folder: string, cluster: string, ports: Ports): Promise<void> {
  const keyring = join(folder, 'keyring');
  const all = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'];
  await once('ceph-authtool', '--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  for (const name of ['client.admin', 'osd.0', 'client.rgw.a']) {
    await once('ceph-authtool', keyring, '--gen-key', '-n', name, ...all);
  }
  const monitor = `[v2:127.0.0.1:${ports.monitor}]`;
  const map = join(folder, 'monmap');
  await once('monmaptool', '--create', '--clobber', '--fsid', cluster, '--addv', 'a', monitor, map);
}

/** Makes a user who may assume roles. */
async function createUser(settingsFile: string, user: CephUser): Promise<void> {
  const keys = [`--access-key=${user.accessKeyId}`, `--secret-key=${user.secretAccessKey}`, '--caps=roles=*'];
  await radosgwAdmin(settingsFile, 'user', 'create', `--uid=${user.id}`, `--display-name=${user.id}`, ...keys);
}

/** What the operator of the gateway does: `radosgw-admin`, its answer as text. */
export async function radosgwAdmin(settingsFile: string, ...args: string[]): Promise<string> {
  return await once('radosgw-admin', '-c', settingsFile, ...args);
}

async function once(program: (typeof PROGRAMS)[number], ...args: string[]): Promise<string> {
  const { stdout } = await run(`/usr/bin/${program}`, args, { timeout: STEP_MS });
  return stdout;
}

/** Tries until it succeeds, for as long as a step may take. */
async function until(what: string, attempt: () => Promise<unknown>): Promise<void> {
  for (const endMs = Date.now() + STEP_MS; ;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (error instanceof FinalError) throw error;
      if (Date.now() > endMs) throw new Error(`${what} of Ceph did not come up`, { cause: error });
      await wait(100);
    }
  }
}

class FinalError extends Error {}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
