import { EntryFrames, type FramedEntry, readFrames } from '../audit/entry-frame.ts';
import { type AuditDraft, leafOf } from '../audit/entry.ts';
import { type CountedUses, type KeyUse, LastUses } from '../audit/last-uses.ts';
import { CredentialUses, type CredentialUse } from '../audit/credential-uses.ts';
import { KEY_USES } from '../keys/uses.ts';
import { assertAccountable, leafOfCommit } from '../records/account.ts';
import type { Commit, RecordName, Room, Write } from '../records/commit.ts';
import type { UseCount, UsesAsked } from '../records/key-uses.ts';
import {
  type NamedRef,
  NoRoomError,
  type ListPage,
  type Page,
  type RecordStore,
  type RevisionOf,
} from '../records/ports.ts';
import { type RecordKind, recordDigest, type RecordRef, type StoredRecord } from '../records/record.ts';
import { addRecord, emptyState, stateRoot } from '../records/state-root.ts';
import { notEmpty, notHeld, taken } from './name-writer.ts';
import { limitOf } from './reader.ts';
import { revisionConflict } from './record-table.ts';

/** The whole state of a {@link MemoryStore}: replaced as one by each commit. */
interface State {
  readonly records: Map<string, StoredRecord>;
  readonly names: Map<string, NamedRef>;
}

/** The store's contract in memory, for tests of what is built on it. What it held is gone with it. */
export class MemoryStore implements RecordStore {
  #state: State = { records: new Map(), names: new Map() };
  #epoch = 0;
  readonly #log: FramedEntry[] = [];
  readonly #uses = new Map<string, KeyUse>();
  readonly #counted: CountedUses[] = [];
  readonly #credentialUses = new Map<string, CredentialUse>();

  /** Every entry so far, in order. */
  entries(): readonly FramedEntry[] {
    return this.#log;
  }

  epoch(): number {
    return this.#epoch;
  }

  read(ref: RecordRef): StoredRecord | undefined {
    return this.#state.records.get(keyOf(ref));
  }

  revisionOf(ref: RecordRef): number | undefined {
    return this.read(ref)?.revision;
  }

  list(tenantId: string, kind: RecordKind, scope: string, page: ListPage): StoredRecord[] {
    const of = (record: StoredRecord) => record.tenantId === tenantId && record.kind === kind && record.scope === scope;
    return paged([...this.#state.records.values()].filter(of), (record) => record.id, page);
  }

  listRevisions(tenantId: string, kind: RecordKind, scope: string, page: Page): RevisionOf[] {
    return this.list(tenantId, kind, scope, page).map(({ id, revision }) => ({ id, revision }));
  }

  count(tenantId: string, kind: RecordKind, scope: string): number {
    let count = 0;
    for (const record of this.#state.records.values()) {
      if (record.tenantId === tenantId && record.kind === kind && record.scope === scope) count++;
    }
    return count;
  }

  listAll(kind: RecordKind): StoredRecord[] {
    return [...this.#state.records.values()]
      .filter((record) => record.kind === kind)
      .toSorted((a, b) => byBytes(a.tenantId, b.tenantId) || byBytes(a.id, b.id));
  }

  resolve(name: RecordName): RecordRef | undefined {
    const named = this.#state.names.get(nameKey(name));
    return named && { tenantId: named.tenantId, kind: named.kind, id: named.id };
  }

  listNames(space: string, page: Page): NamedRef[] {
    const names = [...this.#state.names.values()].filter((name) => name.space === space);
    return paged(names, ({ name }) => name, page);
  }

  lastUse(tenantId: string, key: string): KeyUse | undefined {
    return this.#uses.get(`${tenantId}/${key}`);
  }

  lastUseOfCredential(tenantId: string, credentialId: string): CredentialUse | undefined {
    return this.#credentialUses.get(`${tenantId}/${credentialId}`);
  }

  usesKnownSinceMs(): number {
    return 0;
  }

  countUses({ tenantId, key, fromHour, toHour, hoursPerStep }: UsesAsked): UseCount[] {
    const isAsked = (use: CountedUses) =>
      use.tenantId === tenantId && (key === undefined || use.key === key) && use.hour >= fromHour && use.hour < toHour;
    const steps = this.#counted.filter(isAsked).map(({ hour, action, count }) => ({
      step: Math.floor((hour - fromHour) / hoursPerStep),
      action,
      count,
    }));
    return [...Map.groupBy(steps, ({ step, action }) => `${step} ${action}`).values()].map((same) => ({
      ...(same[0] as UseCount),
      count: same.reduce((sum, { count }) => sum + count, 0),
    }));
  }

  usesCountedSinceMs(): number {
    return 0;
  }

  stateRootOf(tenantId: string): Buffer {
    return rootOf(this.#state, tenantId);
  }

  async commit(commit: Commit): Promise<void> {
    assertAccountable(commit);
    const next: State = { records: new Map(this.#state.records), names: new Map(this.#state.names) };
    for (const { ref, revision } of commit.preconditions ?? []) expectRevision(next, ref, revision);
    for (const room of commit.rooms ?? []) expectRoom(next, room);
    for (const write of commit.writes) writeRecord(next, write);
    writeNames(next, commit);
    const frames = new EntryFrames();
    for (const entry of commit.entries) frames.append(leafOfCommit(entry, commit, (tenant) => rootOf(next, tenant)));
    this.#state = next;
    if (commit.writes.length > 0) this.#epoch++;
    const entries = [...readFrames(frames.take())];
    this.#noteCredentials(entries);
    for (const write of commit.writes)
      if ('remove' in write && write.remove.kind === 'credential')
        this.#credentialUses.delete(`${write.remove.tenantId}/${write.remove.id}`);
    this.#log.push(...entries);
  }

  async record(entry: AuditDraft): Promise<void> {
    const frames = new EntryFrames();
    frames.append(leafOf(entry));
    const batch = frames.take();
    const last = new LastUses((action) => KEY_USES.has(action));
    const entries = [...readFrames(batch)];
    for (const one of entries) last.note(one);
    this.#counted.push(...last.takeCounts());
    this.#noteCredentials(entries);
    for (const { tenantId, key, ...use } of last.take()) this.#uses.set(`${tenantId}/${key}`, use);
    this.#log.push(...entries);
  }

  #noteCredentials(entries: readonly FramedEntry[]): void {
    const last = new CredentialUses();
    for (const entry of entries) last.note(entry);
    for (const { tenantId, credentialId, ...use } of last.take())
      // In the log of another tenant, whose key was used, stands a credential that is none of that tenant's.
      if (this.read({ tenantId, kind: 'credential', id: credentialId }) !== undefined)
        this.#credentialUses.set(`${tenantId}/${credentialId}`, use);
  }
}

function expectRoom({ records }: State, room: Room): void {
  const { tenantId, kind, scope, below } = room;
  const isIn = (record: StoredRecord) => record.tenantId === tenantId && record.kind === kind && record.scope === scope;
  if ([...records.values()].filter(isIn).length >= below) throw new NoRoomError(room);
}

function expectEmpty({ names }: State, space: string): void {
  if ([...names.values()].some((name) => name.space === space)) throw notEmpty(space);
}

function expectRevision(state: State, ref: RecordRef, revision: number): void {
  const found = state.records.get(keyOf(ref))?.revision ?? 0;
  if (found !== revision) throw revisionConflict(ref, revision, found);
}

function writeRecord(state: State, write: Write): void {
  if ('put' in write) {
    const { put } = write;
    expectRevision(state, put, put.revision - 1);
    // Copies: what the caller does with its buffers later is not the record.
    state.records.set(keyOf(put), { ...put, body: Buffer.from(put.body), mac: Buffer.from(put.mac) });
  } else {
    expectRevision(state, write.remove, write.revision);
    state.records.delete(keyOf(write.remove));
  }
}

function writeNames(state: State, { writes, emptySpaces = [] }: Commit): void {
  const { names } = state;
  for (const write of writes) {
    if ('remove' in write) {
      for (const [key, name] of names) if (keyOf(name) === keyOf(write.remove)) names.delete(key);
      continue;
    }
    for (const name of write.release ?? []) {
      const holder = names.get(nameKey(name));
      if (!holder || keyOf(holder) !== keyOf(write.put)) throw notHeld(name, write.put);
      names.delete(nameKey(name));
    }
  }
  for (const space of emptySpaces) expectEmpty(state, space);
  for (const write of writes) {
    if (!('put' in write)) continue;
    const { tenantId, kind, id } = write.put;
    for (const name of write.claim ?? []) {
      const holder = names.get(nameKey(name));
      if (holder && keyOf(holder) !== keyOf(write.put)) throw taken(name);
      names.set(nameKey(name), { space: name.space, name: name.name, tenantId, kind, id });
    }
  }
}

function rootOf(state: State, tenant: string): Buffer {
  const sum = emptyState();
  for (const record of state.records.values()) if (record.tenantId === tenant) addRecord(sum, recordDigest(record));
  return stateRoot(sum);
}

function paged<T>(rows: readonly T[], idOf: (row: T) => string, page: ListPage): T[] {
  const { after, isReversed = false } = page;
  const order = isReversed ? (a: string, b: string) => byBytes(b, a) : byBytes;
  const limit = limitOf(page);
  const sorted = rows.toSorted((a, b) => order(idOf(a), idOf(b)));
  return sorted.filter((row) => after === undefined || order(idOf(row), after) > 0).slice(0, limit);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function keyOf({ tenantId, kind, id }: RecordRef): string {
  return JSON.stringify([tenantId, kind, id]);
}

function nameKey({ space, name }: RecordName): string {
  return JSON.stringify([space, name]);
}
