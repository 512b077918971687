import { EgressGuard } from '../../clients/egress.ts';
import { backup } from '../backup.ts';
import { check } from '../check.ts';
import { DESCRIPTOR_NAME } from '../descriptor.ts';
import { masterKeyAt } from '../environments/master-key-of.ts';
import { writerKeyFrom } from '../environments/environment.ts';
import { VaultError } from '../errors.ts';
import { bytesOf } from '../../bytes/bytes.ts';
import type { MasterKey } from '../master-keys/master-key.ts';
import { createRepository, openRepository, type OpenOptions, type Repository } from '../repository.ts';
import { rewrap } from '../rewrap.ts';
import { restore } from '../restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { FolderSource } from '../sources/folder.ts';
import { FolderTarget } from '../targets/folder.ts';
import type { Target } from '../targets/target.ts';
import type { Job, JobMasterKey, RunEvent, RunReport, RunResult, Work } from './job.ts';
import { showBackup, showCheck, showRestore, showRewrap, showSnapshots } from './results.ts';

/** How a job is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (event: RunEvent) => void;
}

type Perform<Kind extends Work['kind']> = (
  repository: Repository,
  work: Extract<Work, { kind: Kind }>,
  job: Job,
  watch: Watch,
) => Promise<Pick<RunReport, 'heads' | 'result'>>;

/** One row for each kind of work. */
const PERFORMERS: { readonly [Kind in Work['kind']]: Perform<Kind> } = {
  async backup(repository, { source, sourceName }, { heads }, { signal, onProgress }) {
    const report = await backup({
      repository,
      source: new FolderSource(source, sourceName),
      signal,
      onProgress,
      knownHeads: heads,
    });
    const others = heads.filter(({ writer }) => writer !== report.head.writer);
    return { heads: [...others, report.head], result: showBackup(report) };
  },
  async restore(repository, { snapshotId, destination, paths, replaceExisting }, { heads }, { signal, onProgress }) {
    const options = { repository, snapshotId, to: destination, replaceExisting, signal, onProgress };
    return { heads, result: showRestore(await restore({ ...options, ...(paths && { paths }) })) };
  },
  async verify(repository, { level }, { heads }, { signal, onProgress }) {
    const report = await check({ repository, level, knownHeads: heads, signal, onProgress });
    return { heads, result: showCheck(report) };
  },
  async rewrap(repository, _work, { heads }, { signal, onProgress }) {
    const to = repository.masterKeys.slice(-1);
    const report = await rewrap({
      repository,
      to,
      signal,
      onProgress: (files, totalFiles) => onProgress({ phase: 'rewrap', files, totalFiles, bytes: 0, rate: 0 }),
    });
    return { heads, result: showRewrap(report) };
  },
  async snapshots(repository, _work, job) {
    const list = await listSnapshots(repository, job.heads);
    return { heads: list.heads, result: showSnapshots(list) };
  },
};

/** What comes of work on an environment that has no vault yet, where that is no error. */
const EMPTY: Partial<Record<Work['kind'], RunResult>> = {
  snapshots: { snapshots: [], findingCount: 0, findings: [] },
  rewrap: { envelopes: 0, rewrapped: 0, oldRevisionsLeft: 0 },
};

/** Does a job in this process. Rejects with what stands in its way. */
export async function perform(job: Job, watch: Watch): Promise<RunReport> {
  const guard = new EgressGuard(job.egress);
  const owner = { tenant: job.tenantId, environment: job.environmentId };
  const masterKeys = job.masterKeys.map((key) => masterKeyAt(ownKey(key), owner, guard));
  try {
    const repository = await open(job, masterKeys);
    if (repository === undefined) return { heads: [], result: EMPTY[job.work.kind] ?? {} };
    try {
      const run = PERFORMERS[job.work.kind] as Perform<Work['kind']>;
      const report = await run(repository, job.work, job, watch);
      return { vaultId: repository.descriptor.vault, ...report };
    } finally {
      repository.close();
    }
  } finally {
    await Promise.all(masterKeys.map((key) => key.client.close()));
  }
}

async function open(job: Job, masterKeys: readonly MasterKey[]): Promise<Repository | undefined> {
  const { tenantId: tenant, environmentId: environment, vaultId, creator, cacheFolder } = job;
  const target = new FolderTarget(job.storage.path);
  const writerKey = job.writerKey && writerKeyFrom(Buffer.from(job.writerKey));
  const options = { masterKeys, ...(writerKey && { writerKey }), ...(cacheFolder !== undefined && { cacheFolder }) };
  const expect: OpenOptions['expect'] = {
    tenant,
    environment,
    ...(vaultId !== undefined && { vault: vaultId }),
    ...(creator !== undefined && { creator }),
  };
  try {
    return await openRepository(target, { ...options, expect });
  } catch (error) {
    const isNew = error instanceof VaultError && error.code === 'object-missing' && vaultId === undefined;
    if (!isNew) throw error;
    if (EMPTY[job.work.kind] !== undefined) return undefined;
    if (writerKey === undefined || job.work.kind !== 'backup') {
      throw new VaultError('snapshot-missing', 'There is no backup in this environment yet', error);
    }
    await clearUnfinished(target);
    return await createRepository(target, { ...options, writerKey, identity: { tenant, environment } });
  }
}

/** A vault whose making was cut off has an envelope and no descriptor: a key that nothing was ever encrypted under. */
async function clearUnfinished(target: Target): Promise<void> {
  const names: string[] = [];
  for await (const { name } of target.list('')) names.push(name);
  if (names.includes(DESCRIPTOR_NAME) || !names.every((name) => name.startsWith('keys/'))) return;
  for (const name of names) await target.delete(name);
}

/** Buffers that came over the channel are plain arrays of bytes here. */
function ownKey({ credentials, ...key }: JobMasterKey): JobMasterKey {
  if (credentials === 'environment') return { ...key, credentials };
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    ...key,
    credentials: {
      accessKeyId,
      secretAccessKey: bytesOf(secretAccessKey),
      ...(sessionToken && { sessionToken: bytesOf(sessionToken) }),
    },
  };
}
