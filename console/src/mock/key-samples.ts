import type { Key, Registration } from '@keystead/sdk';
import { backupKey } from './vault/vault-data.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ACCOUNT = '123456789012';
const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

type Sample = Partial<Key> & { readonly id: string };

function versions(count: number, checkValue?: string): Key['versions'] {
  return Array.from({ length: count }, (_, index) => ({
    versionId: `0d9f6d3c-7a51-4a0e-9a40-${String(index).padStart(12, '0')}`,
    materialId: String(index).repeat(64).slice(0, 64),
    stage: index === count - 1 ? 'current' : 'previous',
    hasMaterial: true,
    createdAt: later(-(count - index) * 200 * DAY_MS),
    ...(index < count - 1 && { rotatedAt: later(-(count - index - 1) * 200 * DAY_MS) }),
    ...(checkValue !== undefined && { checkValue }),
  }));
}

function used(action: string, ago: number): Key['lastUse'] {
  return {
    action: `kms:${action}`,
    at: later(-ago),
    requestId: '7b1e3b52-0f4e-4d59-8d1c-6a7e5b2f9e01',
    entryId: '7b1e3b52-0f4e-4d59-8d1c-6a7e5b2f9e02',
  };
}

function sample({ id, region = 'eu-central-1', ...more }: Sample): Key {
  const keyId = id.startsWith('mrk-') ? id : `${id}-0f4e-4d59-8d1c-6a7e5b2f9e01`;
  return {
    keyId,
    arn: `arn:aws:kms:${region}:${ACCOUNT}:key/${keyId}`,
    region,
    state: 'enabled',
    spec: 'aes-256',
    usage: 'encrypt-decrypt',
    origin: 'generated',
    description: '',
    aliases: [],
    keyRing: 'default',
    createdAt: later(-400 * DAY_MS),
    createdBy: 'IBMid-ada',
    tags: [],
    extractable: false,
    versions: versions(1),
    ...more,
  };
}

/** Keys that show what there can be. */
export const KEYS_OF_HOME: readonly Key[] = [
  sample({
    id: '1c9a3b52',
    keyId: backupKey.keyId,
    arn: backupKey.arn,
    aliases: ['alias/backups', 'alias/vault'],
    description: 'Master key of all backups',
    origin: 'imported',
    tags: [{ key: 'team', value: 'platform' }],
    versions: versions(1, '5f0c6a2be19d4c73'),
    lastUse: used('GenerateDataKey', 2 * HOUR_MS),
  }),
  sample({
    id: '2d8b4c63',
    aliases: ['alias/payroll'],
    description: 'Rows of the payroll database',
    keyRing: 'payroll',
    rotation: { periodDays: 180, nextAt: later(41 * DAY_MS) },
    versions: versions(3),
    lastUse: used('Decrypt', 40_000),
  }),
  sample({
    id: '3e7c5d74',
    aliases: ['alias/releases'],
    description: 'Signs what we ship',
    spec: 'ec-p256',
    usage: 'sign-verify',
    lastUse: used('Sign', 3 * DAY_MS),
  }),
  sample({
    id: '4f6d6e85',
    aliases: ['alias/partner-exchange'],
    description: 'Partners encrypt to us with its public half',
    spec: 'rsa-3072',
    origin: 'imported',
    versions: versions(1, 'a1'.repeat(32)).map((version) => ({ ...version, materialExpiresAt: later(20 * DAY_MS) })),
    lastUse: used('Decrypt', 9 * DAY_MS),
  }),
  sample({
    id: '5a5e7f96',
    aliases: ['alias/webhooks'],
    description: 'Signatures of webhooks',
    spec: 'hmac-256',
    usage: 'generate-verify-mac',
    lastUse: used('GenerateMac', 70_000),
  }),
  sample({
    id: '6b4f80a7',
    name: 'warehouse',
    description: 'Waits for material from the HSM in Frankfurt',
    origin: 'imported',
    state: 'pending-import',
    versions: [],
  }),
  sample({
    id: '7c3091b8',
    aliases: ['alias/old-crm'],
    description: 'Salesforce copies until 2024',
    state: 'disabled',
    lastUse: used('Decrypt', 300 * DAY_MS),
  }),
  sample({
    id: '8d21a2c9',
    aliases: ['alias/trial'],
    description: 'The trial of last spring',
    state: 'pending-deletion',
    deletionDueAt: later(12 * DAY_MS),
  }),
  sample({
    id: '9e12b3da',
    name: 'cos-archive',
    description: 'Object storage of the archive',
    dualAuthorization: {},
    lastUse: used('Wrap', 26 * HOUR_MS),
  }),
  sample({
    id: 'af03c4eb',
    name: 'left-behind',
    state: 'deleted',
    removal: {
      at: later(-2 * DAY_MS),
      by: 'IBMid-grace',
      restorableUntil: later(28 * DAY_MS),
      purgeableFrom: later(-2 * DAY_MS + 4 * HOUR_MS),
      purgedAt: later(88 * DAY_MS),
    },
  }),
  sample({
    id: 'mrk-b0f4d5fcb0f4d5fcb0f4d5fcb0f4d5fc',
    aliases: ['alias/everywhere'],
    description: 'One key for both sides of the ocean',
    multiRegion: { primaryRegion: 'eu-central-1', regions: ['eu-central-1', 'us-east-1'] },
    lastUse: used('Encrypt', HOUR_MS),
  }),
  sample({
    id: 'c1e5e60d',
    aliases: ['alias/split-key'],
    description: 'Half of it is with the external key manager',
    origin: 'remote',
    state: 'unavailable',
    keyStore: { keyStoreId: 'cks-1234567890abcdef0', externalKeyId: 'hsm-slot-7' },
  }),
  sample({
    id: 'mrk-b0f4d5fcb0f4d5fcb0f4d5fcb0f4d5fc',
    region: 'us-east-1',
    aliases: ['alias/everywhere'],
    multiRegion: { primaryRegion: 'eu-central-1', regions: ['eu-central-1', 'us-east-1'] },
  }),
];

/** Which resources services have registered with a key. */
export function registrationsOf({ aliases, name, region }: Pick<Key, 'aliases' | 'name' | 'region'>): Registration[] {
  const resources: readonly (readonly [service: string, path: string, description?: string])[] =
    name === 'cos-archive'
      ? [
          ['cloud-object-storage', 'archive-2023', 'Bucket archive-2023'],
          ['cloud-object-storage', 'archive-2024', 'Bucket archive-2024'],
        ]
      : aliases.includes('alias/payroll')
        ? [['databases-for-postgresql', 'payroll', 'Database payroll']]
        : [];
  return resources.map(([service, path, description]) => ({
    resourceCrn: `crn:v1:bluemix:public:${service}:${region}:a/${ACCOUNT}:b7c2f1aa::bucket:${path}`,
    service,
    ...(description !== undefined && { description }),
    preventsDeletion: path === 'archive-2023',
    keyVersionId: '0d9f6d3c-7a51-4a0e-9a40-000000000000',
    createdAt: later(-100 * DAY_MS),
    updatedAt: later(-10 * DAY_MS),
  }));
}
