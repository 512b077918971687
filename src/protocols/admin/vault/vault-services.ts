import type { EgressGuard } from '../../../clients/egress.ts';
import type { StorageServices } from '../../../vault/environments/access-of.ts';
import type { KeysteadRightsPorts } from '../../../jobs/keystead-rights.ts';
import type { KeysteadOf } from '../../../vault/master-keys/keystead-service.ts';
import type { Roots } from '../../../vault/environments/roots.ts';
import type { KeyWatcher } from '../../../jobs/key-watcher.ts';
import type { SourceRules } from '../../../jobs/allowed-source.ts';
import type { RunDesk } from '../../../jobs/run-desk.ts';
import type { Scheduler } from '../../../jobs/scheduler.ts';
import type { VaultQuestions } from '../../../jobs/vault-questions.ts';

/** What the vault's part of the admin API stands on. */
export interface VaultServices extends StorageServices {
  /** Below these folders environments keep their backups. */
  readonly vaultRoots: Roots;
  /** Below these folders the server itself reads for a backup and writes for a restore; and what it may run for one. */
  readonly sourceRoots: SourceRules;
  readonly egress: EgressGuard;
  /** Spaces of places that no tenant may name. */
  readonly reserved?: readonly string[];
  /** Asks for keys of this installation as an environment. */
  readonly keystead: KeysteadOf;
  /** Gives environments the right to ask, and takes it back: `letUse`, `letGo`. */
  readonly keysteadRights: KeysteadRightsPorts;
  readonly desk: RunDesk;
  readonly questions: VaultQuestions;
  readonly watcher: KeyWatcher;
  readonly scheduler: Scheduler;
  /** Whether the clock may be gone by to delete something: not for a while after it was set. */
  readonly isClockBelieved: () => boolean;
}
