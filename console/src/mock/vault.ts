import type { Environment, EnvironmentCheck, LegalHold, Schedule, Source } from '@keystead/sdk';
import type { Methods } from './mocked.ts';
import * as data from './vault/vault-data.ts';
import { begin, cancel, now } from './vault/vault-runs.ts';
import * as tree from './vault/vault-tree.ts';

const { hours, newId } = data;
const answer = <Answer>(value: Answer): Promise<Answer> => Promise.resolve(value);
const page = <Item>(items: readonly Item[]) => answer({ items });

const CHECKS: readonly EnvironmentCheck[] = [
  { check: 'folder-writable', outcome: 'passed', what: 'What was put came back' },
  { check: 'folder-create-only', outcome: 'passed', what: 'Nothing that is there is written over' },
  { check: 'region', outcome: 'passed', what: 'Key and storage are in one region' },
  { check: 'key-state', outcome: 'passed', what: 'The key is enabled' },
  { check: 'key-use', outcome: 'passed', what: 'It made a data key and opened it again' },
];

/** Replaces the one of a list that has this id. */
function change<Item>(list: Item[], isIt: (item: Item) => boolean, to: (item: Item) => Item): Item {
  const index = list.findIndex(isIt);
  const changed = to(list[index] as Item);
  list[index] = changed;
  return changed;
}

function remove<Item>(list: Item[], isIt: (item: Item) => boolean): Item {
  return list.splice(list.findIndex(isIt), 1)[0] as Item;
}

const environment = (id: string): Environment =>
  data.environments.find(({ environmentId }) => environmentId === id) as Environment;
const changed = (id: string, part: Partial<Environment> = {}) =>
  answer({
    environment: change(
      data.environments,
      ({ environmentId }) => environmentId === id,
      (one) => ({ ...one, ...part }),
    ),
    checks: CHECKS,
  });
const timed = (schedule: { readonly cron: string; readonly timeZone?: string | undefined }): Schedule => ({
  scheduleId: newId(),
  task: { kind: 'backup' },
  cron: schedule.cron,
  timeZone: schedule.timeZone ?? 'UTC',
  ifMissed: 'run-once',
  missedWithinHours: 24,
  paused: false,
  nextTimes: [hours(5), hours(29), hours(53)],
});
const pausing = (sourceId: string, paused: boolean): Promise<Source> =>
  answer(
    change(
      data.sources,
      (one) => one.sourceId === sourceId,
      (one) => ({ ...one, ...(one.schedule && { schedule: { ...one.schedule, paused } }) }),
    ),
  );
const snapshotsOf = (environmentId: string) =>
  answer({ snapshots: environmentId === data.PRODUCTION ? [...data.snapshots] : [], findings: [] });
function withoutRelease(hold: LegalHold): LegalHold {
  const { release: _, ...rest } = hold;
  return rest;
}

const releasing = (holdId: string, isAsked: boolean) =>
  answer(
    change(
      data.holds,
      (one) => one.holdId === holdId,
      (one) => ({
        ...withoutRelease(one),
        ...(isAsked && {
          release: {
            releaseId: 'b'.repeat(32),
            requestedBy: 'arn:aws:iam::123456789012:user/ada',
            expiresAt: hours(168),
          },
        }),
      }),
    ),
  );

/** Two backup environments, in memory. */
export const vaultMock = {
  // It never says anything: runs are asked for.
  openEvents: () => answer(new Response(new ReadableStream())),
  listEnvironments: () => page([...data.environments]),
  getEnvironment: (id) => answer(environment(id)),
  preflightEnvironment: () => answer({ checks: CHECKS }),
  checkEnvironment: () => answer({ checks: CHECKS }),
  createEnvironment: ({ label, storage, encryption = 'Keystead', masterKey }) => {
    const { credentials: _, ...place } = storage;
    const made: Environment = {
      ...(data.environments[0] as Environment),
      environmentId: newId(),
      label,
      storage: place,
      encryption,
      masterKey: { provider: 'keystead', keyId: masterKey?.keyId ?? data.backupKey.arn, region: storage.region },
      recipients: [],
      lastProvenRestorable: [],
      newestSnapshots: [],
      createdAt: hours(0),
    };
    data.environments.push(made);
    return answer({ environment: made, checks: CHECKS });
  },
  updateEnvironment: (id, body) => changed(id, body?.label === undefined ? {} : { label: body.label }),
  setEnvironmentCredentials: (id) => changed(id),
  moveEnvironmentStorage: (id, { type, region, path, bucketName }) =>
    changed(id, { storage: { type, region, path, bucketName } }),
  deleteEnvironment: (id, { label }) => {
    const { storage } = remove(data.environments, ({ environmentId }) => environmentId === id);
    return answer({ environmentId: id, label, left: [storage], meaning: 'What lies there opens with its master key.' });
  },
  createBucket: ({ storage: { bucketName = '', region } }) => answer({ bucketName, region }),
  importEnvironment: ({ label, storage, encryption = 'Keystead', masterKey }) => {
    const { credentials: _, ...place } = storage;
    const first = data.environments[0] as Environment;
    const made: Environment = {
      ...first,
      environmentId: newId(),
      label,
      storage: place,
      encryption,
      masterKey: { provider: 'keystead', keyId: masterKey?.keyId ?? data.backupKey.arn, region: storage.region },
      createdAt: hours(0),
    };
    data.environments.push(made);
    return answer({
      environment: made,
      checks: CHECKS,
      vault: {
        creator: first.writerId,
        createdAt: hours(-2400),
        writers: [first.writerId],
        snapshots: data.snapshots.length,
        envelopes: 6,
        recipients: [`keystead ${made.masterKey.keyId}`],
        unopened: 0,
        tombstones: 0,
        marks: 0,
        holds: 0,
      },
      findings: [],
    });
  },
  emptyStore: (id) => answer(begin(id, { kind: 'empty' })),
  changeMasterKey: (id, { keyId }) =>
    answer(begin(id, { kind: 'rewrap', ...(keyId !== undefined && { masterKey: keyId }) })),
  changeRecipients: (id) => answer(begin(id, { kind: 'rewrap' })),
  refreshMasterKeys: (id) => answer(begin(id, { kind: 'rewrap' })),
  rewrapFormerStorage: (id) => answer(begin(id, { kind: 'rewrap' })),
  getVaultPolicy: ({ for: subject }) =>
    answer({
      document: JSON.stringify(
        { Version: '2012-10-17', Statement: [{ Sid: `KeysteadVault-${subject}`, Effect: 'Allow' }] },
        null,
        2,
      ),
      where: "Add these statements to the policy of the master key, beside those of the key's owner",
    }),
  getKeyWatch: (id) => answer(data.watches[id] ?? { keys: [] }),
  checkKeys: (id) => answer(data.watches[id] ?? { keys: [] }),
  listSources: (id) => page(data.sources.filter(({ environmentId }) => environmentId === id)),
  createSource: (environmentId, { name, folder, schedule, limits = {}, alertAfterHours }) => {
    const made: Source = {
      sourceId: newId(),
      environmentId,
      name,
      kind: folder === undefined ? 'postgres' : 'folder',
      folder,
      limits,
      alertAfterHours,
      ...(schedule && { schedule: timed(schedule) }),
      createdAt: hours(0),
      updatedAt: hours(0),
    };
    data.sources.push(made);
    return answer(made);
  },
  updateSource: (_, sourceId, body) =>
    answer(
      change(
        data.sources,
        (one) => one.sourceId === sourceId,
        (one) => ({
          ...one,
          ...(body?.folder && { folder: body.folder }),
          ...(body?.schedule && { schedule: timed(body.schedule) }),
        }),
      ),
    ),
  pauseSource: (_, sourceId) => pausing(sourceId, true),
  resumeSource: (_, sourceId) => pausing(sourceId, false),
  deleteSource: (_, sourceId) => answer(remove(data.sources, (one) => one.sourceId === sourceId)),
  listSchedules: (id) =>
    page([
      ...data.sources.flatMap((one) => (one.environmentId === id && one.schedule ? [one.schedule] : [])),
      ...data.schedules.filter(({ environmentId }) => environmentId === id),
    ]),
  createSchedule: (environmentId, { task, schedule }) => {
    const made = { ...timed(schedule), task: { ...task }, environmentId };
    data.schedules.push(made);
    return answer(made);
  },
  pauseSchedule: (_, id) =>
    answer(
      change(
        data.schedules,
        (one) => one.scheduleId === id,
        (one) => ({ ...one, paused: true, nextTimes: [] }),
      ),
    ),
  resumeSchedule: (_, id) =>
    answer(
      change(
        data.schedules,
        (one) => one.scheduleId === id,
        (one) => ({ ...one, paused: false, nextTimes: [hours(9)] }),
      ),
    ),
  deleteSchedule: (_, id) => answer(remove(data.schedules, (one) => one.scheduleId === id)),
  listRuns: (id, query) => {
    const runs = data.runs.filter(({ environmentId }) => environmentId === id).map(now);
    return page(query?.order === 'newest-first' ? runs.toReversed() : runs);
  },
  getRun: (id) =>
    answer(now(data.runs.find(({ runId }) => runId === id) ?? begin(data.PRODUCTION, { kind: 'backup', runId: id }))),
  cancelRun: (id) => answer(cancel(id)),
  startBackup: (id, body) =>
    answer(
      begin(
        id,
        {
          kind: 'backup',
          source: body?.source ?? data.sources.find((one) => one.sourceId === body?.sourceId)?.name ?? 'records',
        },
        { ...data.runs[0]?.report },
      ),
    ),
  startRestore: (id, { snapshotId, destination }) =>
    answer(begin(id, { kind: 'restore', snapshotId, destination }, { files: 5, folders: 3, bytes: 1_114_179 })),
  startDatabaseRestore: (id, { snapshotId, to }) =>
    answer(begin(id, { kind: 'restore-databases', snapshotId, destination: `postgresql ${to.host}` })),
  startVerification: (id, { level }) =>
    answer(begin(id, { kind: 'verify', level }, { ...data.runs[1]?.report, level })),
  startMaintenance: (id) => answer(begin(id, { kind: 'maintain' }, { trashed: 1, deletedSnapshots: 0 })),
  listSnapshots: snapshotsOf,
  listKept: snapshotsOf,
  previewRetention: snapshotsOf,
  browseSnapshot: (_, body) => answer({ about: tree.about, entries: tree.entriesOf(body?.path) }),
  searchSnapshot: (_, body) => answer({ about: tree.about, found: tree.find(body?.pattern), lookedAt: 11 }),
  getPathHistory: (_, body) => answer(tree.historyOf(body?.path)),
  compareSnapshots: () => answer(tree.comparison),
  planRestore: () => answer(tree.plan),
  getRetention: (id) => answer(data.retention[id] ?? { sources: [] }),
  setRetention: (id, body) => {
    const { source, rules } = body ?? {};
    const { rules: general, sources = [] } = data.retention[id] ?? {};
    const others = sources.filter((one) => one.source !== source);
    const after =
      source === undefined
        ? { sources, ...(rules && { rules }) }
        : { ...(general && { rules: general }), sources: rules ? [...others, { source, rules }] : others };
    data.retention[id] = after;
    return answer(after);
  },
  moveToTrash: (id) => answer(begin(id, { kind: 'trash' })),
  takeBackSnapshots: (id) => answer(begin(id, { kind: 'take-back' })),
  acceptLoss: (id) => answer(begin(id, { kind: 'accept-loss' })),
  retireDataKey: (id) => answer(begin(id, { kind: 'retire' })),
  forgetSnapshots: (id) => answer(begin(id, { kind: 'forget' })),
  listHolds: (id) => page(id === data.PRODUCTION ? [...data.holds] : []),
  placeHold: (id, { reason, snapshots = [] }) => {
    const holdId = newId().replaceAll('-', '');
    data.holds.push({
      holdId,
      snapshots,
      reason,
      state: 'held',
      placedBy: 'arn:aws:iam::123456789012:user/ada',
      placedAt: hours(0),
    });
    return answer(begin(id, { kind: 'hold', holdId }));
  },
  requestHoldRelease: (_, { holdId }) => releasing(holdId, true),
  withdrawHoldRelease: (_, { holdId }) => releasing(holdId, false),
  confirmHoldRelease: (id, { holdId }) => answer(begin(id, { kind: 'hold', holdId })),
  listAgents: (id) => page(data.agents.filter(({ environmentId }) => environmentId === id)),
  inviteAgent: (environmentId, { name }) => {
    const agent = {
      agentId: newId(),
      environmentId,
      name,
      principalId: newId(),
      state: 'invited' as const,
      invitedUntil: hours(1),
      createdAt: hours(0),
    };
    data.agents.push(agent);
    return answer({ agent, token: `${environmentId}.${agent.agentId}.ks_made_up`, expiresAt: hours(1) });
  },
  revokeAgent: (_, agentId, query) => {
    const agent = change(
      data.agents,
      (one) => one.agentId === agentId,
      (one) => ({ ...one, state: 'revoked' as const, through: query?.through ?? 4 }),
    );
    return answer({ ...agent, meaning: 'Of its snapshots count those that are there now, and no other.' });
  },
  listAlertChannels: () => page([...data.channels]),
  createAlertChannel: ({ label, kinds = [], ...rest }) => {
    const channel = { channelId: newId(), label, kinds, createdAt: hours(0), ...rest };
    data.channels.push(channel);
    return answer({ channel, ...(rest.webhookUrl !== undefined && { webhookSecret: 'whsec_bWFkZS11cA==' }) });
  },
  deleteAlertChannel: (id) => answer(remove(data.channels, ({ channelId }) => channelId === id)),
  testAlertChannel: (channelId) => {
    const alert = { alertId: newId(), channelId, kind: 'test', at: hours(0), state: 'delivered' as const, attempts: 1 };
    data.alerts.push(alert);
    return answer(alert);
  },
  listAlerts: () => page([...data.alerts]),
} satisfies Partial<Methods>;
