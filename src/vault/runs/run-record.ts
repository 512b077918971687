import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import type { TenantKey } from '../../crypto/hierarchy.ts';
import { openBody, sealBody } from '../../records/body.ts';
import type { Put, RecordName, Remove } from '../../records/commit.ts';
import { renamed, timedName } from '../../records/names.ts';
import type { RecordRef, StoredRecord } from '../../records/record.ts';
import { systemRandom } from '../ports.ts';
import type { Activity } from './locks.ts';
import type { Run } from './run.ts';
import { notAuthentic } from '../environments/environment-error.ts';

const FORMAT = 1;

export function runRef(tenantId: string, id: string): RecordRef {
  return { tenantId, kind: 'run', id };
}

/** Space of the runs that have ended, over all tenants, sorted by when they are forgotten. */
export const RUN_FORGET_SPACE = 'run-forget';

/** How long a run is kept that has ended: half a year of them can be compared. */
export const KEPT_MS = 180 * 24 * 3_600_000;

/** Where runs in flight hold their locks, over all processes. */
export const LOCK_SPACE = 'run-lock';

export function lockName(environmentId: string, lock: string): RecordName {
  return { space: LOCK_SPACE, name: `${environmentId}/${lock}` };
}

/** Space of the runs in flight that are part of an activity. The names are their ids. */
export function activitySpace(environmentId: string, activity: Activity): string {
  return `run-activity:${environmentId}/${activity}`;
}

/** The write that brings a run from `before` (absent: it begins) to `after`. It holds its locks while it is running. */
export function putRun(tenantKey: TenantKey, before: Run | undefined, after: Run): Put {
  const { tenantId, id, revision: _, result, problem, ...content } = after;
  // What came of it may name files of the source, and nobody reads names of those with a copy of the database.
  const outcome =
    result === undefined && problem === undefined ? {} : { outcome: wrapOutcome(tenantKey, id, { result, problem }) };
  const at = { ...runRef(tenantId, id), scope: after.environmentId, revision: (before?.revision ?? 0) + 1 };
  return {
    put: sealBody(tenantKey.records, at, FORMAT, { ...content, ...outcome }),
    ...renamed(namesOf, before, after),
  };
}

export function removeRun({ tenantId, id, revision }: Run): Remove {
  return { remove: runRef(tenantId, id), revision };
}

type RunBody = Omit<Run, 'tenantId' | 'id' | 'revision'> & {
  readonly lock?: string;
  readonly outcome?: string;
};

/** Reads a run from its record. @throws {EnvironmentError} `record-not-authentic` */
export function readRun(tenantKey: TenantKey, record: StoredRecord): Run {
  const { tenantId, id, revision } = record;
  const refused = (): Error => notAuthentic(`run ${id}`);
  const wanted = { kind: 'run', format: FORMAT, refused } as const;
  const { lock, outcome, ...run } = openBody<RunBody>(tenantKey.records, record, wanted);
  // A record of before runs had several locks.
  const told = outcome === undefined ? {} : openOutcome(tenantKey, id, outcome);
  return { ...run, ...told, ...(lock !== undefined && { locks: { holds: [lock] } }), tenantId, id, revision };
}

type Outcome = Pick<Run, 'result' | 'problem'>;

function wrapOutcome(
  tenantKey: TenantKey,
  id: string,
  outcome: { readonly [Name in keyof Outcome]: Outcome[Name] | undefined },
): string {
  const bytes = Buffer.from(canonicalJson(outcome as unknown as Json), 'utf8');
  return tenantKey.wrap(bindingOf(tenantKey, id), bytes, systemRandom).toString('base64');
}

function openOutcome(tenantKey: TenantKey, id: string, wrapped: string): Outcome {
  const bytes = tenantKey.unwrap(bindingOf(tenantKey, id), Buffer.from(wrapped, 'base64'));
  return JSON.parse(bytes.toString('utf8')) as Outcome;
}

function bindingOf({ tenantId }: TenantKey, id: string) {
  return ['run-outcome', tenantId, id] as const;
}

function namesOf({ tenantId, environmentId, locks, id, state, endedAtMs, keptUntilMs }: Run): RecordName[] {
  if (state !== 'running') {
    const forgetAtMs = keptUntilMs ?? (endedAtMs ?? 0) + KEPT_MS;
    return [timedName(RUN_FORGET_SPACE, forgetAtMs, `${tenantId}/${id}`)];
  }
  const held = locks.holds.map((lock) => lockName(environmentId, lock));
  const { joins } = locks;
  return joins === undefined ? held : [...held, { space: activitySpace(environmentId, joins), name: id }];
}
