import { createPublicKey } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { pooledRandom, type Random } from '../crypto/random.ts';
import { Directory } from '../identity/directory.ts';
import type { Installation } from '../identity/installation.ts';
import type { Clock } from '../keys/ports.ts';
import { GrantCache } from '../keys/grant-cache.ts';
import { KeyCache } from '../keys/key-cache.ts';
import { Pipeline } from '../pipeline/execute.ts';
import { grantedBy } from '../pipeline/granted.ts';
import { tellServices } from '../pipeline/tell-services.ts';
import { checkState } from '../store/check-state.ts';
import { openStore, type SqliteStore } from '../store/sqlite.ts';
import { openOrMakeInstallation, type FirstCredentials } from './first-start.ts';
import { keepSigner, type Signer } from './signer-file.ts';

/** Where the parts of the data folder lie. */
export function dataPaths(dataFolder: string) {
  return { database: join(dataFolder, 'keystead.db'), audit: join(dataFolder, 'audit') };
}

/** How the installation is named in the checkpoints of its logs. */
export function originOfInstallation(installationId: string): string {
  return `keystead/${installationId}`;
}

/** An installation that is open, without any listener: what `init`, the server and offline commands share. */
export interface Unsealed {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: SqliteStore;
  readonly installation: Installation;
  readonly signer: Signer;
  readonly directory: Directory;
  readonly keys: KeyCache;
  readonly grants: GrantCache;
  readonly pipeline: Pipeline;
  /** Present on the very first start only. */
  readonly first?: FirstCredentials;
  close(): Promise<void>;
}

/** What the opener wants to hear of. */
export interface Listeners {
  /** The store has died: nothing can be answered any more. */
  readonly onStoreFailure: (error: Error) => void;
  /** Entries wait in the database; the next step tries again. */
  readonly onAuditFailure: (error: Error) => void;
}

/**
 * Opens store and seal, checks that the state is the one that the log knows, and begins to sequence the log.
 *
 * @throws {ConfigError} {@link SealError} {@link MigrationError} {@link StateCheckError} each says what to do
 */
export async function unsealInstallation(config: Config, listeners: Listeners): Promise<Unsealed> {
  const clock: Clock = Date.now;
  const random = pooledRandom();
  const paths = dataPaths(config.dataFolder);
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const store = await openStore({ path: paths.database, clock, onFailure: listeners.onStoreFailure });
  try {
    const { installation, first } = await openOrMakeInstallation({ config, store, nowMs: clock(), random });
    const signer = {
      origin: originOfInstallation(installation.installationId),
      publicKey: createPublicKey(installation.checkpointKey),
    };
    const { queue: queueKey } = installation.barrier;
    const { database: path, audit: folder } = paths;
    await checkState({ path, folder, witnesses: config.witnessFolders, signedBy: signer, queueKey });
    keepSigner(paths.audit, signer);
    store.startSequencer({
      folder: paths.audit,
      witnesses: config.witnessFolders,
      origin: signer.origin,
      signer: installation.checkpointKey,
      queueKey,
      onFailure: listeners.onAuditFailure,
    });
    const keys = new KeyCache(store);
    const grants = new GrantCache(store, config.quotas.grantsPerKey, config.quotas.grantsPerGrantee);
    const directory = new Directory(store, installation.barrier);
    const tell = tellServices(store, directory, random);
    return {
      config,
      clock,
      random,
      store,
      installation,
      signer,
      directory,
      keys,
      grants,
      pipeline: new Pipeline(store, clock, random, grantedBy(grants, store), tell),
      ...(first && { first }),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
