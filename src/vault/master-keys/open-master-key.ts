import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import type { EgressGuard } from '../../clients/egress.ts';
import { KeyProtectClient } from '../../clients/key-protect/client.ts';
import { requireKeyArn, requireKeyCrn, requireKeysteadArn } from '../environments/master-key-of.ts';
import { VaultError } from '../errors.ts';
import { AwsKmsMasterKey, type KeyOwner } from './aws-kms.ts';
import { KeyProtectMasterKey } from './key-protect.ts';
import { KeysteadMasterKey } from './keystead.ts';
import type { AskKeystead } from './keystead-service.ts';
import type { MasterKeyAccess } from './master-key-access.ts';
import type { MasterKey } from './master-key.ts';
import { openRecovery } from './open-recovery.ts';

/** What it takes to reach a key, besides its access. */
export interface MasterKeyServices {
  readonly guard: EgressGuard;
  /** Asks for keys of this installation; absent where there is no server. */
  readonly keystead?: AskKeystead;
}

type Open<Provider extends MasterKeyAccess['provider']> = (
  access: Extract<MasterKeyAccess, { provider: Provider }>,
  owner: KeyOwner,
  services: MasterKeyServices,
) => MasterKey;

/** One row for each provider. */
const OPENERS: { readonly [Provider in MasterKeyAccess['provider']]: Open<Provider> } = {
  'aws-kms': (access, owner, { guard }) => {
    const { keyId } = access;
    const { region } = requireKeyArn(keyId);
    return new AwsKmsMasterKey(new AwsKmsClient({ ...access, region }, guard), keyId, owner);
  },
  'key-protect': ({ keyId, endpoint, iamEndpoint, apiKey }, owner, { guard }) => {
    const { region, instance } = requireKeyCrn(keyId);
    const connection = {
      region,
      instance,
      apiKey,
      ...(endpoint !== undefined && { endpoint }),
      ...(iamEndpoint !== undefined && { iamEndpoint }),
    };
    return new KeyProtectMasterKey(new KeyProtectClient(connection, guard), keyId, owner);
  },
  keystead: ({ keyId, endpoint }, owner, { keystead, guard }) => {
    const arn = requireKeysteadArn(keyId);
    if (keystead) return new KeysteadMasterKey(keystead, arn, owner);
    if (endpoint !== undefined) {
      const client = new AwsKmsClient({ region: arn.region, endpoint, credentials: 'environment' }, guard);
      return new AwsKmsMasterKey(client, keyId, owner, { provider: 'keystead' });
    }
    throw new VaultError(
      'no-recipient',
      `The key ${keyId} belongs to a Keystead server, which is not here: give that server's address as the endpoint, and credentials of somebody who may use the key`,
    );
  },
  recovery: openRecovery,
};

/** The master key that an access names. Asks nobody yet. Whoever opens it closes it. */
export function openMasterKey(access: MasterKeyAccess, owner: KeyOwner, services: MasterKeyServices): MasterKey {
  return (OPENERS[access.provider] as Open<MasterKeyAccess['provider']>)(access, owner, services);
}
