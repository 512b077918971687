import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { LogReader } from '../audit/log-reader.ts';
import { TILE_WIDTH } from '../audit/tile.ts';
import { readEntry } from '../audit/told-entry.ts';
import { actsOf, type ExportedEntry } from '../audit-export/act.ts';
import { cadfOf } from '../audit-export/cadf.ts';
import { cloudTrailOf } from '../audit-export/cloudtrail.ts';
import type { ExportContext } from '../audit-export/context.ts';
import { jsonLine } from '../audit-export/json-line.ts';
import type { Config } from '../config/config.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../protocols/admin/services.ts';
import { awsCodeOf } from '../protocols/aws-kms/wire-error.ts';
import { statusOfReason } from '../protocols/key-protect/key-errors.ts';
import { openForReading } from '../store/database.ts';
import { SqlReader } from '../store/reader.ts';
import { TileFolders } from '../store/tile-folder.ts';
import { dataPaths } from './unsealed.ts';

export { EXPORT_FORMATS, type ExportFormat };

/** What is exported. Times are milliseconds since 1970: from the first up to, and without, the second. */
export interface ExportRange {
  readonly fromMs?: number;
  readonly toMs?: number;
  /** A tenant's id or its account id, or `installation`; absent: every log. */
  readonly log?: string;
}

/**
 * The entries of the audit logs of a data folder as lines of JSON, log by log, each in its order: `json` has every
 * entry, `cadf` and `cloudtrail` one event for each act. Reads only, beside a running server too; needs no seal. It
 * verifies nothing: `verifyAudit` does.
 *
 * @throws {RangeError} there is no such log
 */
export async function* exportAudit(config: Config, format: ExportFormat, range: ExportRange): AsyncGenerator<string> {
  const folders = new TileFolders(dataPaths(config.dataFolder).audit);
  const places = await placesOf(dataPaths(config.dataFolder).database);
  const logs = folders.logs().filter((log) => range.log === undefined || isLog(log, range.log, places));
  if (logs.length === 0 && range.log !== undefined) throw new RangeError(`there is no log ${range.log}`);
  for (const log of logs) {
    yield* exportLines(new LogReader(folders.of(log)), log, format, range, places);
  }
}

/** The entries of one log as lines of JSON. Others get their turn in between. */
export async function* exportLines(
  reader: LogReader,
  log: string,
  format: ExportFormat,
  range: LinesRange,
  places: Places,
): AsyncGenerator<string, void> {
  const context = { ...places, statusOf: statusOfReason, awsCodeOf };
  const entries = entriesOf(reader, log, range);
  if (format === 'json') for await (const entry of entries) yield jsonLine(withTime(entry));
  else for await (const act of actsOf(entries)) yield jsonLine(RENDER[format](act, context));
}

/** Times as in {@link ExportRange}; indexes from the first up to, and without, the second. */
interface LinesRange extends Pick<ExportRange, 'fromMs' | 'toMs'> {
  readonly from?: number;
  readonly to?: number;
}

const SLICE = 32;
const RENDER = { cadf: cadfOf, cloudtrail: cloudTrailOf } as const;

function isLog(log: string, wanted: string, { accountOf }: Places): boolean {
  return log === wanted || accountOf(log) === wanted;
}

async function* entriesOf(
  reader: LogReader,
  log: string,
  { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, ...indexes }: LinesRange,
): AsyncGenerator<ExportedEntry, void> {
  const size = Math.min((await reader.head())?.size ?? 0, indexes.to ?? Infinity);
  for (let from = indexes.from ?? 0; from < size; from += TILE_WIDTH) {
    for (const [i, logged] of (await reader.read(from, Math.min(size, from + TILE_WIDTH))).entries()) {
      // About a millisecond's work.
      if (i % SLICE === 0) await setImmediate();
      const entry = readEntry(log, logged);
      if (entry.time >= fromMs && entry.time < toMs) yield entry;
    }
  }
}

function withTime({ time, ...entry }: ExportedEntry): object {
  return { time: new Date(time).toISOString(), ...entry };
}

export type Places = Pick<ExportContext, 'accountOf' | 'instanceOf'>;

/** Which account a tenant has, and which instance a region: by the names in the database, where there is one. */
export async function placesOf(path: string): Promise<Places> {
  const accounts = new Map<string, string>();
  const instances = new Map<string, string>();
  if (existsSync(path)) {
    const db = openForReading(path);
    try {
      const reader = new SqlReader(db);
      for await (const { name, id } of namesOf(reader, 'account')) accounts.set(id, name);
      for await (const { name, tenantId, id } of namesOf(reader, 'instance')) instances.set(`${tenantId}/${id}`, name);
    } finally {
      db.close();
    }
  }
  return {
    accountOf: (tenantId) => accounts.get(tenantId),
    instanceOf: (tenantId, region) => instances.get(`${tenantId}/${region}`),
  };
}

async function* namesOf(reader: SqlReader, space: string) {
  for (let after: string | undefined; ;) {
    const page = await reader.listNames(space, { limit: 1_000, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.name;
    if (page.length < 1_000) return;
  }
}
