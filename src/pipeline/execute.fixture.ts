import { beforeEach } from 'vitest';
import { parsePolicy } from '../access/policy.ts';
import { SALT_BYTES } from '../audit/entry-frame.ts';
import type { AuditDraft } from '../audit/entry.ts';
import type { Principal } from '../identity/principal.ts';
import { createKey } from '../keys/create.ts';
import {
  changeEntry,
  countingRandom,
  GENERATED,
  makeSpace,
  NOW,
  random,
  settableClock,
} from '../keys/key-space.fixture.ts';
import type { Key } from '../keys/key.ts';
import { OpenKey } from '../keys/open-key.ts';
import type { Commit } from '../records/commit.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Act, Done, Target } from './act.ts';
import type { Call } from './call.ts';
import { Pipeline } from './execute.ts';

export const ACCOUNT = '111122223333';
export const space = makeSpace();
export const everything = parsePolicy('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', 'identity');
export const principal: Principal = {
  tenantId: space.tenantId,
  accountId: ACCOUNT,
  kind: 'user',
  id: 'alice-id',
  name: 'alice',
  arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  policies: [everything],
  credentialId: 'KSIAEXAMPLE',
  strength: 'secret-key',
  cacheKey: 'alice-id@1',
};

export const call: Call = {
  principal,
  requestId: 'request-1',
  action: 'kms:Encrypt',
  source: { protocol: 'aws-kms', address: '192.0.2.1', userAgent: 'test' },
};

/** A store that can be slow, full, or see somebody else commit first; it keeps every draft that it was handed. */
class TroubledStore extends MemoryStore {
  readonly drafts: AuditDraft[] = [];
  readonly commits: Commit[] = [];
  beforeRecord: () => unknown = () => {};
  beforeCommit: () => unknown = () => {};

  override async record(entry: AuditDraft): Promise<void> {
    this.drafts.push(entry);
    await this.beforeRecord();
    await super.record(entry);
  }

  override async commit(commit: Commit): Promise<void> {
    this.drafts.push(...commit.entries);
    this.commits.push(commit);
    await this.beforeCommit();
    await super.commit(commit);
  }

  /** Leaf and details of every entry that became durable. */
  get log(): Record<string, unknown>[] {
    return this.entries().map(({ leaf, details }) => ({
      ...(JSON.parse(leaf.toString()) as object),
      details: JSON.parse(details.subarray(SALT_BYTES).toString()) as unknown,
    }));
  }
}
export let store: TroubledStore;
export let pipeline: Pipeline;
export let key: Key;
export let open: OpenKey;
export const arnOf = (of: Key) => `arn:aws:kms:${of.region}:${ACCOUNT}:key/${of.id}`;
export const target = (action = 'kms:Encrypt', of = open): Target => ({
  action,
  resource: arnOf(of.key),
  key: of,
  accountId: ACCOUNT,
});
export const act =
  <Value>(done: Done<Value>, more: Partial<Act<Value>> = {}): (() => Act<Value>) =>
  () => ({
    targets: [target()],
    run: () => done,
    ...more,
  });

/** Entries since the key was made. */
export const entries = () => store.log.slice(1);
export const failing = (error: unknown): Promise<never> => Promise.reject(error);

/** Each test has a store of its own with one key in it. */
export function eachWithAKey(): void {
  beforeEach(async () => {
    store = new TroubledStore();
    pipeline = new Pipeline(store, settableClock(), countingRandom('salts'));
    const made = createKey(space, GENERATED, NOW, random);
    await MemoryStore.prototype.commit.call(store, { writes: made.writes, entries: [changeEntry(space.tenantId)] });
    key = made.value;
    open = new OpenKey(key, space);
  });
}
