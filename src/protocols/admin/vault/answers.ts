import Type from 'typebox';
import type { Check } from '../../../vault/environments/checks/check.ts';
import type { Finding, RunResult } from '../../../vault/runs/job.ts';
import type { Run } from '../../../vault/runs/run.ts';
import type { RunProgress } from '../../../vault/runs/runner.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { PROVEN, showProven } from './proven.ts';

const COUNT = Type.Integer({ minimum: 0 });
const TEXT = Type.String();

export const CHECKS = Type.Array(
  named('EnvironmentCheck', {
    check: TEXT,
    of: Type.Optional(Type.String({ description: 'the master key that was looked at' })),
    outcome: Type.Enum(['passed', 'warned', 'failed', 'skipped']),
    what: TEXT,
    next: Type.Optional(Type.String({ description: 'what to do' })),
  }),
);

export const FINDINGS = Type.Array(
  named('Finding', {
    code: TEXT,
    subject: Type.String({ description: 'a snapshot, or an object of the store' }),
    text: Type.String({ description: 'what it is, what it means, and which snapshots it hits' }),
    snapshots: Type.Optional(Type.Array(TEXT)),
  }),
);

export const SNAPSHOTS = named('Snapshots', {
  snapshots: Type.Array(
    named('Snapshot', {
      snapshotId: TEXT,
      createdAt: TIMESTAMP,
      parent: Type.Optional(TEXT),
      recipients: Type.Optional(
        Type.Array(closed({ provider: TEXT, keyId: TEXT, region: TEXT }), {
          description: 'whoever could open it when it was made, as its head says',
        }),
      ),
      deletedAt: Type.Optional(Type.String({ format: 'date-time', description: 'it is in the trash until then' })),
      held: Type.Optional(Type.Boolean({ description: 'a legal hold covers it' })),
      source: Type.Optional(
        Type.String({ description: 'its source, where a run of this server is known that made it' }),
      ),
      keptBy: Type.Optional(Type.Array(TEXT)),
      expiresAt: Type.Optional(
        Type.String({ format: 'date-time', description: 'about when no rule keeps it any more' }),
      ),
    }),
  ),
  findings: FINDINGS,
  withoutKey: Type.Optional({
    ...closed({ code: TEXT, message: TEXT }),
    description:
      'the master key could not be asked, and why: what keeps a snapshot and when it expires is not told then. What is there, what is in the trash or under a hold, and every finding, is',
  }),
});

const REPORT = named('RunReport', {
  snapshotId: Type.Optional(TEXT),
  parent: Type.Optional(Type.String({ description: 'the snapshot whose unchanged files were not read again' })),
  files: Type.Optional(COUNT),
  folders: Type.Optional(COUNT),
  links: Type.Optional(COUNT),
  bytes: Type.Optional(COUNT),
  takenAt: Type.Optional(TIMESTAMP),
  same: Type.Optional(COUNT),
  overwritten: Type.Optional(COUNT),
  beside: Type.Optional(COUNT),
  kept: Type.Optional(COUNT),
  unchangedFiles: Type.Optional(COUNT),
  readBytes: Type.Optional(COUNT),
  newBytes: Type.Optional(COUNT),
  storedBytes: Type.Optional(COUNT),
  durationMs: Type.Optional(COUNT),
  addedFiles: Type.Optional(COUNT),
  changedFiles: Type.Optional(COUNT),
  goneFiles: Type.Optional(COUNT),
  keyCalls: Type.Optional(
    named('KeyCalls', { generate: COUNT, wrap: COUNT, unwrap: COUNT, rewrap: COUNT, probe: COUNT, inspect: COUNT }),
  ),
  level: Type.Optional(TEXT),
  snapshotCount: Type.Optional(COUNT),
  packs: Type.Optional(COUNT),
  verifiedBytes: Type.Optional(COUNT),
  objects: Type.Optional(COUNT),
  drill: Type.Optional(
    named('DrillReport', {
      keys: COUNT,
      asked: COUNT,
      opened: COUNT,
      unasked: Type.Array(TEXT),
      files: COUNT,
      bytes: COUNT,
    }),
  ),
  proven: Type.Optional(Type.Array(PROVEN)),
  envelopes: Type.Optional(COUNT),
  rewrapped: Type.Optional(COUNT),
  oldRevisionsLeft: Type.Optional(COUNT),
  snapshotIds: Type.Optional(Type.Array(TEXT)),
  trashed: Type.Optional(COUNT),
  inTrash: Type.Optional(COUNT),
  deletedSnapshots: Type.Optional(COUNT),
  marked: Type.Optional(COUNT),
  markedBytes: Type.Optional(COUNT),
  waiting: Type.Optional(COUNT),
  deleted: Type.Optional(COUNT),
  deletedBytes: Type.Optional(COUNT),
  rescued: Type.Optional(COUNT),
  locked: Type.Optional(COUNT),
  lockedUntil: Type.Optional(TIMESTAMP),
  adopted: Type.Optional(COUNT),
  extended: Type.Optional(COUNT),
  onHold: Type.Optional(COUNT),
  rewrittenPacks: Type.Optional(COUNT),
  rewrittenBytes: Type.Optional(COUNT),
  packsLeft: Type.Optional(COUNT),
  replaced: Type.Optional(COUNT),
  heldSnapshots: Type.Optional(COUNT),
  retiredKeys: Type.Optional(Type.Array(TEXT)),
  destroyedKeys: Type.Optional(Type.Array(TEXT)),
  waitingKeys: Type.Optional(Type.Array(TEXT)),
  readableKeys: Type.Optional(Type.Array(TEXT)),
  problemCount: Type.Optional(COUNT),
  problems: Type.Optional(Type.Array(closed({ code: TEXT, path: TEXT }))),
  warnings: Type.Optional(Type.Array(TEXT)),
  commands: Type.Optional(
    Type.Array(
      closed({
        when: Type.Enum(['before', 'after']),
        program: TEXT,
        ending: TEXT,
        succeeded: Type.Boolean(),
        durationMs: COUNT,
        output: Type.String({ description: 'the last of what it wrote, at most 4 KiB' }),
      }),
    ),
  ),
  databases: Type.Optional(Type.Array(TEXT)),
  findingCount: Type.Optional(COUNT),
  findings: Type.Optional(FINDINGS),
});

export const RUN = named('Run', {
  runId: UUID,
  environmentId: UUID,
  kind: Type.Enum([
    'backup',
    'restore',
    'restore-databases',
    'verify',
    'rewrap',
    'maintain',
    'trash',
    'take-back',
    'accept-loss',
    'hold',
    'forget',
    'retire',
    'empty',
  ]),
  state: Type.Enum(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
  source: Type.Optional(TEXT),
  agent: Type.Optional(Type.String({ description: 'the name of the host that has done it itself' })),
  sourceId: Type.Optional(UUID),
  snapshotId: Type.Optional(TEXT),
  destination: Type.Optional(TEXT),
  level: Type.Optional(TEXT),
  masterKey: Type.Optional(TEXT),
  holdId: Type.Optional(TEXT),
  dataKey: Type.Optional(TEXT),
  vaultId: Type.Optional(Type.String({ description: 'the vault, where a place was named' })),
  startedBy: TEXT,
  startedAt: TIMESTAMP,
  endedAt: Type.Optional(TIMESTAMP),
  progress: Type.Optional(
    named('RunProgress', {
      phase: TEXT,
      files: COUNT,
      totalFiles: Type.Optional(COUNT),
      bytes: COUNT,
      totalBytes: Type.Optional(COUNT),
      bytesPerSecond: COUNT,
      secondsLeft: Type.Optional(COUNT),
      at: TIMESTAMP,
    }),
  ),
  problem: Type.Optional(closed({ code: TEXT, message: TEXT })),
  report: Type.Optional(REPORT),
});

export function showCheck({ check, of, outcome, what, next }: Check) {
  return { check, ...(of !== undefined && { of }), outcome, what, ...(next !== undefined && { next }) };
}

export function showSnapshots({ snapshots = [], findings = [] }: RunResult) {
  return {
    snapshots: snapshots.map(({ snapshotId, createdMs, parent, recipients, source, keptBy, ...rest }) => ({
      snapshotId,
      createdAt: timestamp(createdMs),
      ...(parent !== undefined && { parent }),
      ...(recipients && { recipients: recipients.map((recipient) => ({ ...recipient })) }),
      ...(rest.trashedUntilMs !== undefined && { deletedAt: timestamp(rest.trashedUntilMs) }),
      ...(rest.isHeld === true && { held: true }),
      ...(source !== undefined && { source }),
      ...(keptBy && { keptBy: [...keptBy] }),
      ...(rest.expiresMs !== undefined && { expiresAt: timestamp(rest.expiresMs) }),
    })),
    findings: findings.map(showFinding),
  };
}

export function showRun(run: Run, progress: RunProgress | undefined) {
  const { endedAtMs, problem, result } = run;
  return {
    runId: run.id,
    environmentId: run.environmentId,
    kind: run.kind,
    state: run.state,
    ...run.subject,
    startedBy: run.startedBy,
    startedAt: timestamp(run.startedAtMs),
    ...(endedAtMs !== undefined && { endedAt: timestamp(endedAtMs) }),
    ...(progress && run.state === 'running' && { progress: showProgress(progress) }),
    ...(problem && { problem: { code: problem.code, message: problem.message } }),
    ...(result && { report: showResult(result) }),
  };
}

function showProgress({ phase, files, totalFiles, bytes, totalBytes, rate, secondsLeft, atMs }: RunProgress) {
  return {
    phase,
    files,
    ...(totalFiles !== undefined && { totalFiles }),
    bytes,
    ...(totalBytes !== undefined && { totalBytes }),
    bytesPerSecond: rate,
    ...(secondsLeft !== undefined && { secondsLeft }),
    at: timestamp(atMs),
  };
}

function showResult({
  problems,
  warnings,
  findings,
  commands,
  databases,
  proven,
  drill,
  ...rest
}: Omit<RunResult, 'snapshots'>) {
  const { snapshotIds, retiredKeys, destroyedKeys, waitingKeys, readableKeys, lockedUntilMs, ...facts } = rest;
  return {
    ...facts,
    ...(lockedUntilMs !== undefined && { lockedUntil: timestamp(lockedUntilMs) }),
    ...(snapshotIds && { snapshotIds: [...snapshotIds] }),
    ...(retiredKeys && { retiredKeys: [...retiredKeys] }),
    ...(destroyedKeys && { destroyedKeys: [...destroyedKeys] }),
    ...(waitingKeys && { waitingKeys: [...waitingKeys] }),
    ...(readableKeys && { readableKeys: [...readableKeys] }),
    ...(drill && { drill: { ...drill, unasked: [...drill.unasked] } }),
    ...(proven && { proven: proven.map(showProven) }),
    ...(problems && { problems: [...problems] }),
    ...(warnings && { warnings: [...warnings] }),
    ...(findings && { findings: findings.map(showFinding) }),
    ...(commands && { commands: [...commands] }),
    ...(databases && { databases: [...databases] }),
  };
}

export function showFinding({ snapshots, ...rest }: Finding) {
  return { ...rest, ...(snapshots && { snapshots: [...snapshots] }) };
}
