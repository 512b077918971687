import type { EgressGuard } from '../../clients/egress.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { Put } from '../../records/commit.ts';
import type { RecordReader } from '../../records/ports.ts';
import { EnvironmentError } from './environment-error.ts';
import { environmentName, FOLDER_SPACE, putEnvironment } from './environment-record.ts';
import { makeEnvironment, type Environment, type NewMasterKey } from './environment.ts';
import { masterKeyAt, requireKeyArn } from './master-key-of.ts';
import { preflight, type Check, type PreflightSubject } from './preflight.ts';
import { isWithin, placeBelow, type Roots } from './roots.ts';

/** What somebody wants an environment to be, as it came in. */
export interface WantedEnvironment {
  readonly label: string;
  readonly storage: { readonly type: string; readonly path: string; readonly region: string };
  readonly encryptAutomatically: boolean;
  readonly masterKey: WantedMasterKey;
}

export type WantedMasterKey = Omit<NewMasterKey, 'provider'> & { readonly provider: string };

/** What is needed to look at it. */
export interface EnvironmentServices {
  readonly records: RecordReader;
  readonly vaultRoots: Roots;
  readonly egress: EgressGuard;
  readonly random: Random;
}

const PAGE = 1000;

/**
 * Makes an environment that was seen to work: its folder is free and takes files, its master key is there, in the same
 * region, and does what a vault needs of it.
 *
 * @throws {EnvironmentError} what is refused and why; nothing is left behind but an empty folder
 */
export async function newEnvironment(
  services: EnvironmentServices,
  tenantKey: TenantKey,
  wanted: WantedEnvironment,
  nowMs: number,
): Promise<{ readonly environment: Environment; readonly checks: readonly Check[]; readonly write: Put }> {
  const { records, random } = services;
  const { label, storage } = wanted;
  const masterKey = requireMasterKey(wanted.masterKey, storage.region);
  if (storage.type !== 'folder') {
    throw new EnvironmentError(
      'storage-not-implemented',
      `Storage of the type ${storage.type} is not implemented yet. Use storage of the type folder`,
    );
  }
  if (!wanted.encryptAutomatically) {
    throw new EnvironmentError(
      'encryption-required',
      'There is no unencrypted backup format: everything is encrypted here, under the master key, before it is stored. Say encryptAutomatically: true',
    );
  }
  if ((await records.resolve(environmentName(tenantKey.tenantId, label))) !== undefined) {
    throw new EnvironmentError('environment-exists', `There is an environment with the label ${label}. Choose another`);
  }
  const path = await placeBelow(services.vaultRoots, storage.path);
  await refuseOverlap(records, path);
  const id = uuid(random);
  const fields = { id, label, storage: { type: 'folder', path, region: storage.region }, masterKey } as const;
  const checks = await checkOne(services, tenantKey.tenantId, { ...fields, hasVault: false });
  const environment = makeEnvironment(tenantKey, fields, nowMs, random);
  return {
    environment: { ...environment, revision: 1 },
    checks,
    write: putEnvironment(tenantKey, undefined, environment),
  };
}

/** Says of a wanted master key what can be said without asking anybody. @throws {EnvironmentError} */
export function requireMasterKey(wanted: WantedMasterKey, region: string): NewMasterKey {
  const { provider } = wanted;
  if (provider !== 'aws-kms') {
    throw new EnvironmentError(
      'provider-not-implemented',
      `Master keys of the provider ${provider} are not implemented yet. Use aws-kms, at AWS or at Keystead's own endpoint`,
    );
  }
  const arn = requireKeyArn(wanted.keyId);
  if (arn.region !== region) {
    throw new EnvironmentError(
      'region-mismatch',
      `The storage is in ${region}, but the master key is in ${arn.region}: data and key must stay in one region. ` +
        "Use a key of the storage's region, or storage in the key's region",
    );
  }
  return { ...wanted, provider };
}

/** Runs the checks. @throws {EnvironmentError} `preflight-failed`, with every check that failed */
export async function checkOne(
  { egress }: EnvironmentServices,
  tenantId: string,
  subject: Pick<PreflightSubject, 'storage' | 'hasVault'> & { readonly id: string; readonly masterKey: NewMasterKey },
): Promise<readonly Check[]> {
  const owner = { tenant: tenantId, environment: subject.id };
  const masterKey = masterKeyAt(subject.masterKey, owner, egress);
  try {
    const checks = await preflight({ owner, storage: subject.storage, masterKey, hasVault: subject.hasVault });
    const failures = checks.filter(({ outcome }) => outcome === 'failed');
    if (failures.length === 0) return checks;
    const texts = failures.map(({ check, what, next }) => `${check}: ${what}${next === undefined ? '' : ` ${next}`}`);
    throw new EnvironmentError('preflight-failed', `The environment cannot be used like this. ${texts.join(' ')}`);
  } finally {
    await masterKey.close();
  }
}

/** Two vaults never share a folder, and none lies in another, whoever they belong to. */
async function refuseOverlap(records: RecordReader, path: string): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const names = await records.listNames(FOLDER_SPACE, { limit: PAGE, ...(after !== undefined && { after }) });
    if (names.some(({ name }) => isWithin(name, path) || isWithin(path, name))) {
      throw new EnvironmentError(
        'path-taken',
        `The folder ${path} holds another environment's vault, or lies in one. Choose another folder`,
      );
    }
    if (names.length < PAGE) return;
    after = names.at(-1)?.name;
  }
}
