import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { changeEntry, NOW, random } from '../keys/key-space.fixture.ts';
import type { Write } from '../records/commit.ts';
import { MemoryStore } from '../store/memory.ts';
import { issueAccessKey, suspendCredential, type Credential, type Issue } from './credential.ts';
import { Directory } from './directory.ts';
import { makePrincipal, putPrincipal, type Member } from './principal.ts';
import { makeRole, putRole, revocationsOf, withoutSessions, type Role } from './role.ts';
import { signingOf } from './signing.ts';
import { makeTenant, type Tenant } from './tenant.ts';

const TRUST = '{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}';
const END = NOW + 1e9;

/** A credential as somebody keeps account of it who knows nothing of records. */
interface Told {
  credential: Credential;
  isOff: boolean;
  readonly user?: number;
  readonly role?: number;
  readonly openedAt: number;
  /** The credential at the bottom. */
  readonly source?: Told;
}

class House {
  readonly store = new MemoryStore();
  readonly tenant: Tenant;
  readonly directory: Directory;
  readonly users: { member: Member; state: Member['state'] }[] = [];
  readonly roles: { role: Role; isDeleted: boolean; revokedAt: number }[] = [];
  readonly told: Told[] = [];
  /** What happened before what, whatever the clock says. */
  step = 0;
  now = NOW;

  constructor() {
    const barrier = BarrierKey.from(makeBarrierRoot());
    const { tenant, write } = makeTenant(barrier, 'acme', NOW, random);
    this.tenant = tenant;
    this.commit(write);
    this.directory = new Directory(this.store, barrier);
    for (const name of ['anna', 'bert']) {
      const made = makePrincipal(tenant, name, ['user'], NOW, random);
      this.commit(made.write);
      this.users.push({ member: made.member, state: 'active' });
      this.issue(made.member.id, undefined, {}, { user: this.users.length - 1 });
    }
    for (const name of ['read', 'write']) {
      const made = makeRole(tenant, { name, description: '', trust: TRUST, maxSessionSeconds: 3600 }, NOW, random);
      this.commit(made.write);
      this.roles.push({ role: made.role, isDeleted: false, revokedAt: -1 });
    }
  }

  commit(write: Write): void {
    // In memory a commit is done when it returns.
    void this.store.commit({ writes: [write], entries: [changeEntry('put' in write ? write.put.tenantId : '')] });
  }

  issue(id: string, endMs: number | undefined, issue: Issue, told: Pick<Told, 'user' | 'role' | 'source'>): void {
    const made = issueAccessKey(this.tenant, id, endMs, this.now, random, issue);
    this.commit(made.write);
    this.told.push({ credential: made.credential, isOff: false, openedAt: this.step, ...told });
  }

  open(by: Told, role: number | undefined): void {
    const source = by.source ?? by;
    const session = {
      source: { tenantId: this.tenant.tenantId, credentialId: source.credential.id },
      openedBy: 'x',
      name: 'ss',
      ...(role !== undefined && { revocations: revocationsOf(this.roles[role]!.role) }),
    };
    if (role === undefined) {
      const { user = 0 } = source;
      this.issue(this.users[user]!.member.id, END, { session }, { user, source });
    } else this.issue(this.roles[role]!.role.id, END, { session, holder: 'role' }, { role, source });
  }

  putUser(index: number, state: Member['state']): void {
    const user = this.users[index]!;
    if (user.state === 'deleted') return;
    const { member, write } = putPrincipal(this.tenant, { ...user.member, state });
    this.commit(write);
    this.users[index] = { member, state };
  }

  putRole(index: number, change: 'revoke' | 'delete'): void {
    const before = this.roles[index]!;
    if (before.isDeleted) return;
    const after =
      change === 'revoke' ? withoutSessions(before.role, this.now) : { ...before.role, state: 'deleted' as const };
    const { role, write } = putRole(this.tenant, after);
    this.commit(write);
    this.roles[index] = {
      role,
      isDeleted: change === 'delete',
      revokedAt: change === 'revoke' ? this.step : before.revokedAt,
    };
  }

  suspend(told: Told): void {
    if (told.isOff) return;
    const write = suspendCredential(this.tenant, told.credential);
    this.commit(write);
    told.isOff = true;
  }

  /** The rules as a person would say them. */
  shouldProve(told: Told): boolean {
    if (told.isOff) return false;
    if (told.user !== undefined && this.users[told.user]?.state !== 'active') return false;
    const role = told.role === undefined ? undefined : this.roles[told.role];
    if (role && (role.isDeleted || told.openedAt <= role.revokedAt)) return false;
    return told.source === undefined || this.shouldProve(told.source);
  }

  async proves({ credential }: Told): Promise<boolean> {
    const proof = await this.directory.byAccessKey(credential.id);
    return proof !== undefined && signingOf(proof) !== undefined;
  }
}

const pick = fc.nat({ max: 1 });
const step = fc.oneof(
  fc.record({ do: fc.constant('open' as const), by: fc.nat(), role: fc.option(pick, { nil: undefined }) }),
  fc.record({ do: fc.constant('open' as const), by: fc.nat(), role: pick }),
  fc.record({
    do: fc.constant('user' as const),
    index: pick,
    state: fc.constantFrom('suspended' as const, 'active' as const),
  }),
  fc.record({ do: fc.constant('user' as const), index: pick, state: fc.constant('deleted' as const) }),
  fc.record({
    do: fc.constant('role' as const),
    index: pick,
    change: fc.constantFrom('revoke' as const, 'delete' as const),
  }),
  fc.record({ do: fc.constant('suspend' as const), by: fc.nat() }),
);

/** Steps by a clock that also stands still and steps back. */
const timed = fc.tuple(step, fc.integer({ min: -3, max: 3 })).map(([one, tickMs]) => ({ ...one, tickMs }));

it('a credential proves its holder exactly as long as all that it stands on does, whatever happens in between', async () => {
  let proven = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(timed, { minLength: 4, maxLength: 24 }), async (steps) => {
      const house = new House();
      for (const one of steps) {
        house.step++;
        house.now += one.tickMs;
        const by = 'by' in one ? house.told[one.by % house.told.length]! : undefined;
        if (one.do === 'open') house.open(by!, one.role);
        else if (one.do === 'user') house.putUser(one.index, one.state);
        else if (one.do === 'role') house.putRole(one.index, one.change);
        else house.suspend(by!);
        for (const told of house.told) {
          const should = house.shouldProve(told);
          if (should) proven++;
          else refused++;
          expect(await house.proves(told)).toBe(should);
        }
      }
    }),
    { numRuns: 150 },
  );
  // Neither outcome was rare.
  expect(Math.min(proven, refused)).toBeGreaterThan(1_000);
});
