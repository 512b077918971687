import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { CONSOLE_SCOPE, issueAccessKey, suspendCredential } from '../identity/credential.ts';
import { Directory } from '../identity/directory.ts';
import { makePrincipal, type Member } from '../identity/principal.ts';
import { openSession } from '../identity/sign-in/console-session.ts';
import { DEFAULT_SIGN_IN_SETTINGS } from '../identity/sign-in/sign-in-settings.ts';
import { makeTenant, type Tenant } from '../identity/tenant.ts';
import { changeEntry, NOW, random } from '../keys/key-space.fixture.ts';
import type { RecordName, Write } from '../records/commit.ts';
import { MemoryStore } from '../store/memory.ts';
import { forgetDue } from './forget-due.ts';
import { FORGOTTEN, SESSIONS } from './forgotten.ts';

const HOUR = 3_600_000;

let store: MemoryStore;
let directory: Directory;
let tenant: Tenant;
let principalId: string;
let member: Member;
let sweep: (nowMs: number) => Promise<number>;

async function commit(...writes: Write[]): Promise<void> {
  const tenants = new Set(writes.map((write) => ('put' in write ? write.put.tenantId : write.remove.tenantId)));
  await store.commit({ writes, entries: [...tenants].map(changeEntry) });
}

beforeEach(async () => {
  store = new MemoryStore();
  const barrier = BarrierKey.from(makeBarrierRoot());
  const made = makeTenant(barrier, 'acme', NOW, random);
  tenant = made.tenant;
  const user = makePrincipal(tenant, 'alice', [], NOW, random);
  ({ member } = user);
  principalId = member.id;
  await commit(made.write, user.write);
  directory = new Directory(store, barrier);
  sweep = (nowMs) => forgetDue({ store, directory, random }, SESSIONS, nowMs);
});

const session = (endsAtMs: number) => issueAccessKey(tenant, principalId, endsAtMs, NOW, random);
const left = () => store.list(tenant.tenantId, 'credential', '', { limit: 1000 }).length;

describe('the sweep of sessions', () => {
  it('forgets them an hour after their end, to the millisecond, and their names with them', async () => {
    const [early, late] = [session(NOW + HOUR), session(NOW + 2 * HOUR)];
    const accessKey = issueAccessKey(tenant, principalId, undefined, NOW, random);
    await commit(early.write, late.write, accessKey.write);
    expect(await sweep(NOW + 2 * HOUR - 1)).toBe(0);
    expect(await sweep(NOW + 2 * HOUR)).toBe(1);
    expect(await directory.byAccessKey(early.credential.id)).toBeUndefined();
    expect((await directory.byAccessKey(late.credential.id))?.credential.id).toBe(late.credential.id);
    expect(await sweep(NOW + 1000 * HOUR)).toBe(1);
    expect(left()).toBe(1);
    expect(JSON.parse(String(store.entries().at(-1)?.leaf))).toMatchObject({ action: 'sts:ForgetSessions' });
  });

  it('forgets those that were taken back too', async () => {
    const { credential, write } = session(NOW + HOUR);
    await commit(write);
    await commit(suspendCredential(tenant, credential));
    expect(await sweep(NOW + 2 * HOUR)).toBe(1);
  });

  it('forgets those of people an hour after their last end, with what they claimed', async () => {
    const claim = [{ space: 'sign-in-challenge', name: 'used' }];
    const how = { method: 'passkey', isMultiFactor: true, address: '' } as const;
    const opened = openSession(tenant, member, how, DEFAULT_SIGN_IN_SETTINGS, NOW, random, claim);
    await commit(opened.write);
    // Signed out long before: what it claimed stays claimed.
    await commit(suspendCredential(tenant, opened.session));
    expect(await sweep(NOW + 13 * HOUR - 1)).toBe(0);
    expect(store.resolve(claim[0] as RecordName)).toBeDefined();
    expect(await sweep(NOW + 13 * HOUR)).toBe(1);
    expect(store.resolve(claim[0] as RecordName)).toBeUndefined();
    expect(store.list(tenant.tenantId, 'credential', CONSOLE_SCOPE, { limit: 10 })).toEqual([]);
  });

  it('takes many in several commits', async () => {
    const sessions = Array.from({ length: 250 }, (_, i) => session(NOW + i));
    await commit(...sessions.map(({ write }) => write));
    const before = store.entries().length;
    expect(await sweep(NOW + 2 * HOUR)).toBe(250);
    expect(store.entries().length - before).toBe(3);
    expect(left()).toBe(0);
  });

  it('goes on past one that cannot be read, and says so in the end', async () => {
    const [broken, whole] = [session(NOW), session(NOW + 1)];
    await commit(broken.write, whole.write);
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementation((ref) => {
      const record = read(ref);
      return record?.id === broken.credential.id ? { ...record, body: Buffer.from('{}') } : record;
    });
    await expect(sweep(NOW + 2 * HOUR)).rejects.toThrow('1 sessions could not be forgotten');
    expect(left()).toBe(1);
  });

  it('goes on past a tenant that cannot be read, and says so in the end', async () => {
    const barrier = BarrierKey.from(makeBarrierRoot());
    const others = ['a', 'b', 'c'].map((name) => makeTenant(barrier, name, NOW, random));
    for (const other of others)
      await commit(other.write, issueAccessKey(other.tenant, principalId, NOW, NOW, random).write);
    const [first] = store.listNames(SESSIONS.space, { limit: 1 });
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementation((ref) => {
      const record = read(ref);
      return record?.kind === 'tenant' && record.id === first?.tenantId
        ? { ...record, body: Buffer.from('{}') }
        : record;
    });
    const services = { store, directory: new Directory(store, barrier), random };
    await expect(forgetDue(services, SESSIONS, NOW + HOUR)).rejects.toThrow('1 sessions could not be forgotten');
    expect(store.listNames(SESSIONS.space, { limit: 10 }).map(({ tenantId }) => tenantId)).toEqual([first?.tenantId]);
  });

  it('is one of a table that names each space and action once', () => {
    for (const member of ['space', 'action', 'things'] as const)
      expect(new Set(FORGOTTEN.map((what) => what[member])).size).toBe(FORGOTTEN.length);
  });
});
