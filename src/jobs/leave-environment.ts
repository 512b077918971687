import type { Write } from '../records/commit.ts';
import type { RecordReader } from '../records/ports.ts';
import type { RecordKind } from '../records/record.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import { environmentRef } from '../vault/environments/environment-record.ts';
import { keyWatchRef } from '../vault/key-watch/key-watch-record.ts';
import type { Environment } from '../vault/environments/environment.ts';
import { activitySpace, LOCK_SPACE } from '../vault/runs/run-record.ts';

/** What belongs to an environment and goes with it. Runs stay: they are history. */
const GOES_ALONG: readonly RecordKind[] = ['source', 'schedule'];
const PAGE = 1_000;

/** @throws {EnvironmentError} `run-in-progress`: a run of this environment is in flight, of whatever kind */
export async function requireAtRest(records: RecordReader, environmentId: string): Promise<void> {
  const [first] = await records.listNames(LOCK_SPACE, { after: `${environmentId}/`, limit: 1 });
  if (first === undefined || !first.name.startsWith(`${environmentId}/`)) return;
  throw new EnvironmentError(
    'run-in-progress',
    `The run ${first.id} is in flight on this environment. Wait for it to end, or cancel it`,
  );
}

/** The commit by which an environment is forgotten, with what belongs to it. Its places and its label are free again. */
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
  for (const kind of GOES_ALONG) {
    let after: string | undefined;
    for (;;) {
      const rows = await records.list(tenantId, kind, id, { limit: PAGE, ...(after !== undefined && { after }) });
      writes.push(...rows.map((row) => ({ remove: { tenantId, kind, id: row.id }, revision: row.revision })));
      if (rows.length < PAGE) break;
      after = rows.at(-1)?.id;
    }
  }
  const emptySpaces = (['writing', 'rekeying'] as const).map((activity) => activitySpace(id, activity));
  return { writes, emptySpaces };
}
