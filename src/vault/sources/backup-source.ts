import { bytesOf } from '../../bytes/bytes.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import type { RunLimits } from '../runs/job.ts';
import type { FolderSpec, PostgresSpec, SourceSpec, StreamSpec } from './source-spec.ts';

/** A specification as a record holds it: without the name, and with its secret wrapped. */
export type StoredSpec =
  | Omit<FolderSpec, 'name'>
  /** `password`: base64 of the wrapped password. */
  | (Omit<PostgresSpec, 'name' | 'password'> & { readonly password?: string })
  | Omit<StreamSpec, 'name'>;

/** What is backed up again and again: a source that an environment knows. */
export interface BackupSource {
  readonly tenantId: string;
  /** A UUID. Its schedule, where it has one, bears the same. */
  readonly id: string;
  readonly revision: number;
  readonly environmentId: string;
  /** Unique in the environment. It names the dedupe domain, so it stays what it is. */
  readonly name: string;
  readonly spec: StoredSpec;
  /** What bounds its runs. */
  readonly limits: RunLimits;
  /** People are told when there has been no good backup for so long. Absent: nobody is. */
  readonly alertAfterHours?: number;
  /** The newest backup that ended well. */
  readonly lastGood?: GoodBackup;
  /** Since when people know that there has been no good backup for too long. */
  readonly overdueSinceMs?: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface GoodBackup {
  readonly runId: string;
  readonly snapshotId: string;
  readonly atMs: number;
}

/** Brings a specification to what is kept of it. The caller wipes its secret. */
export function storedSpec(tenantKey: TenantKey, sourceId: string, spec: SourceSpec, random: Random): StoredSpec {
  const { name: _, ...rest } = spec;
  if (rest.kind !== 'postgres') return rest;
  const { password, ...open } = rest;
  if (password === undefined) return open;
  return {
    ...open,
    password: tenantKey.wrap(passwordBinding(tenantKey, sourceId), bytesOf(password), random).toString('base64'),
  };
}

/** What a run is handed of a source. The caller wipes the secret. */
export function specOf(tenantKey: TenantKey, { id, name, spec }: BackupSource): SourceSpec {
  if (spec.kind !== 'postgres') return { ...spec, name };
  const { password, ...open } = spec;
  if (password === undefined) return { ...open, name };
  return { ...open, name, password: tenantKey.unwrap(passwordBinding(tenantKey, id), Buffer.from(password, 'base64')) };
}

function passwordBinding({ tenantId }: TenantKey, sourceId: string) {
  return ['source-secret', tenantId, sourceId, 'password'] as const;
}

/** When people are to be told that there has been no good backup for too long; `undefined`: they know, or want no word. */
export function overdueAtMs(source: BackupSource): number | undefined {
  const { alertAfterHours, overdueSinceMs, lastGood, createdAtMs } = source;
  if (alertAfterHours === undefined || overdueSinceMs !== undefined) return undefined;
  return (lastGood?.atMs ?? createdAtMs) + alertAfterHours * 3_600_000;
}

/** The source once a backup of it has ended well. */
export function backedUp(source: BackupSource, good: GoodBackup): BackupSource {
  const { overdueSinceMs: _, ...rest } = source;
  return { ...rest, lastGood: good };
}
