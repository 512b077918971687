import { beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from '../access/evaluate.ts';
import { parsePolicy } from '../access/policy.ts';
import type { Principal } from '../identity/principal.ts';
import { GrantCache } from '../keys/grant-cache.ts';
import { ACCOUNT, grantOn, USER } from '../keys/grant.fixture.ts';
import { putGrant } from '../keys/grant-record.ts';
import type { Grant } from '../keys/grant.ts';
import { changeEntry, makeSpace, newKey, TENANT } from '../keys/key-space.fixture.ts';
import { OpenKey } from '../keys/open-key.ts';
import { MemoryStore } from '../store/memory.ts';
import { grantedBy, type Granted } from './granted.ts';

const space = makeSpace();
const key = newKey(space);
const open = new OpenKey(key, space);
const NOBODY = parsePolicy('{"Version":"2012-10-17","Statement":[]}', 'key');
const SOURCE = 'arn:aws:s3:eu-central-1:123456789012:bucket';

let store: MemoryStore;
let granted: Granted;

beforeEach(() => {
  store = new MemoryStore();
  granted = grantedBy(new GrantCache(store), store);
});

async function give(more: Partial<Grant>): Promise<void> {
  const writes = [putGrant(space.tenantKey, grantOn(key, more))];
  await store.commit({ writes, entries: [changeEntry(TENANT)] });
}

const user: Principal = {
  tenantId: TENANT,
  accountId: ACCOUNT,
  kind: 'user',
  id: 'u',
  name: 'u',
  arn: USER,
  policies: [],
  credentialId: 'c',
  strength: 'secret-key',
  cacheKey: 'u@1',
};
const session: Principal = {
  ...user,
  kind: 'role',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`,
  names: [`arn:aws:iam::${ACCOUNT}:role/r`],
};
const service: Principal = { ...user, kind: 'service', arn: 'backup.example.com', service: 'backup.example.com' };
const mayEncrypt = parsePolicy('{"Statement":{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}}', 'identity');

/** Whether the grants alone allow a principal an operation. */
async function may(
  principal: Principal,
  operation: string,
  context: Readonly<Record<string, string>> = {},
  sourceArn?: string,
): Promise<boolean> {
  return evaluate({
    subject: principal,
    action: `kms:${operation}`,
    resource: 'arn:aws:kms:eu-central-1:123456789012:key/k',
    key: { accountId: ACCOUNT, policy: NOBODY },
    grants: await granted.find(open, principal),
    context: {
      values: (name) => (name === 'aws:sourcearn' && sourceArn !== undefined ? [sourceArn] : undefined),
      encryptionContext: new Map(Object.entries(context)),
    },
  }).allowed;
}

describe('what grants give', () => {
  it('is what they name, to whom they name', async () => {
    await give({ operations: ['Encrypt', 'DescribeKey'] });
    expect([await may(user, 'Encrypt'), await may(user, 'DescribeKey'), await may(user, 'Decrypt')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await may({ ...user, arn: `${USER}2` }, 'Encrypt')).toBe(false);
    expect(await may(session, 'Encrypt')).toBe(false);
  });

  it.each([session.arn, `arn:aws:iam::${ACCOUNT}:role/r`])('goes to a session by the name %s', async (name) => {
    await give({ grantee: { type: 'principal', name } });
    expect([await may(session, 'Encrypt'), await may(user, 'Encrypt')]).toEqual([true, false]);
  });

  it('to an account as a whole goes to those whom its own policies allow it', async () => {
    await give({ grantee: { type: 'principal', name: `arn:aws:iam::${ACCOUNT}:root` } });
    expect(await may(user, 'Encrypt')).toBe(false);
    expect(await may({ ...user, policies: [mayEncrypt] }, 'Encrypt')).toBe(true);
    const root: Principal = { ...user, kind: 'root', arn: `arn:aws:iam::${ACCOUNT}:root` };
    expect(await may(root, 'Encrypt')).toBe(true);
  });

  it('to a service is bound to the resource on whose behalf it asks', async () => {
    await give({ grantee: { type: 'service', name: 'backup.example.com' }, constraints: { sourceArn: SOURCE } });
    expect(await may(service, 'Encrypt', {}, SOURCE)).toBe(true);
    expect(await may(service, 'Encrypt', {}, `${SOURCE}2`)).toBe(false);
    expect(await may(service, 'Encrypt')).toBe(false);
    expect(await may({ ...service, service: 'other.example.com' }, 'Encrypt', {}, SOURCE)).toBe(false);
    expect(await may({ ...user, arn: 'backup.example.com' }, 'Encrypt', {}, SOURCE)).toBe(false);
  });

  it('under a constraint about the context holds for operations that have one, and leaves the others be', async () => {
    const constraints = { encryptionContextEquals: [['a', '1']] } as const;
    await give({ operations: ['Encrypt', 'DescribeKey', 'CreateGrant', 'RetireGrant'], constraints });
    expect([await may(user, 'Encrypt', { A: '1' }), await may(user, 'Encrypt', { a: '1', b: '2' })]).toEqual([
      true,
      false,
    ]);
    expect([await may(user, 'DescribeKey'), await may(user, 'CreateGrant')]).toEqual([true, true]);
    // Who retires a grant is not decided here.
    expect(await may(user, 'RetireGrant')).toBe(false);
  });

  it('must all come from one grant: what one constrains another does not complete', async () => {
    await give({ operations: ['Encrypt'], constraints: { encryptionContextSubset: [['a', '1']] } });
    await give({ operations: ['Encrypt'], constraints: { encryptionContextSubset: [['b', '2']] } });
    expect([await may(user, 'Encrypt', { a: '1' }), await may(user, 'Encrypt', { b: '2' })]).toEqual([true, true]);
    expect(await may(user, 'Encrypt', { a: '2', b: '1' })).toBe(false);
  });

  it('is looked for once for each state of the store', async () => {
    let lists = 0;
    const listNames = store.listNames.bind(store);
    store.listNames = (...of) => (lists++, listNames(...of));
    await give({});
    for (let i = 0; i < 5; i++) expect(await may(user, 'Encrypt')).toBe(true);
    // Under the two names of the user: its own, and its account's.
    expect(lists).toBe(2);
    await give({ operations: ['Decrypt'] });
    expect([await may(user, 'Decrypt'), lists]).toEqual([true, 4]);
  });
});
