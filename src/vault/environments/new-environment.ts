import type { EgressGuard } from '../../clients/egress.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';
import type { Put } from '../../records/commit.ts';
import type { RecordReader } from '../../records/ports.ts';
import type { StorageServices } from './access-of.ts';
import { requireWorking } from './check-environment.ts';
import { EnvironmentError } from './environment-error.ts';
import { environmentName, putEnvironment } from './environment-record.ts';
import { makeEnvironment, type Environment } from './environment.ts';
import type { NewMasterKey } from './master-key-settings.ts';
import { requireKeyArn } from './master-key-of.ts';
import { refuseOverlap } from './place.ts';
import type { Check } from './preflight.ts';
import { placeBelow, type Roots } from './roots.ts';

/** What somebody wants an environment to be, as it came in. */
export interface WantedEnvironment {
  readonly label: string;
  readonly storage: { readonly type: string; readonly path: string; readonly region: string };
  readonly encryptAutomatically: boolean;
  readonly masterKey: NewMasterKey;
}

/** What is needed to look at it. */
export interface EnvironmentServices extends StorageServices {
  readonly records: RecordReader;
  readonly vaultRoots: Roots;
  readonly egress: EgressGuard;
  readonly random: Random;
}

/**
 * Makes an environment that was seen to work: its place is free and takes objects, its master key is there, in the same
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
  const place = { type: 'folder', path, region: storage.region } as const;
  await refuseOverlap(records, place);
  const fields = { id: uuid(random), label, storage: place, encryption: 'AWS-KMS', masterKeys: [masterKey] } as const;
  const environment = makeEnvironment(tenantKey, fields, nowMs, random);
  const checks = await requireWorking(services, tenantKey, environment, false);
  return {
    environment: { ...environment, revision: 1 },
    checks,
    write: putEnvironment(tenantKey, undefined, environment),
  };
}

/** Says of a wanted master key what can be said without asking anybody. @throws {EnvironmentError} */
export function requireMasterKey(wanted: NewMasterKey, region: string): NewMasterKey {
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
  return wanted;
}
