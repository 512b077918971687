import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import type { EgressGuard } from '../../clients/egress.ts';
import { KeyProtectClient } from '../../clients/key-protect/client.ts';
import { parseKeyArn } from '../master-keys/aws-kms.ts';
import { meaningOf as awsMeaningOf } from '../master-keys/aws-kms-errors.ts';
import { parseKeyCrn } from '../master-keys/key-crn.ts';
import { meaningOf as ibmMeaningOf } from '../master-keys/key-protect-errors.ts';
import { parseKeysteadArn } from '../master-keys/keystead-arn.ts';
import { MasterKeyError, type MasterKeyFailure } from '../master-keys/master-key-error.ts';
import { identityOf } from './aws-access.ts';
import { EnvironmentError } from './environment-error.ts';
import type { KeyRights } from './key-rights.ts';
import { regionOfKey } from './key-region.ts';
import { requireAccess, type CredentialRules } from './wanted-credentials.ts';
import type { WantedMasterKey } from './wanted-master-key.ts';

interface NameServices extends CredentialRules {
  readonly tenantId: string;
  readonly egress: EgressGuard;
  readonly rights: KeyRights;
}

type Name = (wanted: WantedMasterKey, region: string, services: NameServices) => Promise<string | undefined>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How a key of each provider gets the name that it has for good. */
const NAMES: Record<WantedMasterKey['provider'], Name> = {
  'aws-kms': async ({ keyId = '', endpoint, credentials }, region, { egress, tenantId, ...rules }) => {
    if (parseKeyArn(keyId) !== undefined || credentials === undefined) return keyId;
    const access = requireAccess(rules, credentials, endpoint, 'master-key-malformed');
    const place = { region: regionOfKey(keyId) || region, ...identityOf(tenantId, access) };
    const client = new AwsKmsClient({ ...place, ...(endpoint !== undefined && { endpoint }) }, egress);
    try {
      return (await client.describeKey(keyId)).arn;
    } catch (error) {
      throw unresolved(keyId, error, awsMeaningOf(error));
    } finally {
      await client.close();
    }
  },
  'key-protect': async ({ keyId = '', endpoint, iamEndpoint, apiKey }, _region, { egress }) => {
    const crn = parseKeyCrn(keyId);
    if (crn === undefined || UUID.test(crn.keyId) || apiKey === undefined) return keyId;
    const { region, instance } = crn;
    const addresses = {
      ...(endpoint !== undefined && { endpoint }),
      ...(iamEndpoint !== undefined && { iamEndpoint }),
    };
    const client = new KeyProtectClient({ region, instance, apiKey, ...addresses }, egress);
    try {
      return (await client.describe(crn.keyId)).crn;
    } catch (error) {
      throw unresolved(keyId, error, ibmMeaningOf(error));
    } finally {
      client.close();
    }
  },
  keystead: async ({ keyId }, region, { rights }) =>
    keyId === undefined || parseKeysteadArn(keyId) !== undefined ? keyId : await rights.arnOf(keyId, region),
  // Its public key says which it is.
  recovery: async ({ keyId }) => keyId,
};

/**
 * A wanted master key by the name that it has for good: an id or an alias is asked for, once, with the credentials that
 * came with it. What the alias may come to mean later changes nothing.
 *
 * @param region of the data: where a name without a region is looked for
 * @throws {EnvironmentError} `master-key-malformed`: nobody could say which key is meant; `credentials-not-lent`
 */
export async function preciselyNamed(
  services: NameServices,
  wanted: WantedMasterKey,
  region: string,
): Promise<WantedMasterKey> {
  const keyId = await NAMES[wanted.provider](wanted, region, services);
  return keyId === undefined ? wanted : { ...wanted, keyId };
}

function unresolved(keyId: string, cause: unknown, meaning: MasterKeyFailure | 'ask'): EnvironmentError {
  const code = meaning === 'ask' ? 'unreachable' : meaning;
  const message =
    code === 'deleted' ? `The key service has no key ${keyId}.` : new MasterKeyError(code, keyId, { cause }).message;
  return new EnvironmentError(
    'master-key-malformed',
    `Which key is meant could not be found out. ${message} Check the name, or name the key by its key ARN or CRN`,
  );
}
