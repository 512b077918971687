import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Kysely, Selectable } from 'kysely';
import type { CredentialUse } from '../audit/credential-uses.ts';
import type { KeyUse } from '../audit/last-uses.ts';
import type { RecordName } from '../records/commit.ts';
import type { UseCount, UsesAsked } from '../records/key-uses.ts';
import type { Freshness, NamedRef, ListPage, Page, RecordReader, RevisionOf } from '../records/ports.ts';
import type { RecordKind, RecordRef, StoredRecord } from '../records/record.ts';
import { decodeState, emptyState, stateRoot } from '../records/state-root.ts';
import { queries } from './kysely-dialect.ts';
import { USES_COUNTED, USES_KNOWN } from './migrations.ts';
import { ALL_KEYS } from './use-hours.ts';
import type { Tables } from './schema.ts';

const MAX_PAGE = 1000;
const HOURS_AT_ONCE = 31 * 24;

type HourRow = readonly [hour: number, action: string, count: number];

/**
 * Reads on the event loop over a connection of its own. Every statement is a read transaction of its own, so it sees
 * whatever any process committed before. The hot ones are prepared; the others go through the query builder.
 */
export class SqlReader implements RecordReader, Freshness {
  readonly #kysely: Kysely<Tables>;
  readonly #epoch: StatementSync;
  readonly #read: StatementSync;
  readonly #revision: StatementSync;
  readonly #firstRevisions: StatementSync;
  readonly #revisionsAfter: StatementSync;
  readonly #resolve: StatementSync;
  readonly #lastUse: StatementSync;
  readonly #hours: StatementSync;
  readonly #lastUseOfCredential: StatementSync;
  readonly #sum: StatementSync;
  /** What the row said last, what was answered last, and how much more the answers say than the row. */
  #stored = 0;
  #answered = 0;
  #ahead = 0;
  /** The epoch as read in this turn: until the running code gives way, no request can have begun. */
  #epochOfTurn: number | undefined;
  readonly #forgetEpoch = (): void => {
    this.#epochOfTurn = undefined;
  };

  constructor(db: DatabaseSync) {
    this.#kysely = queries(db);
    this.#epoch = db.prepare('SELECT value FROM epoch WHERE one = 1');
    this.#epoch.setReturnArrays(true);
    this.#read = db.prepare(
      'SELECT tenant, kind, id, scope, revision, body, mac FROM record WHERE tenant = ? AND kind = ? AND id = ?',
    );
    this.#revision = db.prepare('SELECT revision FROM record WHERE tenant = ? AND kind = ? AND id = ?');
    this.#revision.setReturnArrays(true);
    const revisions = 'SELECT id, revision FROM record WHERE tenant = ? AND kind = ? AND scope = ?';
    this.#firstRevisions = db.prepare(`${revisions} ORDER BY id LIMIT ?`);
    this.#firstRevisions.setReturnArrays(true);
    this.#revisionsAfter = db.prepare(`${revisions} AND id > ? ORDER BY id LIMIT ?`);
    this.#revisionsAfter.setReturnArrays(true);
    this.#lastUse = db.prepare('SELECT action, time_ms, request, entry FROM key_use WHERE tenant = ? AND key = ?');
    this.#hours = db.prepare(
      'SELECT hour, action, count FROM key_use_hour WHERE tenant = ? AND key = ? AND hour >= ? AND hour < ?',
    );
    this.#hours.setReturnArrays(true);
    const ofCredential = 'SELECT time_ms, address, protocol FROM credential_use WHERE tenant = ? AND credential = ?';
    this.#lastUseOfCredential = db.prepare(ofCredential);
    this.#sum = db.prepare('SELECT sum FROM tenant_state WHERE tenant = ?');
    this.#sum.setReturnArrays(true);
    this.#resolve = db.prepare('SELECT tenant, kind, id FROM record_name WHERE space = ? AND name = ?');
  }

  epoch(): number {
    if (this.#epochOfTurn === undefined) {
      const stored = this.storedEpoch();
      // A number that was turned back would make old look-ups true again.
      if (stored < this.#stored) this.passEpoch();
      this.#stored = stored;
      this.#epochOfTurn = this.#answered = Math.max(this.#answered, stored + this.#ahead);
      queueMicrotask(this.#forgetEpoch);
    }
    return this.#epochOfTurn;
  }

  /** What the row of the epoch says. */
  storedEpoch(): number {
    return (this.#epoch.get() as unknown as [number])[0];
  }

  /** Makes the next answer of {@link epoch} a new one, whatever the row says. */
  passEpoch(): void {
    this.#answered++;
    this.#ahead = Math.max(this.#ahead, this.#answered - this.storedEpoch());
    this.#forgetEpoch();
  }

  read({ tenantId, kind, id }: RecordRef): StoredRecord | undefined {
    const row = this.#read.get(tenantId, kind, id) as RecordRow | undefined;
    return row && recordOf(row);
  }

  revisionOf({ tenantId, kind, id }: RecordRef): number | undefined {
    return (this.#revision.get(tenantId, kind, id) as unknown as [number] | undefined)?.[0];
  }

  resolve({ space, name }: RecordName): RecordRef | undefined {
    const row = this.#resolve.get(space, name) as { tenant: string; kind: string; id: string } | undefined;
    return row && { tenantId: row.tenant, kind: row.kind as RecordKind, id: row.id };
  }

  async list(tenantId: string, kind: RecordKind, scope: string, page: ListPage): Promise<StoredRecord[]> {
    const { after, isReversed = false } = page;
    let query = this.#kysely.selectFrom('record').selectAll();
    query = query.where('tenant', '=', tenantId).where('kind', '=', kind).where('scope', '=', scope);
    if (after !== undefined) query = query.where('id', isReversed ? '<' : '>', after);
    const rows = await query
      .orderBy('id', isReversed ? 'desc' : 'asc')
      .limit(limitOf(page))
      .execute();
    return rows.map(recordOf);
  }

  listRevisions(tenantId: string, kind: RecordKind, scope: string, page: Page): RevisionOf[] {
    const { after } = page;
    const limit = limitOf(page);
    const rows =
      after === undefined
        ? this.#firstRevisions.all(tenantId, kind, scope, limit)
        : this.#revisionsAfter.all(tenantId, kind, scope, after, limit);
    return (rows as unknown as [string, number][]).map(([id, revision]) => ({ id, revision }));
  }

  async count(tenantId: string, kind: RecordKind, scope: string): Promise<number> {
    let query = this.#kysely.selectFrom('record').select(({ fn }) => fn.countAll<number>().as('count'));
    query = query.where('tenant', '=', tenantId).where('kind', '=', kind).where('scope', '=', scope);
    return (await query.executeTakeFirstOrThrow()).count;
  }

  async listAll(kind: RecordKind): Promise<StoredRecord[]> {
    const query = this.#kysely.selectFrom('record').selectAll().where('kind', '=', kind);
    return (await query.orderBy('tenant').orderBy('id').execute()).map(recordOf);
  }

  async listNames(space: string, page: Page): Promise<NamedRef[]> {
    let query = this.#kysely.selectFrom('record_name').selectAll().where('space', '=', space);
    if (page.after !== undefined) query = query.where('name', '>', page.after);
    const rows = await query.orderBy('name').limit(limitOf(page)).execute();
    // Whoever asks for full pages reads a long list: others get their turn between them.
    if (rows.length === MAX_PAGE) await setImmediate();
    return rows.map(({ name, tenant, kind, id }) => ({ space, name, tenantId: tenant, kind: kind as RecordKind, id }));
  }

  lastUse(tenantId: string, key: string): KeyUse | undefined {
    const row = this.#lastUse.get(tenantId, key) as Selectable<Tables['key_use']> | undefined;
    return row && { action: row.action, atMs: row.time_ms, requestId: row.request, entryId: row.entry };
  }

  usesKnownSinceMs(): Promise<number> {
    return this.#stepTakenMs(USES_KNOWN);
  }

  usesCountedSinceMs(): Promise<number> {
    return this.#stepTakenMs(USES_COUNTED);
  }

  async countUses({ tenantId, key = ALL_KEYS, fromHour, toHour, hoursPerStep }: UsesAsked): Promise<UseCount[]> {
    const sums = new Map<string, UseCount>();
    // A month at a time, a few milliseconds: others get their turn in between.
    for (let from = fromHour; from < toHour; from += HOURS_AT_ONCE) {
      const to = Math.min(toHour, from + HOURS_AT_ONCE);
      for (const [hour, action, count] of this.#hours.all(tenantId, key, from, to) as unknown as HourRow[]) {
        const step = Math.floor((hour - fromHour) / hoursPerStep);
        const name = `${step} ${action}`;
        sums.set(name, { step, action, count: count + (sums.get(name)?.count ?? 0) });
      }
      if (to < toHour) await setImmediate();
    }
    return [...sums.values()];
  }

  async #stepTakenMs(name: string): Promise<number> {
    const query = this.#kysely.selectFrom('schema_version').select('applied_ms').where('name', '=', name);
    return (await query.executeTakeFirstOrThrow()).applied_ms;
  }

  lastUseOfCredential(tenantId: string, credentialId: string): CredentialUse | undefined {
    const row = this.#lastUseOfCredential.get(tenantId, credentialId);
    if (row === undefined) return undefined;
    const { time_ms: atMs, address, protocol } = row as Selectable<Tables['credential_use']>;
    return { atMs, address, protocol };
  }

  stateRootOf(tenantId: string): Buffer {
    const row = this.#sum.get(tenantId) as unknown as [Uint8Array] | undefined;
    return stateRoot(row === undefined ? emptyState() : decodeState(row[0]));
  }
}

type RecordRow = Selectable<Tables['record']>;

function recordOf(row: RecordRow): StoredRecord {
  return {
    tenantId: row.tenant,
    kind: row.kind as RecordKind,
    id: row.id,
    scope: row.scope,
    revision: row.revision,
    body: asBuffer(row.body),
    mac: asBuffer(row.mac),
  };
}

/** @throws {RangeError} for a page that is not of 1 to 1000. */
export function limitOf({ limit }: Page): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new RangeError(`a page has 1 to ${MAX_PAGE} rows, not ${limit}`);
  }
  return limit;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
