import Type, { type Static } from 'typebox';
import { allowedFolder, allowedHost } from '../../../jobs/allowed-source.ts';
import type { Schedule } from '../../../vault/schedules/schedule.ts';
import type { BackupSource, StoredSpec } from '../../../vault/sources/backup-source.ts';
import type { SourceSpec } from '../../../vault/sources/source-spec.ts';
import type { AdminContext } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { SCHEDULE, showSchedule } from './schedule-input.ts';

const TEXT = Type.String();
const PATTERNS = Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 1000 });

const COMMAND = Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
  minItems: 1,
  maxItems: 100,
  description: "a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them",
});

/** How a folder is read, besides where it lies. */
const FOLDER_OPTIONS = {
  include: Type.Optional(PATTERNS),
  exclude: Type.Optional(PATTERNS),
  oneFileSystem: Type.Optional(Type.Boolean({ description: 'keeps folders empty that others are mounted on' })),
  skipCaches: Type.Optional(Type.Boolean({ description: 'keeps caches (CACHEDIR.TAG) without what is in them' })),
  before: Type.Optional({ ...COMMAND }),
  after: Type.Optional({ ...COMMAND }),
  commandTimeoutMs: Type.Optional(Type.Integer({ minimum: 1000, maximum: 86_400_000 })),
};

/** Where a PostgreSQL server is, and as whom to come, without the password. */
const POSTGRES_PLACE = {
  host: Type.String({ minLength: 1, maxLength: 255, description: 'name, address, or folder of its socket' }),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: 5432 })),
  user: Type.String({ minLength: 1, maxLength: 63 }),
  tls: Type.Optional(
    Type.Enum(['disable', 'require', 'verify-full'], {
      description: 'by default disable on this machine and require elsewhere',
    }),
  ),
};

const DATABASE = Type.String({ minLength: 1, maxLength: 63 });

/** As {@link POSTGRES_PLACE}, as it is given. */
export const POSTGRES_INPUT = {
  ...POSTGRES_PLACE,
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'kept wrapped, never shown' })),
};

/** What is to be backed up, as it is given: one of its members. */
export const SOURCE_SPEC_INPUT = {
  folder: Type.Optional(
    closed({
      path: Type.String({ minLength: 1, maxLength: 1024, description: 'an absolute path on the server' }),
      ...FOLDER_OPTIONS,
    }),
  ),
  postgres: Type.Optional(
    closed({ ...POSTGRES_INPUT, databases: Type.Optional(Type.Array(DATABASE, { minItems: 1, maxItems: 1000 })) }),
  ),
  stream: Type.Optional(
    closed({ item: Type.String({ pattern: '^[^/\\u0000-\\u001f]{1,255}$', description: 'the name of the one file' }) }),
  ),
};

export const LIMITS = closed({
  bytesPerSecond: Type.Optional(
    Type.Integer({ minimum: 65_536, maximum: 2 ** 40, description: 'how fast a backup may write to the store' }),
  ),
});

/** A source as it is shown: what it may read is, its secrets are not. */
export const SOURCE = named('Source', {
  sourceId: UUID,
  environmentId: UUID,
  name: TEXT,
  kind: Type.Enum(['folder', 'postgres', 'stream']),
  folder: Type.Optional(closed({ path: TEXT, ...FOLDER_OPTIONS })),
  postgres: Type.Optional(
    closed({
      ...POSTGRES_PLACE,
      hasPassword: Type.Boolean(),
      databases: Type.Optional(Type.Array(TEXT)),
    }),
  ),
  stream: Type.Optional(closed({ item: TEXT })),
  limits: LIMITS,
  schedule: Type.Optional(SCHEDULE),
  alertAfterHours: Type.Optional(Type.Integer()),
  lastGoodBackup: Type.Optional(closed({ runId: UUID, snapshotId: TEXT, at: TIMESTAMP })),
  overdueSince: Type.Optional(TIMESTAMP),
  createdAt: TIMESTAMP,
  updatedAt: TIMESTAMP,
});

type Input = Static<ReturnType<typeof closed<typeof SOURCE_SPEC_INPUT>>>;

/** How many ways of saying what is backed up an input has. */
export function specsIn({ folder, postgres, stream }: Input): number {
  return [folder, postgres, stream].filter((one) => one !== undefined).length;
}

/**
 * What is to be backed up, looked at as far as it can be without reading it.
 *
 * @throws {EnvironmentError} `source-missing`, `path-outside-roots`, `source-malformed`, `command-not-allowed`
 */
export async function sourceSpecFrom(context: AdminContext, name: string, input: Input): Promise<SourceSpec> {
  const { folder, postgres, stream } = input;
  const rules = context.services.vault.sourceRoots;
  if (folder !== undefined) {
    return { ...(await allowedFolder(rules, { kind: 'folder', ...folder })), name };
  }
  if (postgres !== undefined) {
    const { password: text, ...rest } = await allowedHost(rules, postgres);
    const password = text === undefined ? undefined : Buffer.from(text, 'utf8');
    context.wipeLater(password);
    return { kind: 'postgres', name, ...rest, ...(password && { password }) };
  }
  return { kind: 'stream', name, item: (stream as { item: string }).item };
}

export function showSource(source: BackupSource, schedule: Schedule | undefined, nowMs: number) {
  const { id, environmentId, name, spec, limits, alertAfterHours, lastGood, overdueSinceMs } = source;
  return {
    sourceId: id,
    environmentId,
    name,
    kind: spec.kind,
    ...showSpec(spec),
    limits: { ...limits },
    ...(schedule && { schedule: showSchedule(schedule, nowMs) }),
    ...(alertAfterHours !== undefined && { alertAfterHours }),
    ...(lastGood && {
      lastGoodBackup: { runId: lastGood.runId, snapshotId: lastGood.snapshotId, at: timestamp(lastGood.atMs) },
    }),
    ...(overdueSinceMs !== undefined && { overdueSince: timestamp(overdueSinceMs) }),
    createdAt: timestamp(source.createdAtMs),
    updatedAt: timestamp(source.updatedAtMs),
  };
}

function showSpec(spec: StoredSpec) {
  if (spec.kind === 'stream') return { stream: { item: spec.item } };
  if (spec.kind === 'folder') {
    const { kind: _, include, exclude, before, after, ...rest } = spec;
    return {
      folder: {
        ...rest,
        ...(include && { include: [...include] }),
        ...(exclude && { exclude: [...exclude] }),
        ...(before && { before: [...before] }),
        ...(after && { after: [...after] }),
      },
    };
  }
  const { kind: _, password, databases, tlsRootFile: __, ...rest } = spec;
  return {
    postgres: { ...rest, hasPassword: password !== undefined, ...(databases && { databases: [...databases] }) },
  };
}
