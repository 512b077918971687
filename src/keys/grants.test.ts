import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConflictError } from '../records/ports.ts';
import type { RecordName, Write } from '../records/commit.ts';
import type { StoredRecord } from '../records/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { createGrant, type CreatedGrant, type NewGrant } from './create-grant.ts';
import { GrantCache } from './grant-cache.ts';
import { GRANT_OPERATION_NAMES, isOperationOf, type GrantOperation } from './grant-operations.ts';
import { ACCOUNT, grantOn, USER } from './grant.fixture.ts';
import { isWithin } from './grant-reach.ts';
import { granteeSpace, grantRef, grantScope, putGrant, readGrant, removeGrant, sameGrantName } from './grant-record.ts';
import { makeGrantToken, openGrantToken, tenantOfGrantToken } from './grant-token.ts';
import { isParty, partyNamesOf, type ContextPairs, type GrantConstraints } from './grant.ts';
import { changeEntry, codeOf, inRegion, makeSpace, newKey, NOW, random, TENANT } from './key-space.fixture.ts';
import { KEY_SPECS } from '../crypto/key-spec.ts';
import type { Key } from './key.ts';
import { OpenKey } from './open-key.ts';

const space = makeSpace();
const key = newKey(space);
const party = `principal:${USER}`;

let store: MemoryStore;
let cache: GrantCache;

/** In parts: an entry has room for the account of some 300 records. */
async function commit(...writes: Write[]): Promise<void> {
  for (let i = 0; i < writes.length; i += 200) {
    await store.commit({ writes: writes.slice(i, i + 200), entries: [changeEntry(TENANT)] });
  }
}

beforeEach(() => {
  store = new MemoryStore();
  cache = new GrantCache(store);
});

describe('the record of a grant', () => {
  const grant = grantOn(key, {
    name: 'n',
    retiring: { type: 'service', name: 'a.b.com' },
    constraints: { encryptionContextSubset: [['__proto__', '1']], sourceArn: 'arn:aws:s3:eu:123456789012:x' },
  });

  it('is read back as it was written', () => {
    expect(readGrant(space.tenantKey, putGrant(space.tenantKey, grant).put)).toEqual(grant);
  });

  it.each<[string, Partial<StoredRecord>]>([
    ['another key', { scope: `${key.region}/00000000-0000-4000-8000-000000000000` }],
    ['another id', { id: 'f'.repeat(64) }],
    ['another revision', { revision: 2 }],
    ['another kind', { kind: 'key' }],
    ['another body', { body: Buffer.from('{}') }],
  ])('is refused under %s', (_, change) => {
    const { put } = putGrant(space.tenantKey, grant);
    expect(codeOf(() => readGrant(space.tenantKey, { ...put, ...change }))).toBe('record-not-authentic');
  });

  it('is refused under the keys of another tenant, and not written under them', () => {
    const other = makeSpace('22222222-2222-4222-8222-222222222222');
    const { put } = putGrant(space.tenantKey, grant);
    expect(codeOf(() => readGrant(other.tenantKey, put))).toBe('record-not-authentic');
    expect(() => putGrant(other.tenantKey, grant)).toThrow(TypeError);
  });
});

describe('a grant is found', () => {
  it('by its grantee: those of the key alone, over more than one page', async () => {
    const grants = Array.from({ length: 1001 }, () => grantOn(key));
    const others = [
      grantOn(key, { grantee: { type: 'principal', name: `${USER}2` } }),
      grantOn(key, { grantee: { type: 'service', name: USER } }),
      grantOn({ ...key, id: '00000000-0000-4000-8000-000000000000' }),
      grantOn({ ...key, region: 'us-east-1' }),
    ];
    await commit(...[...grants, ...others].map((grant) => putGrant(space.tenantKey, grant)));
    const found = await cache.ofGrantee(space, key, party);
    expect(found.map(({ id }) => id)).toEqual(grants.map(({ id }) => id).toSorted());
  });

  it('no more from the moment when it is revoked, in every process', async () => {
    const other = new GrantCache(store);
    const grant = grantOn(key);
    await commit(putGrant(space.tenantKey, grant));
    for (const each of [cache, other]) {
      expect(await each.find(space, grant.id)).toEqual(grant);
      expect(await each.ofGrantee(space, key, party)).toEqual([grant]);
    }
    await commit(removeGrant(grant));
    for (const each of [cache, other]) {
      expect(await each.find(space, grant.id)).toBeUndefined();
      expect(await each.ofGrantee(space, key, party)).toEqual([]);
    }
  });

  it('no more by a name that somebody has put back into the database', async () => {
    const grant = grantOn(key);
    await commit(putGrant(space.tenantKey, grant));
    const names = store.listNames(granteeSpace(key, party), { limit: 10 });
    expect(await cache.ofGrantee(space, key, party)).toEqual([grant]);
    await commit(removeGrant(grant));
    store.listNames = () => names;
    expect(await cache.ofGrantee(space, key, party)).toEqual([]);
  });

  it('by no name that is not its own', async () => {
    const grant = grantOn(key, { grantee: { type: 'principal', name: `${USER}2` } });
    const claimed = putGrant(space.tenantKey, grant);
    // As somebody would who can write to the database but has no key.
    const forged: RecordName[] = [
      { space: granteeSpace(key, party), name: grant.id },
      sameGrantName(grantOn(key, { name: 'x' })),
    ];
    await commit({ ...claimed, claim: [...(claimed.claim ?? []), ...forged] });
    await expect(cache.ofGrantee(space, key, party)).rejects.toMatchObject({ code: 'record-not-authentic' });
    const named = async () => cache.byName(space, forged[1] as RecordName);
    await expect(named()).rejects.toMatchObject({ code: 'record-not-authentic' });
  });
});

describe('the limit of a key', () => {
  const wanted: NewGrant = {
    grantee: { type: 'principal', name: USER },
    issuingAccountId: ACCOUNT,
    operations: ['Encrypt'],
    constraints: {},
  };
  const create = async (limited: GrantCache) => createGrant(limited, new OpenKey(key, space), wanted, NOW, random);
  /** As the pipeline does. */
  const keep = async ({ writes, rooms = [] }: CreatedGrant) =>
    store.commit({ writes, rooms: rooms.map(({ room }) => room), entries: [changeEntry(TENANT)] });

  it('holds to the grant, and counts only where it could be near', async () => {
    let counts = 0;
    const count = store.count.bind(store);
    store.count = (...of) => (counts++, count(...of));
    const limited = new GrantCache(store, 200);
    for (let made = 0; made < 200; made++) await keep(await create(limited));
    await expect(create(limited)).rejects.toMatchObject({ code: 'grant-limit' });
    expect(counts).toBeLessThan(70);
    const [first] = store.list(TENANT, 'grant', grantScope(key), { limit: 1 });
    await commit(removeGrant(readGrant(space.tenantKey, first as StoredRecord)));
    await keep(await create(limited));
    await expect(create(limited)).rejects.toMatchObject({ code: 'grant-limit' });
  });

  it('is told of what other processes made, and holds where several ask at once', async () => {
    const [limited, other] = [new GrantCache(store, 3), new GrantCache(store, 3)];
    await keep(await create(limited));
    const asked = await Promise.all([create(limited), create(other), create(other)]);
    expect(asked.map(({ rooms }) => rooms?.length)).toEqual([1, 1, 1]);
    const kept = await Promise.allSettled(asked.map(keep));
    expect(kept.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await expect(create(limited)).rejects.toMatchObject({ code: 'grant-limit' });
  });

  it('leaves a name to one of two that ask at once', async () => {
    const both = await Promise.all(
      [1, 2].map(async () => createGrant(cache, new OpenKey(key, space), { ...wanted, name: 'n' }, NOW, random)),
    );
    const [first, second] = both.map(({ writes }) => commit(...writes));
    await first;
    await expect(second).rejects.toThrow(ConflictError);
  });
});

describe('a grant token', () => {
  const grant = grantOn(key);
  const name = { tenantId: grant.tenantId, region: grant.region, keyId: grant.keyId, id: grant.id };

  it('names its grant, in another spelling each time, as good as the one before', () => {
    const tokens = [1, 2].map(() => makeGrantToken(space.tenantKey, grant, random));
    expect(tokens[0]).not.toBe(tokens[1]);
    for (const token of tokens) {
      expect(tenantOfGrantToken(token)).toBe(TENANT);
      expect(openGrantToken(space.tenantKey, token)).toEqual(name);
      expect(token).toMatch(/^[\w-]{1,400}$/);
    }
  });

  it('is refused with one bit changed, cut, lengthened, spelt otherwise, or of another tenant', () => {
    const token = makeGrantToken(space.tenantKey, grant, random);
    const bytes = Buffer.from(token, 'base64url');
    const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return copy.toString('base64url');
    });
    const cut = Array.from({ length: token.length }, (_, length) => token.slice(0, length));
    for (const bad of [...flipped, ...cut, `${token}A`, `${token}=`, ` ${token}`, `${token}\n`]) {
      expect(codeOf(() => openGrantToken(space.tenantKey, bad))).toBe('grant-token-invalid');
    }
    const other = makeSpace('22222222-2222-4222-8222-222222222222');
    expect(codeOf(() => openGrantToken(other.tenantKey, token))).toBe('grant-token-invalid');
    // The same tenant elsewhere reads it: which region it names is for the caller to compare.
    expect(openGrantToken(inRegion(space.tenantKey, 'us-east-1').tenantKey, token)).toEqual(name);
  });
});

describe('what a key can do by a grant', () => {
  const SYMMETRIC =
    'Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext';
  const ANY = 'CreateGrant RetireGrant DescribeKey';
  it.each([
    ['aes-256', 'encrypt-decrypt', SYMMETRIC],
    ['rsa-2048', 'encrypt-decrypt', 'Decrypt Encrypt ReEncryptFrom ReEncryptTo GetPublicKey'],
    ['rsa-2048', 'sign-verify', 'Sign Verify GetPublicKey'],
    ['ec-p256', 'sign-verify', 'Sign Verify GetPublicKey'],
    ['ec-p256', 'key-agreement', 'DeriveSharedSecret GetPublicKey'],
    ['ed25519', 'sign-verify', 'Sign Verify GetPublicKey'],
    ['hmac-256', 'generate-verify-mac', 'GenerateMac VerifyMac'],
    ['ml-dsa-44', 'sign-verify', 'Sign Verify GetPublicKey'],
    ['ml-kem-512', 'encapsulate-decapsulate', 'Encapsulate Decapsulate GetPublicKey'],
  ] as const)('%s for %s', (name, usage, operations) => {
    const spec = KEY_SPECS.find((row) => row.name === name) as Key['spec'];
    const fitting = GRANT_OPERATION_NAMES.filter((operation) => isOperationOf({ spec, usage }, operation));
    expect(fitting.toSorted()).toEqual(`${operations} ${ANY}`.split(' ').toSorted());
  });
});

describe('whom a grant means', () => {
  const role = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`, accountId: ACCOUNT, policies: [] };
  const session = { ...role, names: [`arn:aws:iam::${ACCOUNT}:role/r`] };

  it.each([
    ['the session itself', { type: 'principal', name: role.arn }, true],
    ['the role that it assumed', { type: 'principal', name: `arn:aws:iam::${ACCOUNT}:role/r` }, true],
    ['another session of the role', { type: 'principal', name: `${role.arn}2` }, false],
    ['the account as a whole', { type: 'principal', name: `arn:aws:iam::${ACCOUNT}:root` }, false],
    ['a service of the same name', { type: 'service', name: role.arn }, false],
  ] as const)('%s', (_, named, is) => {
    expect(isParty(named, session)).toBe(is);
  });

  it('is looked for under all its names, and its account, and no other', () => {
    const account = `principal:arn:aws:iam::${ACCOUNT}:root`;
    const names = [`principal:${role.arn}`, `principal:arn:aws:iam::${ACCOUNT}:role/r`, account];
    expect(partyNamesOf(session)).toEqual(names);
    expect(partyNamesOf({ ...session, service: 's.com' })).toEqual([...names, 'service:s.com']);
    expect(partyNamesOf({ arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, policies: [] })).toEqual([account]);
  });
});

describe('a grant within another', () => {
  const within = (own: GrantConstraints, other: GrantConstraints, ops = ['Encrypt'] as GrantOperation[]) =>
    isWithin({ operations: ops, constraints: own }, { operations: ['Encrypt', 'Decrypt'], constraints: other });
  const A: ContextPairs = [['A', '1']];
  const AB: ContextPairs = [
    ['a', '1'],
    ['b', '2'],
  ];

  it.each<[boolean, GrantConstraints, GrantConstraints]>([
    [true, {}, {}],
    [true, { encryptionContextEquals: A }, {}],
    [false, {}, { encryptionContextEquals: A }],
    [true, { encryptionContextEquals: [['a', '1']] }, { encryptionContextEquals: A }],
    [false, { encryptionContextSubset: A }, { encryptionContextEquals: A }],
    [false, { encryptionContextEquals: AB }, { encryptionContextEquals: A }],
    [false, { encryptionContextEquals: [['a', '2']] }, { encryptionContextEquals: A }],
    [true, { encryptionContextEquals: AB }, { encryptionContextSubset: A }],
    [true, { encryptionContextSubset: AB }, { encryptionContextSubset: A }],
    [false, { encryptionContextSubset: A }, { encryptionContextSubset: AB }],
    [false, {}, { sourceArn: 'x' }],
    [false, { sourceArn: 'y' }, { sourceArn: 'x' }],
    [true, { sourceArn: 'x', encryptionContextSubset: A }, { sourceArn: 'x' }],
  ])('%s: %j in %j', (expected, own, other) => {
    expect(within(own, other)).toBe(expected);
  });

  it('has no operation that the other has not', () => {
    expect(within({}, {}, ['Encrypt', 'DescribeKey'])).toBe(false);
  });

  it('allows no request that the other refuses', () => {
    const text = fc.constantFrom('a', 'A', 'b', 'c');
    const context = fc.uniqueArray(fc.tuple(text, fc.constantFrom('1', '2')), {
      selector: ([name]) => name.toLowerCase(),
    });
    const constraints = fc.record(
      { encryptionContextEquals: context, encryptionContextSubset: context },
      { requiredKeys: [] },
    );
    const allows = (
      { encryptionContextEquals: e, encryptionContextSubset: s }: GrantConstraints,
      request: ContextPairs,
    ) => {
      const given = new Map(request.map(([name, value]) => [name.toLowerCase(), value]));
      const has = (pairs: ContextPairs) => pairs.every(([name, value]) => given.get(name.toLowerCase()) === value);
      return (e === undefined || (e.length === given.size && has(e))) && (s === undefined || has(s));
    };
    fc.assert(
      fc.property(constraints, constraints, context, (own, other, request) => {
        expect(within(own, other) && allows(own, request) && !allows(other, request)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

it('grants lie under the tenant that owns their key', () => {
  expect(putGrant(space.tenantKey, grantOn(key)).put).toMatchObject({
    ...grantRef(TENANT, expect.any(String) as string),
    scope: `${key.region}/${key.id}`,
  });
});
