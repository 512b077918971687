import Type, { type Static } from 'typebox';
import { bytesOf } from '../../../bytes/bytes.ts';
import type { WantedMasterKey } from '../../../vault/environments/wanted-master-key.ts';
import { EnvironmentError, type EnvironmentErrorCode } from '../../../vault/environments/environment-error.ts';
import type { WantedCredentials } from '../../../vault/environments/wanted-credentials.ts';
import type { WantedStorage } from '../../../vault/environments/wanted-storage.ts';
import type { AdminContext } from '../route.ts';
import { closed, DISPLAY_NAME, named, REGION_NAME } from '../schema.ts';

/** Without user name and password: a refusal is recorded as it came in. */
const ADDRESS = Type.String({ maxLength: 2048, pattern: '^[^@\\s]+$', description: 'scheme, host and port' });
export const ACCESS_KEY_ID = Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$' });
export const SECRET_ACCESS_KEY = Type.String({
  pattern: '^[!-~]{1,128}$',
  description: 'kept wrapped, never shown again',
});
const LINE = (max: number, description: string) =>
  Type.String({ pattern: `^[^\\u0000-\\u001f\\u007f-\\u009f]{1,${max}}$`, description });

export const API_KEY = Type.String({ pattern: '^[!-~]{1,512}$', description: 'kept wrapped, never shown again' });
export const KEY_NAME = LINE(2048, 'id, ARN, alias or CRN; kept as what it means now');

export const OBJECT_LOCK = closed({
  mode: Type.Enum(['governance', 'compliance']),
  days: Type.Integer({ minimum: 1, maximum: 36_500 }),
});

export const CREDENTIALS_INPUT = named('AwsCredentialsInput', {
  kind: Type.Enum(['access-key', 'role', 'environment'], {
    description:
      'role: the access key, or the server itself, assumes it with the external id that is shown; environment: as whom the server itself is, where its operator allows that',
  }),
  accessKeyId: Type.Optional(ACCESS_KEY_ID),
  secretAccessKey: Type.Optional(SECRET_ACCESS_KEY),
  roleArn: Type.Optional(Type.String({ maxLength: 600 })),
});

/** A storage as it is given. Which members count depends on its type. */
export const STORAGE_INPUT = named('StorageInput', {
  type: Type.Enum(['aws-s3', 'ibm-cos', 's3-compatible', 'folder', 'hosted'], {
    description: "hosted: the operator's own store, apart for each tenant",
  }),
  region: REGION_NAME,
  bucketName: Type.Optional(Type.String({ maxLength: 63 })),
  prefix: Type.Optional(Type.String({ maxLength: 512, description: 'by default the whole bucket' })),
  endpoint: Type.Optional(ADDRESS),
  credentials: Type.Optional(CREDENTIALS_INPUT),
  objectLock: Type.Optional(OBJECT_LOCK),
  serverSideKey: Type.Optional(
    LINE(2048, 'a key of the provider that encrypts once more at rest, beneath the own encryption'),
  ),
  path: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'of a folder of the server' })),
});

/** A master key as it is given. Which members count depends on its provider. */
export const MASTER_KEY_INPUT = named('MasterKeyInput', {
  provider: Type.Enum(['aws-kms', 'key-protect', 'keystead', 'recovery']),
  keyId: Type.Optional(KEY_NAME),
  endpoint: Type.Optional(ADDRESS),
  iamEndpoint: Type.Optional(ADDRESS),
  credentials: Type.Optional(CREDENTIALS_INPUT),
  accessKeyId: Type.Optional({
    ...ACCESS_KEY_ID,
    description: 'with secretAccessKey: short for credentials of the kind access-key',
  }),
  secretAccessKey: Type.Optional(SECRET_ACCESS_KEY),
  apiKey: Type.Optional(API_KEY),
  publicKey: Type.Optional(Type.String({ maxLength: 4096, description: 'of a recovery key' })),
  regionException: Type.Optional(LINE(256, 'why a further recipient may be in another region')),
});

export const ENVIRONMENT_INPUT = {
  label: DISPLAY_NAME,
  storage: STORAGE_INPUT,
  encryptAutomatically: Type.Boolean({ description: 'always true: there is no unencrypted format' }),
  encryption: Type.Optional(
    Type.Enum(['AES-256', 'AWS-KMS', 'IBM Key Protect', 'Keystead'], {
      description:
        'AES-256: under a key that the operator of this server keeps, who could read; it takes no master key',
    }),
  ),
  masterKey: Type.Optional(MASTER_KEY_INPUT),
  recipients: Type.Optional(
    Type.Array(MASTER_KEY_INPUT, { maxItems: 8, description: 'further master keys that open the same backups' }),
  ),
};

export const EXAMPLE_MASTER_KEY = {
  provider: 'aws-kms',
  keyId: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

type Secret = 'secretAccessKey' | 'apiKey';
/** A body with the secrets of the text kind, as it came in. */
type MasterKeyBody = Static<typeof MASTER_KEY_INPUT>;
type CredentialsBody = Static<typeof CREDENTIALS_INPUT>;

/** What came in as text, in the kinds that secrets have here; wiped when the request is over. @throws {EnvironmentError} */
export function wantedMasterKey(context: AdminContext, body: MasterKeyBody): WantedMasterKey {
  const { credentials: _, accessKeyId: __, secretAccessKey: ___, apiKey: ____, ...rest } = body;
  return { ...(rest as WantedMasterKey), ...wantedReach(context, body, 'master-key-malformed') };
}

/**
 * As whom a master key is reached, as far as that is said: by credentials, by an access key alone, by an API key.
 *
 * @throws {EnvironmentError} `code`: one thing is said twice
 */
export function wantedReach(
  context: AdminContext,
  { credentials, accessKeyId, secretAccessKey, apiKey }: Pick<MasterKeyBody, 'credentials' | 'accessKeyId' | Secret>,
  code: EnvironmentErrorCode,
): Pick<WantedMasterKey, 'credentials' | 'apiKey'> {
  const isShort = accessKeyId !== undefined || secretAccessKey !== undefined;
  if (credentials !== undefined && isShort) {
    throw new EnvironmentError(
      code,
      'accessKeyId and secretAccessKey belong into credentials, where there are any: say them once',
    );
  }
  const said = isShort ? { kind: 'access-key' as const, accessKeyId, secretAccessKey } : credentials;
  return {
    ...(said && { credentials: wantedCredentials(context, said as CredentialsBody) }),
    ...(apiKey !== undefined && { apiKey: secretOf(context, apiKey) }),
  };
}

export function wantedStorage(context: AdminContext, body: Static<typeof STORAGE_INPUT>): WantedStorage {
  const { credentials, ...rest } = body;
  return { ...(rest as WantedStorage), ...(credentials && { credentials: wantedCredentials(context, credentials) }) };
}

export function wantedCredentials(context: AdminContext, body: CredentialsBody): WantedCredentials {
  const { secretAccessKey, ...rest } = body;
  return {
    ...(rest as Omit<WantedCredentials, 'secretAccessKey'>),
    ...(secretAccessKey !== undefined && { secretAccessKey: secretOf<'AwsSecretAccessKey'>(context, secretAccessKey) }),
  };
}

function secretOf<Kind extends string>(context: AdminContext, text: string) {
  const secret = bytesOf<Kind>(Buffer.from(text, 'latin1'));
  context.wipeLater(secret);
  return secret;
}
