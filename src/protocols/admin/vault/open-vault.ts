import { join } from 'node:path';
import { EgressGuard, type EgressPolicy } from '../../../clients/egress.ts';
import { Runner } from '../../../vault/runs/runner.ts';
import type { StorageServices } from '../../../vault/environments/access-of.ts';
import { KeyWatcher, type KeyWatcherServices } from '../../../jobs/key-watcher.ts';
import { RunDesk } from '../../../jobs/run-desk.ts';
import { Scheduler } from '../../../jobs/scheduler.ts';
import { VaultQuestions } from '../../../jobs/vault-questions.ts';
import { bucketsOf, hostedAccess, pathsOf, type HostedStore } from '../../../vault/environments/hosted.ts';
import type { VaultServices } from './vault-services.ts';

/** What the operator has set. Folders and files are absolute paths. */
export interface VaultSettings {
  readonly vaultRoots: readonly string[];
  readonly sourceRoots: readonly string[];
  /** Programs that may run before and after a backup. */
  readonly runCommands?: readonly string[];
  /** Data, seal, witnesses: what no tenant's path may reach, whatever the roots are. */
  readonly keepOut: readonly string[];
  /** Nobody else may write to it. */
  readonly cacheFolder: string;
  readonly egress: EgressPolicy;
  /** The operator's own stores, for environments that bring none. */
  readonly hosted?: readonly HostedStore[];
  /** Whether environments may be reached as whom the server itself is. */
  readonly lendsCredentials?: boolean;
  /** How many runs may be in flight at once. */
  readonly maxRuns?: number;
}

/** Puts the vault's part of the server together. Nothing runs yet: see {@link RunDesk.recover}. */
export function openVault(
  settings: VaultSettings,
  services: Omit<KeyWatcherServices, 'guard' | 'outlook'> & Pick<VaultServices, 'keysteadRights' | 'isClockBelieved'>,
): VaultServices {
  const { vaultRoots, sourceRoots, runCommands = [], cacheFolder, egress, maxRuns } = settings;
  const { hosted = [], lendsCredentials = false } = settings;
  const keepOut = [...settings.keepOut, ...pathsOf(hosted)];
  const guard = new EgressGuard(egress);
  const storage: StorageServices = {
    lendsCredentials,
    lendsTo: (endpoint) => guard.names(endpoint),
    ...(hosted.length > 0 && { hosted: (...of: [string, string, string]) => hostedAccess(hosted, ...of) }),
  };
  const runner = new Runner({
    ...(maxRuns !== undefined && { maxRuns }),
    codeCacheFolder: join(cacheFolder, 'code'),
    progressFolder: join(cacheFolder, 'progress'),
    onFault: (runId, text) => services.log.error({ runId, text }, "a run's process told of a fault"),
  });
  const roots = {
    vaultRoots: { setting: 'KEYSTEAD_VAULT_ROOTS', folders: vaultRoots, themselves: false, keepOut },
    sourceRoots: {
      setting: 'KEYSTEAD_SOURCE_ROOTS',
      folders: sourceRoots,
      themselves: true,
      keepOut: [...keepOut, ...vaultRoots],
      commands: runCommands,
    },
  };
  const questions = new VaultQuestions({ ...services, ...storage, runner, egress, cacheFolder });
  const watcher = new KeyWatcher({
    ...services,
    ...storage,
    guard,
    outlook: (...about) => questions.outlook(...about),
  });
  const desk = new RunDesk({ ...services, ...storage, runner, egress, cacheFolder, watcher });
  const scheduler = new Scheduler({ ...services, ...roots, desk, watcher });
  const { keystead, keysteadRights, isClockBelieved } = services;
  const reserved = bucketsOf(hosted);
  const own = { ...roots, ...storage, reserved };
  return { ...own, egress: guard, keystead, keysteadRights, desk, questions, watcher, scheduler, isClockBelieved };
}
