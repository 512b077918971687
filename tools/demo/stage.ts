import { KMSClient } from '@aws-sdk/client-kms';
import { KeysteadClient, type Environment } from '@keystead/sdk';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Initialised } from '../../src/server/initialise.ts';
import { DemoError, type Narrator } from './narrator.ts';
import { runKeystead, startServer, type DemoServer } from './server.ts';

/** Everything that the steps share. What a step makes, it puts here for the next. */
export interface Stage {
  readonly sources: readonly string[];
  /** Server, seal and backups live below it. */
  readonly home: string;
  readonly restoreFolder: string;
  readonly environment: Record<string, string>;
  readonly narrator: Narrator;
  server?: DemoServer;
  credentials?: Initialised;
  kms?: KMSClient;
  admin?: KeysteadClient;
  broughtKeyArn?: string;
  secondKeyArn?: string;
  backupEnvironment?: Environment;
  /** The newest snapshot of each source. */
  readonly snapshots: Map<string, string>;
  /** Stops the server and removes what was not asked for by name. */
  clear(): Promise<void>;
}

export interface StageOptions {
  readonly sources: readonly string[];
  readonly dataFolder: string | undefined;
  readonly restoreFolder: string | undefined;
  readonly narrator: Narrator;
}

export async function prepareStage(options: StageOptions): Promise<Stage> {
  const missing = options.sources.find((path) => !statSync(path, { throwIfNoEntry: false })?.isDirectory());
  if (missing !== undefined) throw new DemoError(`there is no folder ${missing} to back up: name one by --source`);
  const home = freshFolder(options.dataFolder, 'keystead-demo-');
  const restoreFolder = freshFolder(options.restoreFolder, 'keystead-restored-');
  const environment = {
    KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
    KEYSTEAD_DATA: join(home, 'data'),
    KEYSTEAD_SEAL: join(home, 'seal', 'keystead.seal'),
    KEYSTEAD_VAULT_ROOTS: join(home, 'vaults'),
    KEYSTEAD_SOURCE_ROOTS: [...options.sources, restoreFolder].join(','),
  };
  const stage: Stage = {
    sources: options.sources,
    home,
    restoreFolder,
    environment,
    narrator: options.narrator,
    snapshots: new Map(),
    async clear() {
      await stage.server?.stop();
      if (options.dataFolder === undefined) rmSync(home, { recursive: true, force: true });
      if (options.restoreFolder === undefined) rmSync(restoreFolder, { recursive: true, force: true });
    },
  };
  return stage;
}

/** Makes the installation and starts its server: both through the command line, as a person would. */
export async function openStage(stage: Stage): Promise<Initialised> {
  const credentials = JSON.parse(await runKeystead(stage.environment, ['init', '--json'])) as Initialised;
  stage.credentials = credentials;
  stage.server = await startServer(stage.environment);
  const { url } = stage.server;
  stage.kms = new KMSClient({ endpoint: url, region: credentials.region, credentials, maxAttempts: 1 });
  stage.admin = new KeysteadClient({ url, apiKey: credentials.apiKey });
  return credentials;
}

/** The folder that was named, which must be new or empty; or a temporary one. */
function freshFolder(named: string | undefined, prefix: string): string {
  if (named === undefined) return mkdtempSync(join(tmpdir(), prefix));
  mkdirSync(named, { recursive: true });
  if (readdirSync(named).length > 0) throw new DemoError(`${named} is not empty: name a new folder`);
  return named;
}
