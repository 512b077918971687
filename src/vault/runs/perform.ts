import { bytesOf } from '../../bytes/bytes.ts';
import { EgressGuard } from '../../clients/egress.ts';
import type { AwsCredentials } from '../../clients/aws-kms/connection.ts';
import type { EnvironmentIdentity } from '../format/descriptor.ts';
import { writerKeyFrom } from '../environments/environment.ts';
import { VaultError } from '../errors.ts';
import type { MasterKeyAccess } from '../master-keys/master-key-access.ts';
import { counted, noKeyCalls, type KeyCalls } from '../master-keys/counted.ts';
import { openMasterKey } from '../master-keys/open-master-key.ts';
import type { MasterKey } from '../master-keys/master-key.ts';
import { createRepository, openRepository, type OpenOptions, type Repository } from '../repository.ts';
import { Pace } from '../targets/pace.ts';
import { openTarget } from '../targets/open-target.ts';
import type { StorageAccess } from '../targets/storage-access.ts';
import type { Target } from '../targets/target.ts';
import type { Job, JobPlace, RunReport } from './job.ts';
import type { Watch } from './performer.ts';
import { performerOf } from './performers.ts';

/** Does a job in this process. Rejects with what stands in its way. */
export async function perform(job: Job, watch: Watch): Promise<RunReport> {
  const keyCalls = noKeyCalls();
  return await withRepository(job, watch, keyCalls, async (repository) => {
    const { run, empty } = performerOf(job.work.kind);
    if (repository === undefined) return { heads: [], result: empty ?? {} };
    const { before } = job;
    const beside: Watch['before'] = (use) =>
      withRepository(atPlace(job, before as JobPlace), watch, keyCalls, async (other) => {
        if (other) return await use(other);
        throw new VaultError('snapshot-missing', 'There is no backup at the place of the earlier snapshot');
      });
    const { result, ...report } = await run(repository, job.work, job, before ? { ...watch, before: beside } : watch);
    return { vaultId: repository.descriptor.vault, ...report, result: { ...result, keyCalls } };
  });
}

/** Opens the vault of a job, and lets go of everything afterwards. */
async function withRepository<T>(
  job: Job,
  watch: Watch,
  keyCalls: KeyCalls,
  use: (repository: Repository | undefined) => Promise<T>,
): Promise<T> {
  const guard = new EgressGuard(job.egress);
  const owner = identityOf(job);
  const services = { guard, ...(watch.keystead && { keystead: watch.keystead }) };
  const masterKeys = job.masterKeys.map((key) => counted(openMasterKey(ownKey(key), owner, services), keyCalls));
  const bytesPerSecond = job.limits?.bytesPerSecond;
  const target = openTarget(ownStorage(job.storage), guard, {
    ...(bytesPerSecond !== undefined && { pace: new Pace(bytesPerSecond) }),
  });
  try {
    const repository = await open(job, target, masterKeys);
    try {
      return await use(repository);
    } finally {
      repository?.close();
    }
  } finally {
    await Promise.all([target.close(), ...masterKeys.map((key) => key.close())]);
  }
}

/** The job at another place of its environment, which is only read. */
function atPlace(job: Job, place: JobPlace): Job {
  const { tenantId, environmentId, cacheFolder, egress, limits, work } = job;
  const same = { tenantId, environmentId, egress, work };
  return { ...same, ...place, ...(cacheFolder !== undefined && { cacheFolder }), ...(limits && { limits }) };
}

async function open(job: Job, target: Target, masterKeys: readonly MasterKey[]): Promise<Repository | undefined> {
  const { vaultId, creator, cacheFolder } = job;
  const { tenant, environment } = identityOf(job);
  const writerKey = job.writerKey && writerKeyFrom(Buffer.from(job.writerKey));
  const remembers = cacheFolder !== undefined && performerOf(job.work.kind).endsVault !== true;
  const options = { masterKeys, ...(writerKey && { writerKey }), ...(remembers && { cacheFolder }) };
  const expect: OpenOptions['expect'] = {
    tenant,
    environment,
    ...(vaultId !== undefined && { vault: vaultId }),
    ...(creator !== undefined && { creator }),
  };
  try {
    return await openRepository(target, { ...options, expect });
  } catch (error) {
    const isNone = error instanceof VaultError && error.code === 'object-missing';
    if (!isNone || (vaultId !== undefined && performerOf(job.work.kind).endsVault !== true)) throw error;
    if (performerOf(job.work.kind).empty !== undefined) return undefined;
    if (writerKey === undefined || performerOf(job.work.kind).makesVault !== true) {
      throw new VaultError('snapshot-missing', 'There is no backup in this environment yet', error);
    }
    try {
      return await createRepository(target, { ...options, writerKey, identity: { tenant, environment } });
    } catch (failure) {
      if (!(failure instanceof VaultError) || failure.code !== 'object-exists') throw failure;
      // Another run may have been first to make it; what else lies there is no vault, and this says so.
      return await openRepository(target, { ...options, expect }).catch(() => Promise.reject(failure));
    }
  }
}

/** Whose vault it is to be: what its data keys are bound to. */
function identityOf({ identity, tenantId, environmentId }: Job): EnvironmentIdentity {
  return identity ?? { tenant: tenantId, environment: environmentId };
}

/** Buffers that came over the channel are plain arrays of bytes here. */
function ownKey(key: MasterKeyAccess): MasterKeyAccess {
  if (key.provider === 'aws-kms') return { ...key, credentials: ownCredentials(key.credentials) };
  if (key.provider === 'key-protect') return { ...key, apiKey: Buffer.from(key.apiKey) };
  return key;
}

function ownStorage(storage: StorageAccess): StorageAccess {
  return storage.type === 'bucket' ? { ...storage, credentials: ownCredentials(storage.credentials) } : storage;
}

function ownCredentials(credentials: AwsCredentials | 'environment'): AwsCredentials | 'environment' {
  if (credentials === 'environment') return credentials;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    accessKeyId,
    secretAccessKey: bytesOf(secretAccessKey),
    ...(sessionToken && { sessionToken: bytesOf(sessionToken) }),
  };
}
