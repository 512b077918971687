import type { EgressPolicy } from '../../clients/egress.ts';
import type { AgentAnswers, AgentQuestion } from '../agents/questions.ts';
import type { CheckLevel, ProvenRestorable } from '../check/check-level.ts';
import type { EnvironmentIdentity } from '../format/descriptor.ts';
import type { VaultFacts } from '../inspect.ts';
import type { KnownHead } from '../index-cache.ts';
import type { KeyCalls } from '../master-keys/counted.ts';
import type { KeysteadReply, KeysteadRequest } from '../master-keys/keystead-service.ts';
import type { SnapshotRecipient } from '../format/manifest.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import type { Keeping } from '../keeping/keeping-settings.ts';
import type { ProgressEvent } from '../progress.ts';
import type { ConflictPolicy } from '../restore/places.ts';
import type { SnapshotChoice } from '../recovery/choose-snapshot.ts';
import type { Answers, Question } from '../recovery/questions.ts';
import type { PostgresConnection } from '../postgres/connection.ts';
import type { DatabaseChoice } from '../postgres/restore-postgres.ts';
import type { CommandReport } from '../sources/commands.ts';
import type { SourceSpec } from '../sources/source-spec.ts';
import type { StorageAccess } from '../targets/storage-access.ts';

/** What a run does. */
export type RunKind = 'backup' | 'restore' | 'restore-databases' | 'verify' | 'rewrap' | KeepingWork['kind'];

/** What is to be done, by kind. Paths are absolute and were checked by whoever asked. */
export type Work =
  | { readonly kind: 'backup'; readonly source: SourceSpec }
  | ({ readonly kind: 'restore' } & RestoreWork)
  | ({ readonly kind: 'restore-databases' } & RestoreDatabasesWork)
  /** `samplePercent`: how much of the packs the level `sample` reads. */
  | { readonly kind: 'verify'; readonly level: CheckLevel; readonly samplePercent?: number }
  /** `to`: the ids of the master keys that are to open the data keys from now on, the primary first. */
  | {
      readonly kind: 'rewrap';
      readonly to: readonly string[];
      /** What was wrapped for them before this time is wrapped anew, for their newest versions. */
      readonly refreshBeforeMs?: number;
    }
  | { readonly kind: 'snapshots' }
  /** One file, to whoever watches: in the CLI's own process. */
  | { readonly kind: 'cat'; readonly snapshot: SnapshotChoice; readonly path: string }
  /** What is kept by which rule, and what goes when. */
  | { readonly kind: 'kept'; readonly keeping: Keeping }
  | KeepingWork
  /** What a vault that nobody here knows says of itself. */
  | { readonly kind: 'inspect' }
  | Question
  | AgentQuestion;

/** Which databases of a snapshot are restored, and into which server. */
export interface RestoreDatabasesWork {
  readonly snapshot: SnapshotChoice;
  readonly to: PostgresConnection;
  /** Absent: all of the snapshot's, by their names. */
  readonly databases?: readonly DatabaseChoice[];
  /** Whether to make the roles that the server does not have. */
  readonly roles: boolean;
  /** Whether things get their owners and rights. */
  readonly owners: boolean;
  readonly replaceExisting: boolean;
}

/** What is taken away, and what keeps it from being taken. */
export type KeepingWork =
  | { readonly kind: 'maintain'; readonly keeping: Keeping; readonly dryRun: boolean; readonly repack: boolean }
  | { readonly kind: 'trash'; readonly keeping: Keeping; readonly snapshots: readonly string[]; readonly days: number }
  | { readonly kind: 'take-back'; readonly keeping: Keeping; readonly snapshots: readonly string[] }
  | { readonly kind: 'accept-loss'; readonly keeping: Keeping; readonly snapshots: readonly string[] }
  /** `holdId`: the hold that is placed or released. */
  | { readonly kind: 'hold'; readonly keeping: Keeping; readonly holdId: string }
  | {
      readonly kind: 'forget';
      readonly keeping: Keeping;
      readonly what: { readonly snapshots: readonly string[] } | { readonly source: string };
    }
  /** The whole vault goes, for good. */
  | { readonly kind: 'empty'; readonly keeping: Keeping }
  /** `key`: absent goes on with what was retired before. */
  | { readonly kind: 'retire'; readonly keeping: Keeping; readonly key?: string; readonly maxBytes?: number };

/** What is restored, and where to. */
export interface RestoreWork {
  readonly snapshot: SnapshotChoice;
  /** A folder. */
  readonly destination: string;
  /** From the source's root; with neither paths nor patterns, everything. */
  readonly paths?: readonly string[];
  readonly patterns?: readonly string[];
  readonly conflict?: ConflictPolicy;
  readonly rewriteSame?: boolean;
  readonly skipDamaged?: boolean;
}

/** How far a run is. Re-wrapping counts envelopes where others count files. */
export interface RunEvent extends Omit<ProgressEvent, 'phase'> {
  readonly phase: ProgressEvent['phase'] | 'rewrap' | 'rewrite' | 'empty';
  readonly totalFiles?: number;
}

/** A vault, and what it takes to read it. */
export interface JobPlace {
  /** Whose vault it says it is, where that is another installation's: it was imported. */
  readonly identity?: EnvironmentIdentity;
  readonly storage: StorageAccess;
  /** 32 hexadecimal digits; absent where no backup has made the vault yet. */
  readonly vaultId?: string;
  /** Whose vault it must be: the id of the writer that made it. */
  readonly creator?: string;
  /** The first is the primary: it makes data keys. */
  readonly masterKeys: readonly MasterKeyAccess[];
  readonly heads: readonly KnownHead[];
}

/** Everything that a run needs to know. It goes to the run's process over its channel, never by arguments or variables. */
export interface Job extends JobPlace {
  readonly tenantId: string;
  readonly environmentId: string;
  /** PKCS#8; absent for who only reads. */
  readonly writerKey?: Buffer;
  /** Where the earlier one of two snapshots lies that are compared, if not at the same place. */
  readonly before?: JobPlace;
  /** A folder for what this machine knows of the store. */
  readonly cacheFolder?: string;
  readonly egress: EgressPolicy;
  readonly limits?: RunLimits;
  readonly work: Work;
}

/** What bounds a run. */
export interface RunLimits {
  /** How fast it may write to the store. */
  readonly bytesPerSecond?: number;
}

/** What came of a run, for the records of environment and run. */
export interface RunReport {
  /** The vault that was made, or is there; absent where no backup has made one yet. */
  readonly vaultId?: string;
  /** The newest snapshots that the store has: to be kept elsewhere. */
  readonly heads: readonly KnownHead[];
  readonly result: RunResult;
  /** Whether it was seen that nothing is left there, and nothing waits to be deleted. */
  readonly isEmpty?: boolean;
  /** What a question was answered. It is shown to who asked, and kept nowhere. */
  readonly answer?: Answers[keyof Answers] | AgentAnswers[keyof AgentAnswers];
}

/** Numbers and texts of what a run did; which are there depends on its kind. Bytes, counts and milliseconds. */
export interface RunResult {
  readonly snapshotId?: string;
  /** The snapshot whose unchanged files were not read again. */
  readonly parent?: string;
  readonly files?: number;
  readonly folders?: number;
  readonly links?: number;
  readonly bytes?: number;
  /** When the source was in the state that was restored, RFC 3339. */
  readonly takenAt?: string;
  /** Of a restore: files and links that were there as they are, that replaced others, that lie beside others, that were left alone. */
  readonly same?: number;
  readonly overwritten?: number;
  readonly beside?: number;
  readonly kept?: number;
  readonly unchangedFiles?: number;
  readonly readBytes?: number;
  readonly newBytes?: number;
  readonly storedBytes?: number;
  readonly durationMs?: number;
  /** Since the snapshot before: files that are new, changed, and gone. */
  readonly addedFiles?: number;
  readonly changedFiles?: number;
  readonly goneFiles?: number;
  /** How often master keys were asked for what. */
  readonly keyCalls?: Readonly<KeyCalls>;
  readonly snapshots?: readonly SnapshotItem[];
  /** Ids of the snapshots that this was about. */
  readonly snapshotIds?: readonly string[];
  /** Snapshots that went into the trash, that are in it, and that were deleted. */
  readonly trashed?: number;
  readonly inTrash?: number;
  readonly deletedSnapshots?: number;
  /** Objects that nothing needs: marked, waiting for their time, deleted, needed after all, held by the store. */
  readonly marked?: number;
  readonly markedBytes?: number;
  readonly waiting?: number;
  readonly deleted?: number;
  readonly deletedBytes?: number;
  readonly rescued?: number;
  readonly locked?: number;
  /** When the last of their locks ends. */
  readonly lockedUntilMs?: number;
  /** Data keys of hosts that were given the vault's master keys as recipients. */
  readonly adopted?: number;
  /** Objects whose lock was extended; objects that the store has on hold. */
  readonly extended?: number;
  readonly onHold?: number;
  /** Packs that were rewritten and that wait for it; snapshots that were replaced, or that a hold keeps as they are. */
  readonly rewrittenPacks?: number;
  readonly rewrittenBytes?: number;
  readonly packsLeft?: number;
  readonly replaced?: number;
  readonly heldSnapshots?: number;
  readonly retiredKeys?: readonly string[];
  readonly destroyedKeys?: readonly string[];
  readonly waitingKeys?: readonly string[];
  readonly readableKeys?: readonly string[];
  readonly vault?: VaultFacts;
  readonly level?: CheckLevel;
  readonly snapshotCount?: number;
  readonly packs?: number;
  readonly verifiedBytes?: number;
  /** Objects that were compared with their names and signatures. */
  readonly objects?: number;
  /** Of a drill: data keys that are needed, openings asked for and done, and recipients that could not be asked. */
  readonly drill?: {
    readonly keys: number;
    readonly asked: number;
    readonly opened: number;
    readonly unasked: readonly string[];
    readonly files: number;
    readonly bytes: number;
  };
  /** Sources whose newest snapshot was seen to be restorable. */
  readonly proven?: readonly ProvenRestorable[];
  readonly envelopes?: number;
  readonly rewrapped?: number;
  /** Old envelopes that the store did not let go of: the old master key still opens them. */
  readonly oldRevisionsLeft?: number;
  /** How many items could not be kept; `problems` names the first of them. */
  readonly problemCount?: number;
  readonly problems?: readonly { readonly code: string; readonly path: string }[];
  readonly warnings?: readonly string[];
  /** Programs that ran before and after the reading of a backup. */
  readonly commands?: readonly CommandReport[];
  /** Databases that were restored, by the names that they have now. */
  readonly databases?: readonly string[];
  /** How much in the store is not as it was left; `findings` names the first of it. */
  readonly findingCount?: number;
  readonly findings?: readonly Finding[];
}

/** A snapshot as its head says, in clear. */
export interface SnapshotItem {
  readonly snapshotId: string;
  readonly createdMs: number;
  readonly parent?: string;
  /** Whoever could open it when it was made. */
  readonly recipients?: readonly SnapshotRecipient[];
  /** When it is deleted, where it is in the trash. */
  readonly trashedUntilMs?: number;
  readonly isHeld?: boolean;
  /** In clear: the same for all snapshots of a source, under the same dedupe key. */
  readonly domain?: string;
  /** Where the master key was asked, or a run is known: the source. Where it was asked: which rules keep it, and about when none will. */
  readonly source?: string;
  readonly keptBy?: readonly string[];
  readonly expiresMs?: number;
}

/** Something in the store that is not as it was left. */
export interface Finding {
  readonly code: string;
  /** The object or snapshot. */
  readonly subject: string;
  /** What it is, what it means, and which snapshots it hits. */
  readonly text: string;
  /** Ids of the snapshots that it hits, the first hundred. */
  readonly snapshots?: readonly string[];
}

/** Why a run ended without its work done. The text is for people: what happened, what it means, what to do. */
export interface RunProblem {
  readonly code: string;
  readonly message: string;
}

/** What the run's process is told. */
export type ToAgent =
  | { readonly type: 'start'; readonly job: Job }
  | { readonly type: 'cancel' }
  | { readonly type: 'answer'; readonly id: number; readonly reply: KeysteadReply };

/** What the run's process tells. */
export type FromAgent =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly event: RunEvent }
  | { readonly type: 'ask'; readonly id: number; readonly request: KeysteadRequest }
  | { readonly type: 'done'; readonly report: RunReport }
  | { readonly type: 'failed'; readonly problem: RunProblem };
