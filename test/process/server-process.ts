import { KMSClient } from '@aws-sdk/client-kms';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type Config } from '../../src/config/config.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';

/** A folder with an installation, and the settings that name it. */
export interface Home {
  readonly folder: string;
  readonly environment: Record<string, string>;
  readonly config: Config;
  remove(): void;
}

/** Makes a place for an installation; nothing is in it yet. */
export function makeHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-test-'));
  const environment = {
    KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
    KEYSTEAD_DATA: join(folder, 'data'),
    KEYSTEAD_SEAL: join(folder, 'seal', 'keystead.seal'),
    KEYSTEAD_VAULT_ROOTS: join(folder, 'vaults'),
    KEYSTEAD_SOURCE_ROOTS: folder,
  };
  return {
    folder,
    environment,
    config: readConfig(environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly first: FirstCredentials | undefined;
  readonly child: ChildProcess;
  /** Resolves when the process has ended, by whatever cause. */
  readonly exited: Promise<void>;
  /** Turns its clock forward. */
  shift(shiftMs: number): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** As an operator stops it. */
  stop(): Promise<void>;
}

/** Starts a server. `fault` is a kill point: see `src/store/fault.ts`. */
export async function startServerProcess(home: Home, fault?: string): Promise<ServerProcess> {
  const child = fork(new URL('./serve.ts', import.meta.url), {
    env: { ...process.env, ...home.environment, ...(fault !== undefined && { KEYSTEAD_FAULT: fault }) },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(() => {});
  const started = await Promise.race([once(child, 'message'), exited]);
  if (started === undefined) throw new EndedEarlyError();
  const [{ url, first }] = started as [{ url: string; first?: FirstCredentials }];
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  const shift = async (shiftMs: number): Promise<void> => {
    const shifted = once(child, 'message');
    child.send({ shiftMs });
    await Promise.race([shifted, exited]);
  };
  return { url, first, child, exited, shift, kill: end('SIGKILL'), stop: end('SIGTERM') };
}

/** The server ended before it listened: a kill point on the way. */
export class EndedEarlyError extends Error {
  override readonly name = 'EndedEarlyError';
}

/** An AWS client of that server, which asks once and gives up. */
export function kmsClient(url: string, credentials: FirstCredentials, region = credentials.region): KMSClient {
  return new KMSClient({ endpoint: url, region, credentials, maxAttempts: 1 });
}
