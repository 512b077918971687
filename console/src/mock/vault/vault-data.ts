import type {
  Agent,
  Alert,
  AlertChannel,
  Environment,
  Key,
  KeyWatch,
  LegalHold,
  Retention,
  Run,
  Schedule,
  Snapshots,
  Source,
} from '@keystead/sdk';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const REGION = 'eu-central-1';

/** A time so many hours from now; before now where negative. */
export function hours(count: number): string {
  return new Date(Date.now() + count * HOUR).toISOString();
}

let made = 0;

/** An id that nothing else has. */
export function newId(): string {
  return `0199e6b1-7c3e-7b60-9a59-${String(++made).padStart(12, '0')}`;
}

const WRITER = 'b41287b9785b5798030459f324e38b27';
const KEY_ARN = `arn:aws:kms:${REGION}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const AWS_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/9a3c7d2b-53b5-4e57-8f11-0d3c7d2b8f11';
export const PRODUCTION = '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21';
const CLINIC = '7d9e0b3a-1c5f-4d2e-8b6a-3f4c5d6e7f80';
const RECORDS = '8c2f9d54-1b7e-4a0c-9d2e-5f6a7b8c9d0e';
const ORDERS = '1f0e9d8c-7b6a-4594-8372-615049382716';

export function snapshotName(sequence: number): string {
  return `${WRITER}-${String(sequence).padStart(10, '0')}`;
}

export const environments: Environment[] = [
  {
    environmentId: PRODUCTION,
    label: 'Production',
    storage: { type: 'folder', path: '/srv/vaults/production', region: REGION },
    encryptAutomatically: true,
    encryption: 'Keystead',
    whoCanRead: 'Only who may decrypt with your master key can read.',
    masterKey: { provider: 'keystead', keyId: KEY_ARN, region: REGION },
    recipients: [{ provider: 'recovery', keyId: 'recovery:5f2c9a10', region: '', publicKey: 'AAAA' }],
    formerStorages: [],
    vaultId: 'c7a1f2e3d4b5a6978899aabbccddeeff',
    writerId: WRITER,
    lastProvenRestorable: [
      {
        source: 'records',
        snapshotId: snapshotName(41),
        takenAt: hours(-30),
        level: 'drill',
        provenAt: hours(-28),
      },
    ],
    newestSnapshots: [snapshotName(42)],
    createdAt: hours(-24 * 90),
    updatedAt: hours(-24 * 3),
  },
  {
    environmentId: CLINIC,
    label: 'Clinic, offsite',
    storage: {
      type: 'aws-s3',
      bucketName: 'acme-clinic-backups',
      prefix: 'clinic/',
      region: 'eu-west-1',
      credentials: {
        kind: 'role',
        roleArn: 'arn:aws:iam::111122223333:role/keystead-vault',
        externalId: 'keystead-5c1f0f0e',
      },
      objectLock: { mode: 'compliance', days: 30 },
    },
    encryptAutomatically: true,
    encryption: 'AWS-KMS',
    whoCanRead: 'Only who may decrypt with your master key can read.',
    masterKey: { provider: 'aws-kms', keyId: AWS_ARN, region: 'eu-west-1', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    recipients: [],
    formerStorages: [],
    vaultId: 'd8b2a3f4e5c6b7089900aabbccddee11',
    writerId: 'c52398ca896c68a914156a0435f49c38',
    lastProvenRestorable: [],
    newestSnapshots: [],
    createdAt: hours(-24 * 20),
    updatedAt: hours(-24 * 20),
  },
];

function timed(task: Schedule['task'], inHours: number, cron = '0 3 * * *', everyHours = 24): Schedule {
  return {
    scheduleId: newId(),
    task,
    cron,
    timeZone: 'Europe/Berlin',
    ifMissed: 'run-once',
    missedWithinHours: 24,
    paused: false,
    nextTimes: [0, 1, 2, 3, 4].map((turn) => hours(inHours + everyHours * turn)),
  };
}

export const sources: Source[] = [
  {
    sourceId: RECORDS,
    environmentId: PRODUCTION,
    name: 'records',
    kind: 'folder',
    folder: { path: '/srv/records', exclude: ['*.tmp'] },
    limits: {},
    schedule: timed({ kind: 'backup', sourceId: RECORDS }, 9),
    alertAfterHours: 36,
    lastGoodBackup: { runId: newId(), snapshotId: snapshotName(42), at: hours(-6) },
    createdAt: hours(-24 * 90),
    updatedAt: hours(-24 * 3),
  },
  {
    sourceId: ORDERS,
    environmentId: PRODUCTION,
    name: 'orders',
    kind: 'postgres',
    postgres: { host: 'db.example.com', user: 'backup', hasPassword: true },
    limits: { bytesPerSecond: 10_485_760 },
    schedule: timed({ kind: 'backup', sourceId: ORDERS }, 1, '15 * * * *', 1),
    lastGoodBackup: { runId: newId(), snapshotId: snapshotName(40), at: hours(-50) },
    overdueSince: hours(-14),
    createdAt: hours(-24 * 60),
    updatedAt: hours(-24 * 3),
  },
];

export const schedules: (Schedule & { readonly environmentId: string })[] = [
  { ...timed({ kind: 'verify', level: 'drill' }, 60, '0 4 * * 0', 168), environmentId: PRODUCTION },
];

export const snapshots: Snapshots['snapshots'][number][] = [36, 38, 39, 40, 41, 42].map((sequence, index, all) => ({
  snapshotId: snapshotName(sequence),
  createdAt: new Date(Date.now() - 6 * HOUR - (all.length - 1 - index) * DAY).toISOString(),
  ...(index > 0 && { parent: snapshotName(all[index - 1] as number) }),
  source: sequence === 40 ? 'orders' : 'records',
  recipients: [{ provider: 'keystead', keyId: KEY_ARN, region: REGION }],
  keptBy: index === all.length - 1 ? ['newest', 'daily'] : ['daily'],
  ...(index === 0 && { held: true }),
  ...(index > 0 && index < 3 && { expiresAt: hours(24 * (index + 1)) }),
}));

export const runs: Run[] = [
  {
    runId: newId(),
    environmentId: PRODUCTION,
    kind: 'backup',
    state: 'succeeded',
    source: 'records',
    sourceId: RECORDS,
    startedBy: 'schedule',
    startedAt: hours(-6.02),
    endedAt: hours(-6),
    report: {
      snapshotId: snapshotName(42),
      files: 18_204,
      folders: 912,
      bytes: 7_516_192_768,
      addedFiles: 31,
      changedFiles: 12,
      goneFiles: 2,
      unchangedFiles: 18_161,
      newBytes: 41_943_040,
      storedBytes: 22_020_096,
      durationMs: 71_000,
      keyCalls: { generate: 2, wrap: 0, unwrap: 1, rewrap: 0, probe: 3, inspect: 0 },
    },
  },
  {
    runId: newId(),
    environmentId: PRODUCTION,
    kind: 'verify',
    level: 'drill',
    state: 'succeeded',
    startedBy: 'schedule',
    startedAt: hours(-28.1),
    endedAt: hours(-28),
    report: {
      level: 'drill',
      snapshotCount: 6,
      findingCount: 0,
      drill: { keys: 4, asked: 4, opened: 4, unasked: ['recovery:5f2c9a10'], files: 24, bytes: 5_242_880 },
    },
  },
];

export const holds: LegalHold[] = [
  {
    holdId: 'a'.repeat(32),
    snapshots: [snapshotName(36)],
    reason: 'Matter 2026-117',
    state: 'held',
    placedBy: 'arn:aws:iam::123456789012:user/bob',
    placedAt: hours(-24 * 10),
  },
];

export const agents: Agent[] = [
  {
    agentId: newId(),
    environmentId: PRODUCTION,
    name: 'db-1',
    principalId: newId(),
    state: 'enrolled',
    invitedUntil: hours(-24 * 12),
    writerId: 'e4f5a6b7c8d9e0f1a2b3c4d5e6f70819',
    newestSnapshot: snapshotName(17),
    enrolledAt: hours(-24 * 12),
    createdAt: hours(-24 * 12),
  },
];

export const channels: AlertChannel[] = [
  {
    channelId: newId(),
    label: 'on call',
    emailRecipients: ['oncall@example.com'],
    kinds: ['run-failed', 'key-unavailable', 'key-back', 'backup-overdue'],
    createdAt: hours(-24 * 80),
  },
];

export const alerts: Alert[] = [
  {
    alertId: newId(),
    channelId: channels[0]?.channelId ?? '',
    kind: 'backup-overdue',
    environmentId: PRODUCTION,
    at: hours(-14),
    state: 'delivered',
    attempts: 1,
  },
];

export const retention: Record<string, Retention> = {
  [PRODUCTION]: {
    rules: { daily: 14, weekly: 8, monthly: 12, timeZone: 'Europe/Berlin', trashDays: 14 },
    sources: [],
  },
};

export const watches: Record<string, KeyWatch> = {
  [PRODUCTION]: {
    keys: [{ provider: 'keystead', keyId: KEY_ARN, state: 'good', since: hours(-24 * 40) }],
    checkedAt: hours(-2),
    nextCheckAt: hours(10),
  },
  [CLINIC]: {
    keys: [{ provider: 'aws-kms', keyId: AWS_ARN, state: 'denied', since: hours(-3) }],
    held: { since: hours(-3), code: 'denied', keyId: AWS_ARN },
    checkedAt: hours(-0.1),
    nextCheckAt: hours(0.02),
  },
};

export const backupKey: Key = {
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  arn: KEY_ARN,
  region: REGION,
  state: 'enabled',
  spec: 'aes-256',
  usage: 'ENCRYPT_DECRYPT',
  origin: 'generated',
  description: 'Backups',
  aliases: ['alias/backups'],
  keyRing: 'default',
  createdAt: hours(-24 * 120),
  tags: [],
  extractable: false,
  versions: [],
};
