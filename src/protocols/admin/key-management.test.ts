import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeInstance } from '../../identity/tenant.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { ADMIN_ROUTES } from './routes.ts';

/** The members of answers that are looked at; in place of an answer, the code of a refusal. */
interface Told {
  readonly keyId: string;
  readonly state: string;
  readonly description: string;
  readonly aliases: readonly string[];
  readonly tags: readonly object[];
  readonly keyRing: string;
  readonly policy: string;
  readonly problems: readonly { readonly code: string }[];
  readonly publicKey: string;
  readonly nonce: string;
  readonly value: string;
  readonly pem: string;
  readonly importToken: string;
  readonly multiRegion: { readonly primaryRegion: string };
  readonly versions: readonly {
    readonly stage: string;
    readonly checkValue?: string;
    readonly materialExpiresAt?: string;
  }[];
  readonly items: readonly {
    readonly keyId: string;
    readonly keyRing: string;
    readonly wrappingAlgorithm: string;
    readonly takesAnyLength: boolean;
  }[];
}

describe('what is kept about keys', () => {
  let house: AdminHouse;
  let administrator: string;
  let names = 0;

  beforeAll(async () => {
    house = await adminHouse();
    administrator = (await house.member(['administrator'])).apiKey;
    await house.commit(makeInstance(house.tenant, 'eu-west-1', house.services.clock(), house.services.random).write);
  });
  afterAll(() => house.close());

  /** The answer of a route, whose form is checked, or the code of the refusal. */
  async function ask(id: string, params: Record<string, string>, body?: object, apiKey = administrator): Promise<Told> {
    const route = ADMIN_ROUTES.find((one) => one.id === id);
    if (route === undefined) throw new Error(`no route ${id}`);
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent({ region: REGION_NAME, ...params }[name] as string),
    );
    const answer = await house.send(apiKey, route.method, path, body);
    const { error } = answer.body as { error?: { code: string } };
    if (error !== undefined) return error.code as unknown as Told;
    expect([id, fits(route, answer.body)]).toEqual([id, true]);
    return answer.body as unknown as Told;
  }

  const create = async (body: object = {}) => {
    const { keyId } = await ask('createKey', {}, body);
    return { keyId };
  };
  const alias = () => `alias/name-${++names}/x`;

  describe('aliases', () => {
    it('are given, moved and taken away; they name the key meanwhile', async () => {
      const [one, other] = [await create(), await create()];
      const name = alias();
      expect((await ask('createKeyAlias', one, { alias: name })).aliases).toEqual([name]);
      expect((await ask('getKey', { keyId: name })).keyId).toBe(one.keyId);
      expect((await ask('moveKeyAlias', other, { alias: name })).aliases).toEqual([name]);
      expect((await ask('getKey', { keyId: name })).keyId).toBe(other.keyId);
      expect(await ask('deleteKeyAlias', one, { alias: name })).toBe('alias-not-found');
      expect((await ask('deleteKeyAlias', other, { alias: name })).aliases).toEqual([]);
      expect(await ask('getKey', { keyId: name })).toBe('key-not-found');
    });

    it('are one key’s each, whoever comes at the same time', async () => {
      const keys = await Promise.all([create(), create(), create()]);
      const name = alias();
      const outcomes = await Promise.all(keys.map((key) => ask('createKeyAlias', key, { alias: name })));
      expect(outcomes.filter((outcome) => JSON.stringify(outcome) === '"alias-exists"')).toHaveLength(2);
    });

    it.each([
      ['without the prefix', 'backups', 'alias-malformed'],
      ['of AWS', 'alias/aws/s3', 'alias-reserved'],
      ['with a space', 'alias/a b', 'alias-malformed'],
    ])('%s are refused', async (_, name, code) => {
      expect(await ask('createKeyAlias', await create(), { alias: name })).toBe(code);
    });

    it('move between keys of one kind alone, and from a key that is there', async () => {
      const [key, signer] = [await create(), await create({ spec: 'ec-p256', usage: 'sign-verify' })];
      const name = alias();
      expect(await ask('moveKeyAlias', key, { alias: name })).toBe('alias-not-found');
      await ask('createKeyAlias', key, { alias: name });
      expect(await ask('moveKeyAlias', signer, { alias: name })).toBe('alias-incompatible');
    });
  });

  it('tags are added, changed and taken away', async () => {
    const key = await create({ tags: [{ key: 'team', value: 'a' }] });
    const tags = [
      { key: 'team', value: 'b' },
      { key: 'cost', value: '1' },
    ];
    expect((await ask('tagKey', key, { tags })).tags).toEqual(tags);
    expect((await ask('untagKey', key, { tagKeys: ['team', 'never'] })).tags).toEqual([tags[1]]);
    expect(await ask('tagKey', key, { tags: [{ key: 'aws:x', value: '' }] })).toBe('tag-reserved');
    expect(await ask('tagKey', key, { tags: [] })).toBe('invalid-request');
  });

  it('the description is set', async () => {
    const description = 'payroll, 2026';
    expect((await ask('updateKeyDescription', await create(), { description })).description).toBe(description);
  });

  describe('the policy', () => {
    const statement = (more: object = {}) => ({
      Effect: 'Allow',
      Principal: { AWS: house.tenant.accountId },
      Action: 'kms:*',
      Resource: '*',
      ...more,
    });
    const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 3);

    it('is kept to the letter and holds from then on', async () => {
      const key = await create();
      const policy = policyOf(statement(), {
        ...statement(),
        Effect: 'Deny',
        Principal: '*',
        Action: 'kms:RotateKeyOnDemand',
      });
      expect((await ask('checkKeyPolicy', key, { policy })).problems).toEqual([]);
      await ask('setKeyPolicy', key, { policy });
      expect(await ask('getKeyPolicy', key)).toMatchObject({ policy });
      expect(await ask('getKeyPolicy', key)).not.toHaveProperty('unknownActions');
      expect(await ask('rotateKey', key)).toBe('access-denied');
    });

    it.each([
      ['no JSON', () => '{', 'access-policy-malformed'],
      ['an effect that there is not', () => policyOf(statement({ Effect: 'Maybe' })), 'access-policy-malformed'],
      [
        'a user that there is not',
        () =>
          policyOf(
            statement(),
            statement({ Principal: { AWS: `arn:aws:iam::${house.tenant.accountId}:user/nobody` } }),
          ),
        'access-policy-malformed',
      ],
      ['more than the quota', () => policyOf(statement({ Sid: 'x'.repeat(33_000) })), 'access-policy-malformed'],
      ['a lockout', () => policyOf(statement({ Action: 'kms:Encrypt' })), 'access-policy-lockout'],
    ])('with %s is refused with its reason, and nothing is set', async (_, text, code) => {
      const key = await create();
      const { policy: before } = await ask('getKeyPolicy', key);
      const policy = text();
      const { problems } = await ask('checkKeyPolicy', key, { policy });
      expect(problems).toMatchObject([{ code }]);
      expect(await ask('setKeyPolicy', key, { policy })).toBe(code);
      expect((await ask('getKeyPolicy', key)).policy).toBe(before);
    });

    it('is taken with actions that nobody knows, as at AWS, and they are named', async () => {
      const key = await create();
      const policy = policyOf(statement({ Action: ['kms:*', 'kms:Decryptt'] }));
      const unknown = { unknownActions: ['kms:Decryptt'] };
      expect(await ask('checkKeyPolicy', key, { policy })).toEqual({ problems: [], ...unknown });
      await ask('setKeyPolicy', key, { policy });
      expect(await ask('getKeyPolicy', key)).toMatchObject({ policy, ...unknown });
      const locksOut = policyOf(statement({ Action: ['kms:Decryptt'] }));
      const checked = await ask('checkKeyPolicy', key, { policy: locksOut });
      expect(checked).toMatchObject({ problems: [{ code: 'access-policy-lockout' }], ...unknown });
      expect(await ask('checkKeyPolicy', key, { policy: '{' })).not.toHaveProperty('unknownActions');
    });

    it('locks its author out where that is said', async () => {
      const key = await create();
      const policy = policyOf(statement({ Action: ['kms:GetKeyPolicy', 'kms:DescribeKey'] }));
      expect((await ask('checkKeyPolicy', key, { policy, allowLockout: true })).problems).toEqual([]);
      await ask('setKeyPolicy', key, { policy, allowLockout: true });
      expect(await ask('setKeyPolicy', key, { policy, allowLockout: true })).toBe('access-denied');
    });
  });

  describe('material', () => {
    const OAEP = { wrappingAlgorithm: 'RSAES_OAEP_SHA_256', wrappingKeySpec: 'RSA_2048' };
    const derOf = (text: string) => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    const oaep = (publicKey: string, material: Buffer) =>
      publicEncrypt(
        { key: derOf(publicKey), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
        material,
      ).toString('base64');

    async function bring(key: { keyId: string }, material: Buffer, more: object = {}) {
      const { publicKey, importToken } = await ask('getImportParameters', key, OAEP);
      return ask('importKeyMaterial', key, {
        importToken,
        encryptedKeyMaterial: oaep(publicKey, material),
        ...more,
      });
    }

    it('comes in wrapped, shows its check value, goes and comes back', async () => {
      const key = await create({ origin: 'imported' });
      const material = randomBytes(32);
      const imported = await bring(key, material);
      expect(imported).toMatchObject({ state: 'enabled', versions: [{ hasMaterial: true }] });
      expect(imported.versions[0]?.checkValue).toMatch(/^[0-9a-f]{16}/);
      expect((await ask('deleteKeyMaterial', key, {})).state).toBe('pending-import');
      expect(await bring(key, randomBytes(32))).toBe('import-incorrect-material');
      const again = await bring(key, material);
      expect(again.versions[0]?.checkValue).toBe(imported.versions[0]?.checkValue);
    });

    it('may be rotated to, and have an end', async () => {
      const key = await create({ origin: 'imported' });
      const expiresAt = new Date(house.services.clock() + 86_400_000).toISOString();
      const first = await bring(key, randomBytes(32), { expiresAt });
      expect(first.versions[0]?.materialExpiresAt).toBe(expiresAt);
      const second = await bring(key, randomBytes(32), { kind: 'new' });
      expect(second.versions.map(({ stage }) => stage)).toEqual(['current', 'pending']);
      expect((await ask('rotateKey', key)).versions.map(({ stage }) => stage)).toEqual(['previous', 'current']);
    });

    it('is refused without a token of this key, whole and in date', async () => {
      const [key, other] = [await create({ origin: 'imported' }), await create({ origin: 'imported' })];
      const { publicKey, importToken } = await ask('getImportParameters', other, OAEP);
      const encryptedKeyMaterial = oaep(publicKey, randomBytes(32));
      expect(await ask('importKeyMaterial', key, { importToken, encryptedKeyMaterial })).toBe('import-token-invalid');
      expect(await ask('importKeyMaterial', other, { importToken, encryptedKeyMaterial: 'AAAA' })).toBe(
        'import-undecryptable',
      );
      expect(await ask('importKeyMaterial', other, { importToken: 'AAAB=', encryptedKeyMaterial })).toBe(
        'invalid-request',
      );
      const early = new Date(house.services.clock() - 1).toISOString();
      expect(await ask('importKeyMaterial', other, { importToken, encryptedKeyMaterial, expiresAt: early })).toBe(
        'import-expiry-out-of-range',
      );
      const leap = { importToken, encryptedKeyMaterial, expiresAt: '2026-12-31T23:59:60Z' };
      expect(await ask('importKeyMaterial', other, leap)).toMatch(/^(?:invalid-request|import-expiry-out-of-range)$/);
      expect(await ask('getImportParameters', await create(), OAEP)).toBe('wrong-origin');
      expect(await ask('getImportParameters', key, { ...OAEP, wrappingKeySpec: 'SM2' })).toBe('import-wrapping-unfit');
    });

    it('says which wrappings fit', async () => {
      const offered = async (body: object) =>
        (await ask('listImportWrappings', await create({ origin: 'imported', ...body }))).items;
      expect(await offered({})).toHaveLength(13);
      const forPairs = await offered({ spec: 'rsa-2048', usage: 'sign-verify' });
      expect(
        forPairs.filter(({ wrappingAlgorithm }) => wrappingAlgorithm !== 'SM2PKE').every((one) => one.takesAnyLength),
      ).toBe(true);
      expect(await ask('listImportWrappings', await create())).toBe('wrong-origin');
    });
  });

  describe('the way of IBM', () => {
    const pub = (text: string) => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });

    /** What a client sends of its material under a token. */
    function sent(material: Buffer, { publicKey, nonce }: { publicKey: string; nonce: string }) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', material, iv);
      const body = Buffer.concat([cipher.update(Buffer.from(nonce, 'base64')), cipher.final(), cipher.getAuthTag()]);
      const key = { key: pub(publicKey), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
      return {
        encryptedKeyMaterial: publicEncrypt(key, material).toString('base64'),
        encryptedNonce: body.toString('base64'),
        iv: iv.toString('base64'),
      };
    }

    it('makes a key out of material under the token of the region', async () => {
      expect(await ask('retrieveImportToken', {})).toBe('import-token-invalid');
      await ask('createImportToken', {}, { maxRetrievals: 1 });
      const token = await ask('retrieveImportToken', {});
      expect(await ask('retrieveImportToken', {})).toBe('import-token-expired');
      const material = randomBytes(32);
      const name = alias();
      const made = await ask('importKey', {}, { name: 'payroll', aliases: [name], ...sent(material, token) });
      expect(made).toMatchObject({ state: 'enabled', origin: 'imported', spec: 'aes-256', name: 'payroll' });
      expect(made.versions[0]?.checkValue).toMatch(/^[0-9a-f]{16}/);
      expect((await ask('getKey', { keyId: name })).keyId).toBe(made.keyId);
      const { iv: _, ...others } = sent(randomBytes(32), token);
      expect(await ask('importKey', {}, { ...others, iv: randomBytes(12).toString('base64') })).toBe(
        'import-nonce-undecryptable',
      );
      expect(await ask('importKey', {}, { aliases: [name], ...sent(randomBytes(32), token) })).toBe('alias-exists');
    });

    it('stores secrets, and tells them while they are on', async () => {
      const value = randomBytes(100).toString('base64');
      const secret = await ask('createSecret', {}, { name: 'database', value, keyRing: 'default' });
      expect(secret).toMatchObject({ extractable: true, usage: 'store' });
      const { keyId } = secret;
      expect((await ask('readSecret', { keyId })).value).toBe(value);
      await ask('disableKey', { keyId });
      expect(await ask('readSecret', { keyId })).toBe('key-disabled');
      const made = await ask('createSecret', {}, { name: 'made here' });
      expect(Buffer.from((await ask('readSecret', { keyId: made.keyId })).value, 'base64')).toHaveLength(32);
      expect(await ask('readSecret', await create())).toBe('wrong-usage');
      const leaves = house.store.entries().map(({ leaf }) => String(leaf));
      expect(leaves.join('') + house.logged.join('')).not.toContain(value.slice(0, 40));
    });

    it('gives new keys names, rings and an end', async () => {
      const expiresAt = new Date(house.services.clock() + 1_000_000).toISOString();
      const key = await ask('createKey', {}, { name: 'one of ours', aliases: [alias()], expiresAt });
      expect(key).toMatchObject({ name: 'one of ours', expiresAt });
      expect(await ask('createKey', {}, { keyRing: 'nowhere' })).toBe('key-ring-not-found');
      expect(await ask('createKey', {}, { expiresAt: new Date(0).toISOString() })).toBe('invalid-request');
      expect(await ask('createKey', {}, { aliases: ['backups'] })).toBe('alias-malformed');
    });
  });

  it('rings are made, filled, emptied and deleted', async () => {
    const key = await create();
    const keyRing = 'payroll';
    expect(await ask('createKeyRing', {}, { keyRing })).toMatchObject({ keyRing, region: REGION_NAME });
    expect(await ask('createKeyRing', {}, { keyRing })).toBe('key-ring-exists');
    expect(await ask('createKeyRing', {}, { keyRing: 'a_b' })).toBe('invalid-request');
    expect((await ask('moveKeyToRing', key, { keyRing })).keyRing).toBe(keyRing);
    expect(await ask('moveKeyToRing', key, { keyRing: 'other' })).toBe('key-ring-not-found');
    expect((await ask('listKeyRings', {})).items.map((ring) => ring.keyRing)).toEqual(['default', keyRing]);
    expect(await ask('deleteKeyRing', { keyRing }, {})).toBe('key-ring-not-empty');
    expect(await ask('deleteKeyRing', { keyRing }, { force: true })).toBe('key-ring-not-empty');
    await ask('deleteKey', key, {});
    expect(await ask('deleteKeyRing', { keyRing }, { force: true })).toMatchObject({ keyRing });
    expect((await ask('getKey', key)).keyRing).toBe('default');
    expect(await ask('deleteKeyRing', { keyRing }, {})).toBe('key-ring-not-found');
    expect(await ask('deleteKeyRing', { keyRing: 'default' }, {})).toBe('invalid-request');
  });

  describe('the list', () => {
    const found = async (query: Record<string, string>) => {
      const search = new URLSearchParams({ keyRing: 'searched', ...query }).toString();
      const { body } = await house.send(administrator, 'GET', `/regions/${REGION_NAME}/keys?${search}`);
      const { items, next } = body as { items?: { description: string }[]; next?: string };
      return { names: items?.map(({ description }) => description).toSorted(), next };
    };

    beforeAll(async () => {
      await ask('createKeyRing', {}, { keyRing: 'searched' });
      const made = await Promise.all(
        [
          { description: 'Payroll' },
          { description: 'wages', tags: [{ key: 'team', value: 'payroll' }] },
          { description: 'signer', spec: 'ec-p256', usage: 'sign-verify', tags: [{ key: 'team', value: 'web' }] },
          { description: 'brought', origin: 'imported' },
          { description: 'off' },
        ].map((body) => create(body)),
      );
      for (const key of made) await ask('moveKeyToRing', key, { keyRing: 'searched' });
      await ask('createKeyAlias', made[1] as { keyId: string }, { alias: 'alias/PAYROLL-old' });
      await ask('disableKey', made[4] as { keyId: string });
    });

    it.each([
      ['nothing besides', {}, ['Payroll', 'brought', 'off', 'signer', 'wages']],
      ['text, in whatever case, in descriptions and aliases', { text: 'payROLL' }, ['Payroll', 'wages']],
      ['a state', { state: 'disabled' }, ['off']],
      ['a state that derives', { state: 'pending-import' }, ['brought']],
      ['a spec', { spec: 'ec-p256' }, ['signer']],
      ['a spec as AWS calls it', { spec: 'ECC_NIST_P256' }, ['signer']],
      ['an origin', { origin: 'imported' }, ['brought']],
      ['a tag', { tag: 'team' }, ['signer', 'wages']],
      ['a tag and its value', { tag: 'team=web' }, ['signer']],
      ['all at once', { text: 'a', state: 'enabled', tag: 'team=payroll' }, ['wages']],
      ['what there is not', { text: 'nothing of that kind' }, []],
    ] as const)('by %s', async (_, query, names) => {
      expect(await found(query)).toEqual({ names, next: undefined });
    });

    it('goes on where a page ended, and follows what changes', async () => {
      const { names, next } = await found({ limit: '3' });
      const rest = await found({ limit: '3', after: next as string });
      expect([...(names ?? []), ...(rest.names ?? [])].toSorted()).toEqual([
        'Payroll',
        'brought',
        'off',
        'signer',
        'wages',
      ]);
      const { keyId } = await create();
      await ask('updateKeyDescription', { keyId }, { description: 'zebra' });
      await ask('moveKeyToRing', { keyId }, { keyRing: 'searched' });
      expect((await found({ text: 'ZEBRA' })).names).toEqual(['zebra']);
    });

    it('refuses what is no state, no spec, no usage and no tag', async () => {
      for (const query of [{ state: 'sleepy' }, { spec: 'aes-257' }, { usage: 'decorate' }, { tag: '' }])
        expect(await found(query as Record<string, string>)).toEqual({ names: undefined, next: undefined });
    });
  });

  it('a key is deleted by two people from the day that this is said', async () => {
    const key = await create();
    const other = (await house.member(['administrator'])).apiKey;
    expect(await ask('requireTwoPeople', key)).toMatchObject({ dualAuthorization: {} });
    expect(await ask('deleteKey', key, {})).toBe('authorization-missing');
    await ask('authorizeKeyDeletion', key, undefined, other);
    expect((await ask('deleteKey', key, {})).state).toBe('deleted');
  });

  it('a public key is shown as OpenSSL takes it', async () => {
    const signer = await create({ spec: 'ec-p256', usage: 'sign-verify' });
    const { publicKey, pem } = await ask('getPublicKey', signer);
    const der = createPublicKey(pem).export({ format: 'der', type: 'spki' });
    expect(der.toString('base64')).toBe(publicKey);
    expect(await ask('getPublicKey', await create())).toBe('wrong-family');
  });

  it('keys go to other regions, and their primary moves', async () => {
    const key = await create({ multiRegion: true });
    const away = { keyId: key.keyId, region: 'eu-west-1' };
    expect(await ask('setPrimaryRegion', key, { region: 'eu-west-1' })).toBe('replica-not-found');
    const replica = await ask('replicateKey', key, {
      region: 'eu-west-1',
      tags: [{ key: 'team', value: 'eu' }],
      description: 'over there',
    });
    expect(replica).toMatchObject({
      ...away,
      tags: [{ key: 'team', value: 'eu' }],
      multiRegion: { primaryRegion: REGION_NAME, regions: ['eu-west-1', REGION_NAME] },
    });
    expect(await ask('replicateKey', key, { region: 'eu-west-1' })).toBe('replica-exists');
    expect(await ask('replicateKey', key, { region: 'eu-north-1' })).toBe('region-not-found');
    expect((await ask('setPrimaryRegion', key, { region: 'eu-west-1' })).multiRegion.primaryRegion).toBe('eu-west-1');
    expect((await ask('getKey', away)).multiRegion.primaryRegion).toBe('eu-west-1');
    expect(await ask('replicateKey', await create(), { region: 'eu-west-1' })).toBe('not-primary');
  });

  it('takes the permission of each verb, by its name on the wire of AWS', async () => {
    const user = (await house.member(['user'])).apiKey;
    const key = await create();
    for (const [id, body] of [
      ['createKeyAlias', { alias: alias() }],
      ['tagKey', { tags: [{ key: 'a', value: 'b' }] }],
      ['setKeyPolicy', { policy: '{}' }],
      ['checkKeyPolicy', { policy: '{}' }],
      ['updateKeyDescription', { description: 'x' }],
      ['moveKeyToRing', { keyRing: 'default' }],
    ] as const)
      expect([id, await ask(id, key, body, user)]).toEqual([id, 'access-denied']);
  });

  it('leaves no material, token or policy text in the log', async () => {
    const leaves = house.store
      .entries()
      .map(({ leaf }) => String(leaf))
      .join('');
    const details = JSON.stringify(house.store.entries());
    for (const text of ['encryptedKeyMaterial', 'S0kB', '"Statement"']) expect(leaves + details).not.toContain(text);
  });
});
