import { describe, expect, it } from 'vitest';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import { UnwrapError } from '../crypto/wrapped-secret.ts';
import { createKey } from '../keys/create.ts';
import { countingRandom, DAY, GENERATED, NOW, random } from '../keys/key-space.fixture.ts';
import { readKey } from '../keys/key-record.ts';
import type { StoredRecord } from '../records/record.ts';
import { NotAuthenticError } from './body.ts';
import {
  hashOfToken,
  isCredentialValid,
  issueAccessKey,
  issueApiKey,
  openSecret,
  readCredential,
  suspendCredential,
  type Credential,
} from './credential.ts';
import { makePrincipal, principalOf, PRINCIPAL_NAME, readPrincipal } from './principal.ts';
import { BUILT_IN_POLICIES, isBuiltInPolicy } from './built-in-policies.ts';
import { deleteInstance, makeInstance, makeTenant, readInstance, readTenant, REGION, type Instance } from './tenant.ts';

const barrier = BarrierKey.from(makeBarrierRoot());
const acme = makeTenant(barrier, 'acme', NOW, random);
const other = makeTenant(barrier, 'other', NOW, random);
const alice = makePrincipal(acme.tenant, 'alice', ['administrator'], NOW, random);
const region = makeInstance(acme.tenant, 'eu-central-1', NOW, random);
const accessKey = issueAccessKey(acme.tenant, alice.member.id, undefined, NOW, random);
const session = issueAccessKey(acme.tenant, alice.member.id, NOW + DAY, NOW, random);
const apiKey = issueApiKey(acme.tenant, alice.member.id, NOW, random);

type Signing = Credential & { secret: string };

describe('round trips', () => {
  it('of a tenant, and its keys are the same', () => {
    const again = readTenant(barrier, acme.write.put);
    expect({ ...again, tenantKey: 0 }).toEqual({ ...acme.tenant, tenantKey: 0 });
    expect(readPrincipal(again, alice.write.put)).toEqual(alice.member);
    expect(again.accountId).toMatch(/^[1-9]\d{11}$/);
  });

  it('of a region, and it opens what was made in it', () => {
    const again = readInstance(acme.tenant, region.write.put) as Instance;
    expect({ ...again, tenantKey: 0, instanceKey: 0 }).toEqual({ ...region.instance, tenantKey: 0, instanceKey: 0 });
    const binding = ['import-key', 't', 'r', 'k', 'id', 'a'] as const;
    const wrapped = region.instance.instanceKey.wrap(binding, Buffer.from('secret'), random);
    expect(again.instanceKey.unwrap(binding, wrapped).toString()).toBe('secret');
  });

  it('of a region that was deleted: nothing opens what was made in it, and the next is another instance', () => {
    const closing = deleteInstance(region.instance, NOW + 1);
    expect(readInstance(acme.tenant, closing.put)).toBeUndefined();
    expect(closing.put).toMatchObject({ revision: 2, scope: 'deleted' });
    expect(closing.put.body.toString()).not.toContain('instanceKey');
    const next = makeInstance(acme.tenant, region.instance.region, NOW + 2, random, closing.put.revision);
    expect(next.instance).toMatchObject({ revision: 3 });
    expect(readInstance(acme.tenant, next.write.put)).toMatchObject({ instanceId: next.instance.instanceId });
    expect(next.instance.instanceId).not.toBe(region.instance.instanceId);
  });

  it.each([
    ['an access key', accessKey],
    ['a session', session],
    ['an API key', apiKey],
  ])('of %s', (_, { credential, write }) => {
    expect(readCredential(acme.tenant, write.put)).toEqual(credential);
  });

  it('of the secrets that sign', () => {
    for (const { credential, secret } of [accessKey, session]) {
      expect(openSecret(acme.tenant, credential as Signing)).toEqual(secret);
    }
  });
});

describe('accounts', () => {
  it('have 12 digits and no leading zero, from the lowest number to the highest', () => {
    const accountOf = (fill: number) => {
      const fixed = (length: number) => Buffer.alloc(length, fill);
      return makeTenant(barrier, 'x', NOW, fixed).tenant.accountId;
    };
    expect(accountOf(0)).toBe('100000000000');
    for (let fill = 0; fill < 256; fill++) expect(accountOf(fill)).toMatch(/^[1-9]\d{11}$/);
  });

  it.each([
    ['us-east-1', true],
    ['eu-de', true],
    ['us-gov-west-1', true],
    ['US-EAST-1', false],
    ['us', false],
    ['us-east-1\n', false],
    ['../us-east-1', false],
    ['us-east-', false],
    ['', false],
  ])('a region %j: %s', (name, isRegion) => expect(REGION.test(name)).toBe(isRegion));

  it.each([
    ['alice', true],
    ['a+b=c,d.e@f-g_h', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['a:b', false],
    ['a/b', false],
    ['a*', false],
    ['ali\u0441e', false],
    ['alice\n', false],
  ])('a name %j: %s', (name, isName) => expect(PRINCIPAL_NAME.test(name)).toBe(isName));

  it.each(['administrator', 'user', 'operator'])('%s is a built-in policy', (name) =>
    expect(isBuiltInPolicy(name)).toBe(true),
  );
  it.each(['', 'root', 'Administrator', '__proto__', 'constructor'])('%j is no built-in policy', (name) =>
    expect(isBuiltInPolicy(name)).toBe(false),
  );
});

describe('credentials', () => {
  it('have ids that look like what they are, and differ', () => {
    const ids = Array.from(
      { length: 200 },
      () => issueAccessKey(acme.tenant, 'p', undefined, NOW, random).credential.id,
    );
    for (const id of ids) expect(id).toMatch(/^KSIA[A-Z2-7]{16}$/);
    expect(new Set(ids).size).toBe(200);
    expect(session.credential.id).toMatch(/^KSSA[A-Z2-7]{16}$/);
  });

  it('have secrets of 240 and 256 random bits, never drawn from the source of salts', () => {
    expect(accessKey.secret.toString()).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(session.secret.toString()).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(session.sessionToken?.toString()).toMatch(/^[A-Za-z0-9+/]{64}$/);
    expect(apiKey.secret.toString()).toMatch(/^ks_[A-Za-z0-9_-]{43}$/);
    const same = () => countingRandom('same');
    expect(issueApiKey(acme.tenant, 'p', NOW, same()).secret).not.toEqual(
      issueApiKey(acme.tenant, 'p', NOW, same()).secret,
    );
  });

  it('are found by names that tell nothing', () => {
    expect(accessKey.write.claim).toEqual([{ space: 'access-key', name: accessKey.credential.id }]);
    expect(apiKey.write.claim).toEqual([{ space: 'api-key', name: hashOfToken(apiKey.secret) }]);
    expect(session.credential.sessionTokenHash).toBe(hashOfToken(session.sessionToken as Buffer));
    expect(accessKey.sessionToken).toBeUndefined();
  });

  it('are valid until they expire or are taken back', () => {
    expect(isCredentialValid(accessKey.credential, Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(isCredentialValid(session.credential, NOW + DAY - 1)).toBe(true);
    expect(isCredentialValid(session.credential, NOW + DAY)).toBe(false);
    for (const { credential } of [accessKey, session, apiKey]) {
      const { put } = suspendCredential(acme.tenant, credential);
      const suspended = readCredential(acme.tenant, put);
      expect(suspended).toEqual({ ...credential, state: 'suspended', revision: 2 });
      expect(isCredentialValid(suspended, NOW)).toBe(false);
    }
  });

  it('of one id do not open the secret of another', () => {
    const moved = { ...accessKey.credential, id: session.credential.id } as Signing;
    expect(() => openSecret(acme.tenant, moved)).toThrow(UnwrapError);
    expect(() => openSecret(other.tenant, accessKey.credential as Signing)).toThrow(UnwrapError);
  });

  it('leave no secret in their records', () => {
    const records = [accessKey, session, apiKey].map(({ write }) => write.put.body.toString('latin1'));
    const secrets = [accessKey.secret, session.secret, session.sessionToken as Buffer, apiKey.secret];
    for (const secret of secrets) {
      const raw = Buffer.from(secret.toString().replace('ks_', ''), 'base64');
      const forms = [secret, raw].flatMap((bytes) =>
        (['latin1', 'hex', 'base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding).slice(4, 24)),
      );
      for (const form of forms) for (const record of records) expect(record).not.toContain(form);
    }
  });
});

describe('records that somebody changed', () => {
  const cases: [string, StoredRecord, (record: StoredRecord) => unknown][] = [
    ['a tenant', acme.write.put, (record) => readTenant(barrier, record)],
    ['a region', region.write.put, (record) => readInstance(acme.tenant, record)],
    ['a principal', alice.write.put, (record) => readPrincipal(acme.tenant, record)],
    ['a credential', accessKey.write.put, (record) => readCredential(acme.tenant, record)],
  ];
  it.each(cases)('%s is refused with any flipped byte, another place or another revision', (_, record, read) => {
    expect(() => read(record)).not.toThrow();
    for (let at = 0; at < record.body.length; at++) {
      const body = Buffer.from(record.body);
      body[at] = (body[at] as number) ^ 1;
      expect(() => read({ ...record, body }), `byte ${at}`).toThrow(NotAuthenticError);
    }
    for (const moved of [
      { ...record, id: 'elsewhere' },
      { ...record, tenantId: other.tenant.tenantId },
      { ...record, revision: 2 },
      { ...record, kind: 'run' as const },
      { ...record, mac: Buffer.alloc(32) },
    ]) {
      expect(() => read(moved)).toThrow(NotAuthenticError);
    }
  });

  it('a record of one tenant is nothing to another', () => {
    expect(() => readPrincipal(other.tenant, alice.write.put)).toThrow(NotAuthenticError);
    expect(() => readCredential(other.tenant, accessKey.write.put)).toThrow(NotAuthenticError);
    expect(() => readInstance(other.tenant, region.write.put)).toThrow(NotAuthenticError);
    const key = createKey(region.instance, GENERATED, NOW, random).writes[0];
    expect(() => readKey(other.tenant.tenantKey, (key as { put: StoredRecord }).put)).toThrow('record-not-authentic');
  });
});

describe('a principal', () => {
  it('may do what its policies say, and its cache key changes with its record', () => {
    const principal = principalOf(acme.tenant, alice.member, 'KSIAX', 'secret-key');
    expect(principal).toMatchObject({
      tenantId: acme.tenant.tenantId,
      arn: `arn:aws:iam::${acme.tenant.accountId}:user/alice`,
      credentialId: 'KSIAX',
      strength: 'secret-key',
    });
    expect(principal.policies).toEqual([BUILT_IN_POLICIES.administrator]);
    const renewed = principalOf(acme.tenant, { ...alice.member, revision: 2 }, 'KSIAX', 'secret-key');
    expect(renewed.cacheKey).not.toBe(principal.cacheKey);
    const bob = makePrincipal(acme.tenant, 'bob', [], NOW, random);
    expect(principalOf(acme.tenant, bob.member, 'KSIAX', 'secret-key').cacheKey).not.toBe(principal.cacheKey);
  });
});
