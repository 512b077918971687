import type { Overview, OverviewEnvironment, OverviewKeySoon, Uses } from '@keystead/sdk';
import type { Methods } from './mocked.ts';
import { KEYS_OF_HOME, registrationsOf } from './key-samples.ts';
import { auditMock } from './audit.ts';
import * as vault from './vault/vault-data.ts';

const HOUR_MS = 3_600_000;
const KINDS = [
  ['kms:Decrypt', 0.6],
  ['kms:GenerateDataKey', 0.3],
  ['kms:Encrypt', 0.1],
] as const;

/** Uses that rise by day and rest at night. */
function usesOf({ from, to, step = 'hour' }: { from: string; to: string; step?: 'hour' | 'day' | undefined }): Uses {
  const stepMs = step === 'hour' ? HOUR_MS : 24 * HOUR_MS;
  const count = Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / stepMs));
  const steps = Array.from({ length: count }, (_, n) => {
    const at = Date.parse(from) + n * stepMs;
    const hour = new Date(at).getUTCHours();
    const amount = Math.round(
      (step === 'day' ? 2_400 : 60 + 140 * Math.max(0, Math.sin(((hour - 6) / 12) * Math.PI))) * (1 + (n % 5) / 20),
    );
    return { from: new Date(at).toISOString(), count: amount, kinds: kindsOf(amount) };
  });
  const sum = steps.reduce((all, one) => all + one.count, 0);
  return { from, to, step, countedSince: vault.hours(-24 * 90), count: sum, kinds: kindsOf(sum), steps };
}

function kindsOf(count: number): Uses['kinds'] {
  return KINDS.map(([action, share]) => ({ action, count: Math.round(count * share) }));
}

function environmentOf({
  environmentId,
  label,
  storage,
  ...rest
}: (typeof vault.environments)[number]): OverviewEnvironment {
  const own = vault.sources.filter((source) => source.environmentId === environmentId);
  const [proven] = rest.lastProvenRestorable;
  const [first] = own;
  return {
    environmentId,
    label,
    encryption: rest.encryption,
    storageType: storage.type,
    region: storage.region,
    keys: [rest.masterKey, ...rest.recipients].map(({ provider, keyId, region }) => ({
      provider,
      keyId,
      region,
      state: provider === 'recovery' ? 'offline' : 'good',
    })),
    sources: own.length,
    overdueSources: 0,
    unprovenSources: Math.max(0, own.length - rest.lastProvenRestorable.length),
    ...(first && {
      lastBackup: { source: first.name, snapshotId: vault.snapshotName(42), runId: environmentId, at: vault.hours(-6) },
      nextRun: { scheduleId: environmentId, task: 'backup', at: vault.hours(18) },
    }),
    ...(proven && { lastProven: proven }),
    runsInFlight: 0,
    releasesAsked: 0,
  };
}

type HomeKey = (typeof KEYS_OF_HOME)[number];

/** What people know a key by. */
function nameOf({ name, aliases }: HomeKey) {
  const known = name ?? aliases[0];
  return known === undefined ? {} : { name: known };
}

function linkOf(key: HomeKey) {
  const { name } = nameOf(key);
  return { keyId: key.keyId, region: key.region, keyArn: key.arn, ...(name !== undefined && { keyName: name }) };
}

function soonOf(key: HomeKey): OverviewKeySoon[] {
  const { keyId, region, arn, deletionDueAt, rotation } = key;
  const same = { keyId, region, arn, ...nameOf(key) };
  return [
    ...(deletionDueAt === undefined ? [] : [{ ...same, kind: 'deletion' as const, at: deletionDueAt }]),
    ...(rotation === undefined ? [] : [{ ...same, kind: 'rotation' as const, at: rotation.nextAt }]),
  ];
}

async function overview(): Promise<Overview> {
  const states = Map.groupBy(KEYS_OF_HOME, ({ state }) => state);
  const { size, signedAt } = await auditMock.getAuditCheckpoint();
  const to = vault.hours(0);
  return {
    at: to,
    keys: {
      count: KEYS_OF_HOME.length,
      isAtLeast: false,
      states: [...states].map(([state, keys]) => ({ state, count: keys.length })),
      soon: KEYS_OF_HOME.flatMap(soonOf).toSorted((one, other) => (one.at < other.at ? -1 : 1)),
    },
    environments: {
      count: vault.environments.length,
      isAtLeast: false,
      items: vault.environments.map(environmentOf),
    },
    alerts: {
      channels: 1,
      count: 1,
      isAtLeast: false,
      items: [
        {
          alertId: '0199e6b1-7c3e-7b60-9a59-00000000a1e7',
          kind: 'run-failed',
          title: 'A run failed',
          weight: 'alarm',
          at: vault.hours(-20),
          environmentId: vault.PRODUCTION,
        },
      ],
    },
    links: {
      isAtLeast: false,
      items: [
        ...KEYS_OF_HOME.flatMap((key) =>
          registrationsOf(key).map(({ resourceCrn, service }) => ({ ...linkOf(key), service, resource: resourceCrn })),
        ),
        ...vault.environments.flatMap(({ environmentId, masterKey: { provider, keyId } }) => {
          const key = provider === 'keystead' ? KEYS_OF_HOME.find(({ arn }) => arn === keyId) : undefined;
          const resource = `crn:v1:keystead:vault:${environmentId}`;
          return key === undefined ? [] : [{ ...linkOf(key), service: 'vault', resource, environmentId }];
        }),
      ],
    },
    uses: {
      lastDay: usesOf({ from: vault.hours(-24), to, step: 'hour' }),
      lastWeek: usesOf({ from: vault.hours(-24 * 7), to, step: 'day' }),
    },
    log: { size, signedAt },
    hidden: [],
  };
}

/** How things stand with the made-up server. */
export const overviewMock = {
  getOverview: overview,
  getUses: (query) => Promise.resolve(usesOf(query)),
} satisfies Partial<Methods>;
