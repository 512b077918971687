import type { EgressPolicy } from '../../clients/egress.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { EnvironmentStorage } from '../environments/environment.ts';
import type { KnownHead } from '../index-cache.ts';
import type { ProgressEvent } from '../progress.ts';

/** What a run does. */
export type RunKind = 'backup' | 'restore' | 'verify' | 'rewrap';

/** What is to be done, by kind. Paths are absolute and were checked by whoever asked. */
export type Work =
  | { readonly kind: 'backup'; readonly source: string; readonly sourceName: string }
  | {
      readonly kind: 'restore';
      readonly snapshotId: string;
      readonly destination: string;
      readonly paths?: readonly string[];
      readonly replaceExisting: boolean;
    }
  | { readonly kind: 'verify'; readonly level: VerifyLevel; readonly snapshotId?: string }
  | { readonly kind: 'rewrap' }
  | { readonly kind: 'snapshots' };

/** `structure`: everything a restore needs is there and fits. `data`: every byte is read and verified as well. */
export type VerifyLevel = 'structure' | 'data';

/** A master key with what it takes to use it. */
export interface JobMasterKey {
  readonly keyId: string;
  readonly endpoint?: string;
  readonly credentials: AwsCredentials | 'environment';
}

/** Everything that a run needs to know. It goes to the run's process over its channel, never by arguments or variables. */
export interface Job {
  readonly tenantId: string;
  readonly environmentId: string;
  readonly storage: EnvironmentStorage;
  /** 32 hexadecimal digits; absent where no backup has made the vault yet. */
  readonly vaultId?: string;
  /** Whose vault it must be: the id of the writer that made it. */
  readonly creator?: string;
  /** The first is the primary: it makes data keys. A `rewrap` moves everything to the last. */
  readonly masterKeys: readonly JobMasterKey[];
  /** PKCS#8; absent for who only reads. */
  readonly writerKey?: Buffer;
  readonly heads: readonly KnownHead[];
  /** A folder for what this machine knows of the store. */
  readonly cacheFolder?: string;
  readonly egress: EgressPolicy;
  readonly work: Work;
}

/** What came of a run, as plain data: safe integers, texts, lists and objects. */
export interface RunReport {
  /** The vault that was made, or is there. */
  readonly vaultId: string;
  /** The newest snapshots that the store has: to be kept elsewhere. */
  readonly heads: readonly KnownHead[];
  readonly result: RunResult;
}

export type RunResult = Readonly<Record<string, string | number | boolean | null | readonly RunItem[]>>;
export type RunItem = Readonly<Record<string, string | number | null>>;

/** Why a run ended without its work done. The text is for people: what happened, what it means, what to do. */
export interface RunProblem {
  readonly code: string;
  readonly message: string;
}

/** What the run's process is told. */
export type ToAgent = { readonly type: 'start'; readonly job: Job } | { readonly type: 'cancel' };

/** What the run's process tells. */
export type FromAgent =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  | { readonly type: 'done'; readonly report: RunReport }
  | { readonly type: 'failed'; readonly problem: RunProblem };
