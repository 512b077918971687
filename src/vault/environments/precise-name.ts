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
  readonly rights: Pick<KeyRights, 'arnOf' | 'ownKeyNamed'>;
}

type Name = (wanted: WantedMasterKey, region: string, services: NameServices) => Promise<string | undefined>;

/** https://docs.aws.amazon.com/general/latest/gr/rande.html */
const AWS_REGION = /^[a-z]{2}(?:-[a-z]+)+-\d+$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How a key of each provider gets the name that it has for good. */
const NAMES: Record<WantedMasterKey['provider'], Name> = {
  'aws-kms': async ({ keyId = '', endpoint, credentials }, region, { egress, tenantId, rights, ...rules }) => {
    if (credentials === undefined) return keyId;
    // At AWS itself: whoever means a key of this server has named the wrong provider.
    const own = endpoint === undefined ? await rights.ownKeyNamed(keyId, region) : undefined;
    // An alias may be there and here; an id is one key's alone.
    if (own !== undefined && !keyId.includes('alias/')) throw malformed(notOfAws(keyId, own));
    if (parseKeyArn(keyId) !== undefined) return keyId;
    const place = { region: regionOfKey(keyId) || region, ...(endpoint !== undefined && { endpoint }) };
    if (endpoint === undefined && !AWS_REGION.test(place.region)) throw malformed(notOfAws(keyId, own, place.region));
    const access = requireAccess(rules, credentials, endpoint, 'master-key-malformed');
    const client = new AwsKmsClient({ ...place, ...identityOf(tenantId, access) }, egress);
    try {
      return (await client.describeKey(keyId)).arn;
    } catch (error) {
      const refusal = unresolved(keyId, error, awsMeaningOf(error));
      throw own === undefined ? refusal : malformed(`${refusal.message}. ${meant(own)}`);
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

function notOfAws(keyId: string, own: string | undefined, region?: string): string {
  const why = region === undefined ? '' : `, which has no region ${region}`;
  const instead =
    own === undefined
      ? 'Name a key of a region of AWS, or the endpoint at which it is asked for; for a key of this server say encryption Keystead (--encryption Keystead)'
      : meant(own);
  return `The name ${keyId} is none of a key of AWS${why}. ${instead}`;
}

function meant(own: string): string {
  return `Did you mean the key ${own} of this server? Then say encryption Keystead (--encryption Keystead), and no credentials`;
}

function malformed(message: string): EnvironmentError {
  return new EnvironmentError('master-key-malformed', message);
}

function unresolved(keyId: string, cause: unknown, meaning: MasterKeyFailure | 'ask'): EnvironmentError {
  const code = meaning === 'ask' ? 'unreachable' : meaning;
  const message =
    code === 'deleted' ? `The key service has no key ${keyId}.` : new MasterKeyError(code, keyId, { cause }).message;
  return malformed(
    `Which key is meant could not be found out. ${message} Check the name, or name the key by its key ARN or CRN`,
  );
}
