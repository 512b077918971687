import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../access/policy.ts';
import type { Principal } from '../identity/principal.ts';
import { createKey } from '../keys/create.ts';
import { KeyError } from '../keys/errors.ts';
import { prepareImport } from '../keys/import-token.ts';
import {
  AAD,
  GENERATED,
  keyAfter,
  makeSpace,
  newKey,
  NOW,
  random,
  wrapForImport,
  wrappingPair,
  importNow,
} from '../keys/key-space.fixture.ts';
import { describeAs } from '../keys/lifecycle.ts';
import { OpenKey } from '../keys/open-key.ts';
import { encrypt, generateDataKey } from '../keys/use.ts';
import type { Target } from './act.ts';
import { AccessDeniedError, RefusedError } from './errors.ts';
import {
  call,
  pipeline,
  target,
  entries,
  act,
  key,
  principal,
  space,
  store,
  everything,
  ACCOUNT,
  failing,
  open,
  eachWithAKey,
} from './execute.fixture.ts';

eachWithAKey();

const stranger = makeSpace('22222222-2222-4222-8222-222222222222');

describe('every outcome leaves exactly its entries', () => {
  it.each<[string, string | undefined, Partial<Target>, object]>([
    ['does not say the ARN of an own key', 'eu-central-1', {}, { region: 'eu-central-1' }],
    ['says the region of an own key', undefined, {}, { region: 'eu-central-1' }],
    [
      'says the ARN where another region was asked',
      'eu-west-1',
      {},
      { region: 'eu-west-1', resource: expect.stringContaining(':key/') },
    ],
    ['says the ARN of anything else', 'eu-central-1', { resource: 'arn:alias/a' }, { resource: 'arn:alias/a' }],
  ])('%s', async (_, region, of, expected) => {
    const source = { ...call.source, ...(region !== undefined && { region }) };
    await pipeline.execute({ ...call, source }, () => ({
      targets: [{ ...target(), ...of }],
      run: () => ({ value: 1 }),
    }));
    const [{ details } = { details: {} }] = entries();
    expect(details).toMatchObject(expected);
    expect('resource' in (details as object)).toBe('resource' in expected);
  });

  it('a use', async () => {
    const prepare = act(
      { value: 'v', keyVersion: 'version-1', result: { totalResources: 2 } },
      { details: { name: 'x' } },
    );
    const source = { ...call.source, region: 'eu-central-1' };
    expect(await pipeline.execute({ ...call, source }, prepare)).toBe('v');
    expect(entries()).toEqual([
      {
        action: 'kms:Encrypt',
        details: {
          address: '192.0.2.1',
          credential: 'KSIAEXAMPLE',
          protocol: 'aws-kms',
          region: 'eu-central-1',
          request: { name: 'x' },
          result: { totalResources: 2 },
          userAgent: 'test',
        },
        key: key.id,
        keyVersion: 'version-1',
        outcome: 'done',
        principal: principal.arn,
        request: 'request-1',
        tenant: space.tenantId,
        time: NOW,
        v: 1,
      },
    ]);
  });

  it('a use of two keys: one each', async () => {
    const other = new OpenKey(newKey(space), space);
    const targets = [target('kms:ReEncryptFrom'), target('kms:ReEncryptTo', other)];
    await pipeline.execute(call, act({ value: 1 }, { targets }));
    expect(entries().map(({ action, key: of }) => [action, of])).toEqual([
      ['kms:ReEncryptFrom', key.id],
      ['kms:ReEncryptTo', other.key.id],
    ]);
    expect(new Set(store.drafts.map(({ salt }) => salt.toString('hex'))).size).toBe(2);
  });

  it('a change: the first entry is its account', async () => {
    const change = describeAs(space, key, 'new', NOW);
    const targets = [target('kms:UpdateKeyDescription'), target('kms:Also')];
    expect(await pipeline.execute(call, act(change, { targets }))).toEqual(change.value);
    expect(store.commits).toHaveLength(1);
    expect(store.drafts.map(({ change: isAccount }) => isAccount)).toEqual([true, undefined]);
    expect(entries().map(({ changes }) => changes)).toEqual([
      [expect.objectContaining({ kind: 'key', id: key.id, revision: 2 })],
      undefined,
    ]);
  });

  it('a key that came into being is named', async () => {
    const made = createKey(space, GENERATED, NOW, random);
    const targets = [{ action: 'kms:CreateKey', resource: '*' }];
    await pipeline.execute(call, act({ ...made, keyId: made.value.id }, { targets }));
    expect(entries()).toMatchObject([{ key: made.value.id, action: 'kms:CreateKey', outcome: 'done' }]);
  });

  it('a change of another tenant: it has the account in its own log', async () => {
    const made = createKey(stranger, GENERATED, NOW, random);
    const targets = [{ action: 'installation:Give', resource: '*' }];
    const operator = { ...principal, installationPolicies: [everything] };
    await pipeline.execute({ ...call, principal: operator }, act(made, { targets }));
    expect(entries().map(({ tenant, changes }) => [tenant, changes === undefined])).toEqual([
      [space.tenantId, true],
      [stranger.tenantId, false],
    ]);
  });

  it.each<[string, Partial<Principal>]>([
    ['a policy that allows everything', {}],
    ['the root of an account', { kind: 'root', arn: `arn:aws:iam::${ACCOUNT}:root`, policies: [] }],
    ['a root that claims to be an operator', { kind: 'root', installationPolicies: [everything] }],
  ])('%s does not reach over all tenants', async (_, who) => {
    const targets = [{ action: 'installation:CreateTenant', resource: '*' }];
    const asked = pipeline.execute({ ...call, principal: { ...principal, ...who } }, act({ value: 1 }, { targets }));
    await expect(asked).rejects.toThrow(AccessDeniedError);
  });

  it('what is free is not decided, and is recorded', async () => {
    const nobody = { ...call, principal: { ...principal, policies: [] } };
    const targets = [{ action: 'sts:GetCallerIdentity', resource: '*', isFree: true }];
    await pipeline.execute(nobody, act({ value: 1 }, { targets }));
    expect(entries()).toMatchObject([{ action: 'sts:GetCallerIdentity', outcome: 'done' }]);
  });

  it("the policy of what is guarded decides, and its owner's log hears of it", async () => {
    const theirs = { tenantId: stranger.tenantId, accountId: '444455556666' };
    const trust = (arn: string) =>
      parsePolicy(
        JSON.stringify({ Statement: { Effect: 'Allow', Principal: { AWS: arn }, Action: '*', Resource: '*' } }),
        'key',
      );
    const assume = (arn: string) => ({
      targets: [{ action: 'sts:AssumeRole', resource: 'role', guarded: { ...theirs, policy: trust(arn) } }],
    });
    await expect(pipeline.execute(call, act({ value: 1 }, assume('444455556666')))).rejects.toThrow(AccessDeniedError);
    await pipeline.execute(call, act({ value: 1 }, assume(principal.arn)));
    expect(entries().map(({ tenant, outcome }) => [tenant, outcome])).toEqual([
      [space.tenantId, 'refused'],
      [space.tenantId, 'done'],
      [stranger.tenantId, 'done'],
    ]);
  });

  it("a use of another tenant's key: both logs have it", async () => {
    const theirs = new OpenKey(newKey(stranger), stranger);
    const targets = [{ ...target('kms:Decrypt', theirs), accountId: '444455556666' }];
    await pipeline.execute(call, act({ value: 1 }, { targets }));
    expect(entries().map(({ tenant, key: of }) => [tenant, of])).toEqual([
      [space.tenantId, theirs.key.id],
      [stranger.tenantId, theirs.key.id],
    ]);
  });

  it.each<[string, unknown, string, string, string | undefined]>([
    ['the key domain', new KeyError('key-disabled', { keyId: 'k' }), 'refused', 'key-disabled', undefined],
    [
      'the key domain, with a reason',
      new KeyError('invalid-ciphertext', { detail: 'damaged' }),
      'refused',
      'invalid-ciphertext',
      'damaged',
    ],
    ['a protocol', new RefusedError('NotFoundException', 'text'), 'refused', 'NotFoundException', undefined],
    ['a fault', new Error('secret inside'), 'failed', 'internal', undefined],
    ['a thrown string', 'secret inside', 'failed', 'internal', undefined],
  ])('a refusal by %s, in preparation and in the verb', async (_, error, outcome, reason, refusal) => {
    const throws = () => {
      throw error;
    };
    await expect(pipeline.execute(call, throws)).rejects.toBe(error);
    await expect(pipeline.execute(call, () => failing(error))).rejects.toBe(error);
    await expect(pipeline.execute(call, act({ value: 1 }, { run: throws }))).rejects.toBe(error);
    await expect(pipeline.execute(call, act({ value: 1 }, { run: () => failing(error) }))).rejects.toBe(error);
    expect(entries()).toHaveLength(4);
    for (const entry of entries()) {
      expect(entry).toMatchObject({ action: 'kms:Encrypt', outcome, reason });
      expect((entry['details'] as { refusal?: string }).refusal).toBe(refusal);
      expect(JSON.stringify(entry)).not.toContain('secret inside');
    }
    expect(entries().map((entry) => entry['key'])).toEqual([undefined, undefined, key.id, key.id]);
  });

  it('a refusal by the evaluator: the verb does not run, each target has its entry', async () => {
    let ran = 0;
    const mayNothing = { ...call, principal: { ...principal, policies: [], cacheKey: 'bob@1' } };
    const targets = [target('kms:A'), { action: 'kms:B', resource: '*' }];
    const denied = pipeline.execute(mayNothing, act({ value: 1 }, { targets, run: () => ({ value: ran++ }) }));
    await expect(denied).rejects.toThrow(AccessDeniedError);
    expect(ran).toBe(0);
    expect(entries().map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
      ['kms:A', 'refused', 'access-denied'],
      ['kms:B', 'refused', 'access-denied'],
    ]);
    expect(entries()[0]).toMatchObject({ details: { refusal: 'no-statement-allows' } });
  });

  it('a refusal that a protocol found before any act', async () => {
    await pipeline.refuse(call, new RefusedError('ValidationException', 'text'));
    expect(entries()).toMatchObject([{ action: 'kms:Encrypt', outcome: 'refused', reason: 'ValidationException' }]);
  });

  it('an act that asks for no permission: it does not run', async () => {
    let ran = 0;
    await expect(
      pipeline.execute(call, act({ value: 1 }, { targets: [], run: () => ({ value: ran++ }) })),
    ).rejects.toThrow(TypeError);
    expect(ran).toBe(0);
    expect(entries()).toMatchObject([{ action: 'kms:Encrypt', outcome: 'failed' }]);
  });

  it('details that are too long for the log: nothing is answered or changed, and that is recorded', async () => {
    const details = { context: 'x'.repeat(70_000) };
    await expect(pipeline.execute(call, act({ value: 'v' }, { details }))).rejects.toThrow(RangeError);
    await expect(pipeline.execute(call, act(describeAs(space, key, 'n', NOW), { details }))).rejects.toThrow(
      RangeError,
    );
    const refused = { details, run: () => failing(new KeyError('key-disabled')) };
    await expect(pipeline.execute(call, act({ value: 'v' }, refused))).rejects.toThrow(KeyError);
    expect(store.revisionOf({ tenantId: space.tenantId, kind: 'key', id: key.id })).toBe(1);
    expect(entries().map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['failed', 'internal'],
      ['failed', 'internal'],
      ['refused', 'key-disabled'],
    ]);
  });
});

it('no plaintext, material, data key or token is in anything that is handed to the store', async () => {
  const plaintext = Buffer.from('canary-plaintext-0123456789');
  const material = randomBytes(32);
  const secrets: Buffer[] = [plaintext, material];
  const { publicKey } = wrappingPair();
  const prepared = prepareImport(
    space,
    newKey(space, { origin: 'imported' }),
    'RSAES_OAEP_SHA_1',
    wrappingPair(),
    NOW,
    random,
  );
  const waiting = keyAfter(space, prepared);
  const imported = importNow(
    space,
    waiting,
    {
      tokenId: prepared.value.id,
      encrypted: wrapForImport('RSAES_OAEP_SHA_1', publicKey, material),
      expiresAtMs: undefined,
      kind: undefined,
      materialId: undefined,
      description: undefined,
    },
    NOW,
    random,
  );
  secrets.push(wrappingPair().privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-64, -8));
  secrets.push(open.current(NOW).material.export());
  await pipeline.execute(call, () => ({
    targets: [target()],
    details: { EncryptionContext: { a: 'b' } },
    run: () => {
      const { version } = encrypt(open, plaintext, AAD, NOW, random);
      return { value: 1, keyVersion: version.id };
    },
  }));
  await pipeline.execute(call, () => ({
    targets: [target('kms:GenerateDataKey')],
    run: () => {
      const { dataKey, version } = generateDataKey(open, 32, AAD, NOW, random);
      secrets.push(Buffer.from(dataKey));
      return { value: 1, keyVersion: version.id };
    },
  }));
  await pipeline.refuse(call, new Error(`${plaintext.toString()}`));
  const handed = [
    ...store.drafts.map((draft) => JSON.stringify(draft)),
    ...store.log.map((entry) => JSON.stringify(entry)),
  ];
  const records = [...prepared.writes, ...imported.writes].map((write) =>
    'put' in write ? write.put.body.toString('latin1') : '',
  );
  expect(store.drafts).toHaveLength(3);
  for (const secret of secrets) {
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
      // The first and last characters may differ by where the secret begins within the encoded bytes.
      const needle = secret.toString(encoding).slice(4, 20);
      for (const text of [...handed, ...records]) expect(text).not.toContain(needle);
    }
  }
});
