import type { Remove, Write } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordKind } from '../records/record.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { environmentRef } from '../vault/environments/environment-record.ts';
import { keyWatchRef } from '../vault/key-watch/key-watch-record.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { activitySpace, LOCK_SPACE } from '../vault/runs/run-record.ts';

/** What belongs to an environment and goes with it: first what would start something. Runs stay: they are history. */
export const BELONGINGS: readonly RecordKind[] = ['schedule', 'source'];
/** How many of them go in one commit: its entry names each, and an entry is bounded. What is left the server sweeps. */
const AT_ONCE = 150;

/** @throws {EnvironmentError} `run-in-progress`: a run of this environment is in flight, of whatever kind */
export async function requireAtRest(records: RecordReader, environmentId: string): Promise<void> {
  const [first] = await records.listNames(LOCK_SPACE, { after: `${environmentId}/`, limit: 1 });
  if (first === undefined || !first.name.startsWith(`${environmentId}/`)) return;
  throw new EnvironmentError(
    'run-in-progress',
    `The run ${first.id} is in flight on this environment. Wait for it to end, or cancel it`,
  );
}

/**
 * The commit by which an environment is forgotten, with as much of what belongs to it as goes at once. Its places and its
 * label are free again.
 */
export async function withoutEnvironment(
  records: RecordReader,
  tenantId: string,
  { id, revision }: Environment,
): Promise<{
  readonly writes: readonly Write[];
  readonly emptySpaces: readonly string[];
}> {
  const writes: Write[] = [{ remove: environmentRef(tenantId, id), revision }];
  const watch = await records.read(keyWatchRef(tenantId, id));
  if (watch !== undefined) writes.push({ remove: keyWatchRef(tenantId, id), revision: watch.revision });
  writes.push(...(await belongingsOf(records, tenantId, id)));
  const emptySpaces = (['writing', 'rekeying'] as const).map((activity) => activitySpace(id, activity));
  return { writes, emptySpaces };
}

/** What takes away what belongs to an environment: as much of it as goes in one commit. */
export async function belongingsOf(
  records: RecordReader,
  tenantId: string,
  environmentId: string,
): Promise<readonly Remove[]> {
  const writes: Remove[] = [];
  for (const kind of BELONGINGS) {
    if (writes.length === AT_ONCE) break;
    const rows = await records.list(tenantId, kind, environmentId, { limit: AT_ONCE - writes.length });
    writes.push(...rows.map(({ id, revision }) => ({ remove: { tenantId, kind, id }, revision })));
  }
  return writes;
}
