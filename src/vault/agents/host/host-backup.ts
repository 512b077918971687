import { EgressGuard } from '../../../clients/egress.ts';
import { backup, type BackupReport } from '../../backup/backup.ts';
import { VaultError } from '../../errors.ts';
import type { OnProgress } from '../../progress.ts';
import { openSource } from '../../sources/open-source.ts';
import type { SourceSpec } from '../../sources/source-spec.ts';
import { S3Target } from '../../targets/s3/s3.ts';
import { openTarget } from '../../targets/open-target.ts';
import type { StorageAccess } from '../../targets/storage-access.ts';
import type { Target } from '../../targets/target.ts';
import { openWriteOnly } from '../../write-only/open-write-only.ts';
import type { WriteOnly } from '../../write-only/write-only.ts';
import { takingOwnForPut } from './lost-answers.ts';
import { requireVaultIn } from './store-place.ts';
import type { HostFacts, HostState, HostStorage } from './host-state.ts';

export interface HostBackup {
  readonly state: HostState;
  readonly source: SourceSpec;
  readonly server: Omit<WriteOnly, 'memory'>;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly threads?: number;
}

/** Backs up a source of this host, with what it was given when it was enrolled and the store's credentials that it has. */
export async function hostBackup({ state, source, server, threads, ...watch }: HostBackup): Promise<BackupReport> {
  const facts = state.facts();
  const guard = new EgressGuard({});
  const { type, path } = facts.storage;
  if (type === 'folder' && path !== undefined) requireVaultIn(path, Buffer.from(facts.descriptor, 'base64'));
  const target = takingOwnForPut(openWriteOnlyTarget(accessOf(facts.storage), guard));
  try {
    await putDedupeEnvelope(target, facts);
    const repository = openWriteOnly(target, {
      known: {
        descriptor: Buffer.from(facts.descriptor, 'base64'),
        creator: facts.creator,
        vault: facts.vaultId,
        pair: Buffer.from(facts.pair, 'base64'),
        pairId: facts.pairId,
      },
      writerKey: state.writerKey(),
      dedupe: { id: facts.dedupe.id, key: state.dedupeKey() },
      server,
      stateFolder: state.folder,
    });
    try {
      const opened = openSource(source, { guard });
      return await backup({ repository, source: opened, ...watch, ...(threads !== undefined && { threads }) });
    } finally {
      repository.close();
    }
  } finally {
    await target.close();
  }
}

/** Without it nobody could read what is written here; it is put before anything else, and lies there from then on. */
async function putDedupeEnvelope(target: Target, { dedupe }: HostFacts): Promise<void> {
  await target.put(dedupe.name, Buffer.from(dedupe.envelope, 'base64'));
}

function openWriteOnlyTarget(access: StorageAccess, guard: EgressGuard): Target {
  return access.type === 'bucket' ? new S3Target(access, guard, { writeOnly: true }) : openTarget(access, guard);
}

/** The store, reached by what the AWS SDK finds as credentials on this machine. */
function accessOf({ type, region, path, bucket, prefix, endpoint, lock, serverSideKey }: HostStorage): StorageAccess {
  if (type === 'folder') {
    if (path === undefined) throw new VaultError('target-failed', 'It is not known where the store is on this host');
    return { type, path };
  }
  if (bucket === undefined) throw new VaultError('target-failed', 'It is not known which bucket the store is');
  return {
    type: 'bucket',
    provider: type,
    bucket,
    prefix: prefix ?? '',
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(lock && { lock: { mode: lock.mode === 'compliance' ? 'compliance' : 'governance', days: lock.days } }),
    ...(serverSideKey !== undefined && { serverSideKey }),
    credentials: 'environment',
  };
}
