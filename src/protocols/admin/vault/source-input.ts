import Type, { type Static } from 'typebox';
import { requireFolder } from '../../../jobs/plan-backup.ts';
import type { Schedule } from '../../../vault/schedules/schedule.ts';
import type { BackupSource, StoredSpec } from '../../../vault/sources/backup-source.ts';
import type { SourceSpec } from '../../../vault/sources/source-spec.ts';
import type { AdminContext } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { SCHEDULE, showSchedule } from './schedule-input.ts';

const TEXT = Type.String();
const PATTERNS = Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 1000 });

/** What is to be backed up, as it is given: one of its members. */
export const SOURCE_SPEC_INPUT = {
  folder: Type.Optional(
    closed({
      path: Type.String({ minLength: 1, maxLength: 1024, description: 'an absolute path on the server' }),
      include: Type.Optional(PATTERNS),
      exclude: Type.Optional(PATTERNS),
    }),
  ),
  postgres: Type.Optional(
    closed({
      host: Type.String({ minLength: 1, maxLength: 255 }),
      port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: 5432 })),
      user: Type.String({ minLength: 1, maxLength: 63 }),
      password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'kept wrapped, never shown' })),
      databases: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { maxItems: 1000 })),
    }),
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
  folder: Type.Optional(
    closed({ path: TEXT, include: Type.Optional(Type.Array(TEXT)), exclude: Type.Optional(Type.Array(TEXT)) }),
  ),
  postgres: Type.Optional(
    closed({
      host: TEXT,
      port: Type.Optional(Type.Integer()),
      user: TEXT,
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
 * @throws {EnvironmentError} `source-missing`, `path-outside-roots`
 */
export async function sourceSpecFrom(context: AdminContext, name: string, input: Input): Promise<SourceSpec> {
  const { folder, postgres, stream } = input;
  if (folder !== undefined) {
    const { path, include, exclude } = folder;
    const place = await requireFolder(context.services.vault.sourceRoots, path);
    return { kind: 'folder', name, path: place, ...(include && { include }), ...(exclude && { exclude }) };
  }
  if (postgres !== undefined) {
    const { password: text, host, port, user, databases } = postgres;
    const password = text === undefined ? undefined : Buffer.from(text, 'utf8');
    context.wipeLater(password);
    return {
      kind: 'postgres',
      name,
      host,
      ...(port !== undefined && { port }),
      user,
      ...(password && { password }),
      ...(databases && { databases }),
    };
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
    const { path, include, exclude } = spec;
    return { folder: { path, ...(include && { include: [...include] }), ...(exclude && { exclude: [...exclude] }) } };
  }
  const { host, port, user, password, databases } = spec;
  return {
    postgres: {
      host,
      ...(port !== undefined && { port }),
      user,
      hasPassword: password !== undefined,
      ...(databases && { databases: [...databases] }),
    },
  };
}
