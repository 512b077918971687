import Type from 'typebox';
import type { Check } from '../../../vault/environments/preflight.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { primaryOf, type MasterKeySettings } from '../../../vault/environments/master-key-settings.ts';
import { requireKeyArn } from '../../../vault/environments/master-key-of.ts';
import type { RunResult } from '../../../vault/runs/job.ts';
import type { Run } from '../../../vault/runs/run.ts';
import type { RunProgress } from '../../../vault/runs/runner.ts';
import { closed, named, REGION_NAME, TIMESTAMP, timestamp, UUID } from '../schema.ts';

const COUNT = Type.Integer({ minimum: 0 });
const TEXT = Type.String();

const MASTER_KEY = named('MasterKey', {
  provider: TEXT,
  keyId: Type.String({ description: 'the key ARN' }),
  region: REGION_NAME,
  endpoint: Type.Optional(TEXT),
  accessKeyId: Type.Optional(TEXT),
});

export const ENVIRONMENT = named('Environment', {
  environmentId: UUID,
  label: TEXT,
  storage: closed({ type: TEXT, path: Type.Optional(TEXT), region: REGION_NAME }),
  encryptAutomatically: Type.Boolean({ description: 'always true: there is no unencrypted format' }),
  masterKey: MASTER_KEY,
  nextMasterKey: Type.Optional(MASTER_KEY),
  vaultId: Type.Optional(Type.String({ description: 'there from the first backup on' })),
  writerId: TEXT,
  newestSnapshots: Type.Array(TEXT),
  createdAt: TIMESTAMP,
  updatedAt: TIMESTAMP,
});

export const CHECKS = Type.Array(
  named('EnvironmentCheck', {
    check: TEXT,
    outcome: Type.Enum(['passed', 'failed', 'skipped']),
    what: TEXT,
    next: Type.Optional(Type.String({ description: 'what to do' })),
  }),
);

const FINDINGS = Type.Array(named('Finding', { code: TEXT, subject: TEXT, text: TEXT }));

export const SNAPSHOTS = named('Snapshots', {
  snapshots: Type.Array(named('Snapshot', { snapshotId: TEXT, createdAt: TIMESTAMP, parent: Type.Optional(TEXT) })),
  findings: FINDINGS,
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
  level: Type.Optional(TEXT),
  snapshotCount: Type.Optional(COUNT),
  packs: Type.Optional(COUNT),
  verifiedBytes: Type.Optional(COUNT),
  envelopes: Type.Optional(COUNT),
  rewrapped: Type.Optional(COUNT),
  oldRevisionsLeft: Type.Optional(COUNT),
  problemCount: Type.Optional(COUNT),
  problems: Type.Optional(Type.Array(closed({ code: TEXT, path: TEXT }))),
  warnings: Type.Optional(Type.Array(TEXT)),
  findingCount: Type.Optional(COUNT),
  findings: Type.Optional(FINDINGS),
});

export const RUN = named('Run', {
  runId: UUID,
  environmentId: UUID,
  kind: Type.Enum(['backup', 'restore', 'verify', 'rewrap']),
  state: Type.Enum(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
  source: Type.Optional(TEXT),
  sourceId: Type.Optional(UUID),
  snapshotId: Type.Optional(TEXT),
  destination: Type.Optional(TEXT),
  level: Type.Optional(TEXT),
  masterKey: Type.Optional(TEXT),
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
    }),
  ),
  problem: Type.Optional(closed({ code: TEXT, message: TEXT })),
  report: Type.Optional(REPORT),
});

export function showEnvironment(environment: Environment) {
  const { id, label, storage, masterKeys, nextMasterKeys, vaultId, writer, heads } = environment;
  const [nextMasterKey] = nextMasterKeys ?? [];
  return {
    environmentId: id,
    label,
    storage: { type: storage.type, region: storage.region, ...(storage.type === 'folder' && { path: storage.path }) },
    encryptAutomatically: true,
    masterKey: showMasterKey(primaryOf(masterKeys)),
    ...(nextMasterKey && { nextMasterKey: showMasterKey(nextMasterKey) }),
    ...(vaultId !== undefined && { vaultId }),
    writerId: writer.id,
    newestSnapshots: heads.map((head) => `${head.writer}-${String(head.sequence).padStart(10, '0')}`),
    createdAt: timestamp(environment.createdAtMs),
    updatedAt: timestamp(environment.updatedAtMs),
  };
}

function showMasterKey(settings: MasterKeySettings) {
  const { provider, keyId } = settings;
  const { region } = requireKeyArn(keyId);
  if (settings.provider !== 'aws-kms') return { provider, keyId, region };
  const { endpoint, access } = settings;
  return { provider, keyId, region, ...(endpoint !== undefined && { endpoint }), accessKeyId: access.accessKeyId };
}

export function showCheck({ check, outcome, what, next }: Check) {
  return { check, outcome, what, ...(next !== undefined && { next }) };
}

export function showSnapshots({ snapshots = [], findings = [] }: RunResult) {
  return {
    snapshots: snapshots.map(({ snapshotId, createdMs, parent }) => ({
      snapshotId,
      createdAt: timestamp(createdMs),
      ...(parent !== undefined && { parent }),
    })),
    findings: [...findings],
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

function showProgress({ phase, files, totalFiles, bytes, totalBytes, rate, secondsLeft }: RunProgress) {
  return {
    phase,
    files,
    ...(totalFiles !== undefined && { totalFiles }),
    bytes,
    ...(totalBytes !== undefined && { totalBytes }),
    bytesPerSecond: rate,
    ...(secondsLeft !== undefined && { secondsLeft }),
  };
}

function showResult({ problems, warnings, findings, ...rest }: RunResult) {
  return {
    ...rest,
    ...(problems && { problems: [...problems] }),
    ...(warnings && { warnings: [...warnings] }),
    ...(findings && { findings: [...findings] }),
  };
}
