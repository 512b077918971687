import { beforeEach, describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { changeEntry, DAY, NOW, random } from '../keys/key-space.fixture.ts';
import type { Write } from '../records/commit.ts';
import type { RecordRef } from '../records/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { NotAuthenticError, putBody } from './body.ts';
import {
  isCredentialValid,
  issueAccessKey,
  issueApiKey,
  suspendCredential,
  type IssuedCredential,
} from './credential.ts';
import { Directory } from './directory.ts';
import { makePrincipal, principalRef, type Member } from './principal.ts';
import { makeInstance, makeTenant, type Tenant } from './tenant.ts';

/** A store whose names somebody can change behind its back, and that counts what is read. */
class TamperedStore extends MemoryStore {
  readonly names = new Map<string, RecordRef>();
  reads = 0;

  override read(ref: RecordRef): ReturnType<MemoryStore['read']> {
    this.reads++;
    return super.read(ref);
  }

  override resolve(name: { space: string; name: string }): RecordRef | undefined {
    return this.names.get(`${name.space} ${name.name}`) ?? super.resolve(name);
  }
}

interface House {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly accessKey: IssuedCredential;
  readonly session: IssuedCredential;
  readonly apiKey: IssuedCredential;
}

let store: TamperedStore;
let directory: Directory;
let barrier: BarrierKey;
let acme: House;
let other: House;

async function commit(...writes: Write[]): Promise<void> {
  const tenants = new Set(writes.map((write) => ('put' in write ? write.put.tenantId : write.remove.tenantId)));
  await store.commit({ writes, entries: [...tenants].map(changeEntry) });
}

async function settle(name: string): Promise<House> {
  const { tenant, write } = makeTenant(barrier, name, NOW, random);
  const region = makeInstance(tenant, 'eu-central-1', NOW, random);
  const { member, write: memberWrite } = makePrincipal(tenant, 'alice', ['administrator'], NOW, random);
  const accessKey = issueAccessKey(tenant, member.id, undefined, NOW, random);
  const session = issueAccessKey(tenant, member.id, NOW + DAY, NOW, random);
  const apiKey = issueApiKey(tenant, member.id, NOW, random);
  await commit(write, region.write, memberWrite, accessKey.write, session.write, apiKey.write);
  return { tenant, member, accessKey, session, apiKey };
}

beforeEach(async () => {
  store = new TamperedStore();
  barrier = BarrierKey.from(makeBarrierRoot());
  acme = await settle('acme');
  other = await settle('other');
  directory = new Directory(store, barrier);
});

const idOf = ({ credential }: IssuedCredential) => credential.id;

describe('the directory finds', () => {
  it('tenants by id and account, and regions that were made', async () => {
    expect((await directory.tenant(acme.tenant.tenantId))?.name).toBe('acme');
    expect((await directory.tenantByAccount(other.tenant.accountId))?.name).toBe('other');
    expect((await directory.instance(acme.tenant.tenantId, 'eu-central-1'))?.accountId).toBe(acme.tenant.accountId);
    expect(await directory.instance(acme.tenant.tenantId, 'eu-central-2')).toBeUndefined();
    expect(await directory.instance('nobody', 'eu-central-1')).toBeUndefined();
    expect(await directory.tenantByAccount('000000000000')).toBeUndefined();
  });

  it('who is behind each kind of credential', async () => {
    const proofs = [
      await directory.byAccessKey(idOf(acme.accessKey)),
      await directory.byAccessKey(idOf(acme.session)),
      await directory.byApiKey(acme.apiKey.secret),
    ];
    expect(proofs.map((proof) => proof?.principal.strength)).toEqual(['secret-key', 'session', 'api-key']);
    for (const proof of proofs) {
      expect(proof?.tenant.tenantId).toBe(acme.tenant.tenantId);
      expect(proof?.principal).toMatchObject({ id: acme.member.id, credentialId: proof?.credential.id });
    }
  });

  it('the same name in two tenants as two people', async () => {
    const [ours, theirs] = [
      await directory.byAccessKey(idOf(acme.accessKey)),
      await directory.byAccessKey(idOf(other.accessKey)),
    ];
    expect(ours?.principal.name).toBe(theirs?.principal.name);
    expect(ours?.principal.arn).not.toBe(theirs?.principal.arn);
    expect(ours?.principal.cacheKey).not.toBe(theirs?.principal.cacheKey);
  });

  it('nobody behind what was never issued', async () => {
    expect(await directory.byAccessKey('KSIAAAAAAAAAAAAAAAAA')).toBeUndefined();
    expect(await directory.byAccessKey(idOf(acme.apiKey))).toBeUndefined();
    expect(await directory.byApiKey(Buffer.from('ks_'))).toBeUndefined();
    const nearly = Buffer.from(acme.apiKey.secret);
    nearly[10] = (nearly[10] as number) ^ 1;
    expect(await directory.byApiKey(nearly)).toBeUndefined();
    // A hash that leaked is not a key.
    expect(await directory.byApiKey(Buffer.from(acme.apiKey.credential.apiKeyHash as string))).toBeUndefined();
  });
});

describe('the directory keeps what is true', () => {
  it('and reads nothing anew while nothing changes', async () => {
    await directory.byAccessKey(idOf(acme.accessKey));
    const { reads } = store;
    for (let i = 0; i < 10; i++) await directory.byAccessKey(idOf(acme.accessKey));
    expect(store.reads).toBe(reads);
  });

  it('sees a credential that was taken back at the next look, in every process', async () => {
    const elsewhere = new Directory(store, barrier);
    const before = await elsewhere.byAccessKey(idOf(acme.accessKey));
    expect(before && isCredentialValid(before.credential, NOW)).toBe(true);
    await commit(suspendCredential(acme.tenant, acme.accessKey.credential));
    for (const one of [directory, elsewhere]) {
      const after = await one.byAccessKey(idOf(acme.accessKey));
      expect(after && isCredentialValid(after.credential, NOW)).toBe(false);
    }
    expect((await elsewhere.byAccessKey(idOf(acme.session)))?.credential.state).toBe('active');
  });

  it('finds nobody behind the credentials of a suspended principal, and other policies at once', async () => {
    const put = (fields: Partial<Member>, revision: number) => {
      const { id, tenantId, revision: _, ...body } = acme.member;
      return putBody(acme.tenant.tenantKey.records, principalRef(tenantId, id), revision, { ...body, ...fields });
    };
    const before = await directory.byApiKey(acme.apiKey.secret);
    await commit(put({ policies: ['user'] }, 1));
    const after = await directory.byApiKey(acme.apiKey.secret);
    expect(after?.principal.cacheKey).not.toBe(before?.principal.cacheKey);
    expect(after?.principal.policies).not.toEqual(before?.principal.policies);
    await commit(put({ state: 'suspended' }, 2));
    expect(await directory.byApiKey(acme.apiKey.secret)).toBeUndefined();
    expect(await directory.byAccessKey(idOf(acme.session))).toBeUndefined();
  });

  it('finds a region as soon as it is made', async () => {
    expect(await directory.instance(acme.tenant.tenantId, 'us-east-1')).toBeUndefined();
    await commit(makeInstance(acme.tenant, 'us-east-1', NOW, random).write);
    expect((await directory.instance(acme.tenant.tenantId, 'us-east-1'))?.region).toBe('us-east-1');
    expect(await directory.instance(other.tenant.tenantId, 'us-east-1')).toBeUndefined();
  });
});

describe('names that somebody changed prove nothing', () => {
  const credential = ({ tenant }: House, issued: IssuedCredential): RecordRef => ({
    tenantId: tenant.tenantId,
    kind: 'credential',
    id: idOf(issued),
  });

  it('an access key id that leads to another credential', async () => {
    store.names.set(`access-key ${idOf(acme.accessKey)}`, credential(other, other.accessKey));
    expect(await directory.byAccessKey(idOf(acme.accessKey))).toBeUndefined();
  });

  it('the hash of an API key that leads to another credential', async () => {
    const hash = acme.apiKey.credential.apiKeyHash as string;
    for (const ref of [credential(other, other.apiKey), credential(other, other.accessKey)]) {
      store.names.set(`api-key ${hash}`, ref);
      expect(await new Directory(store, barrier).byApiKey(acme.apiKey.secret)).toBeUndefined();
    }
  });

  it('a name that leads to a record of another kind', async () => {
    store.names.set('access-key x', { ...principalRef(acme.tenant.tenantId, acme.member.id) });
    expect(await directory.byAccessKey('x')).toBeUndefined();
  });

  it('an account that leads to another tenant', async () => {
    const { tenantId } = other.tenant;
    store.names.set(`account ${acme.tenant.accountId}`, { tenantId: 'installation', kind: 'tenant', id: tenantId });
    await expect((async () => directory.tenantByAccount(acme.tenant.accountId))()).rejects.toThrow(NotAuthenticError);
  });
});
