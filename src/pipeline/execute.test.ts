import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from '../access/evaluate.ts';
import { parsePolicy } from '../access/policy.ts';
import { SALT_BYTES } from '../audit/entry-frame.ts';
import type { AuditDraft } from '../audit/entry.ts';
import type { Principal } from '../identity/principal.ts';
import { createAlias } from '../keys/aliases.ts';
import { createKey } from '../keys/create.ts';
import { KeyError } from '../keys/errors.ts';
import { prepareImport } from '../keys/import-token.ts';
import { KeyCache } from '../keys/key-cache.ts';
import {
  AAD,
  changeEntry,
  countingRandom,
  GENERATED,
  keyAfter,
  makeSpace,
  newKey,
  NOW,
  random,
  settableClock,
  wrapForImport,
  wrappingPair,
  importNow,
} from '../keys/key-space.fixture.ts';
import type { Key } from '../keys/key.ts';
import { describeAs, disable } from '../keys/lifecycle.ts';
import { OpenKey } from '../keys/open-key.ts';
import { encrypt, generateDataKey } from '../keys/use.ts';
import type { Commit } from '../records/commit.ts';
import { ConflictError, StoreFullError, UnknownOutcomeError } from '../records/ports.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Act, Done, Target } from './act.ts';
import type { Call } from './call.ts';
import { AccessDeniedError, BusyError, RefusedError } from './errors.ts';
import { Pipeline } from './execute.ts';

const ACCOUNT = '111122223333';
const space = makeSpace();
const stranger = makeSpace('22222222-2222-4222-8222-222222222222');
const everything = parsePolicy('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', 'identity');

const principal: Principal = {
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
const call: Call = {
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

let store: TroubledStore;
let pipeline: Pipeline;
let key: Key;
let open: OpenKey;
beforeEach(async () => {
  store = new TroubledStore();
  pipeline = new Pipeline(store, settableClock(), countingRandom('salts'));
  const made = createKey(space, GENERATED, NOW, random);
  await MemoryStore.prototype.commit.call(store, { writes: made.writes, entries: [changeEntry(space.tenantId)] });
  key = made.value;
  open = new OpenKey(key, space);
});

const arnOf = (of: Key) => `arn:aws:kms:${of.region}:${ACCOUNT}:key/${of.id}`;
const target = (action = 'kms:Encrypt', of = open): Target => ({
  action,
  resource: arnOf(of.key),
  key: of,
  accountId: ACCOUNT,
});
const act =
  <Value>(done: Done<Value>, more: Partial<Act<Value>> = {}): (() => Act<Value>) =>
  () => ({
    targets: [target()],
    run: () => done,
    ...more,
  });
/** Entries since the key was made. */
const entries = () => store.log.slice(1);
const failing = (error: unknown): Promise<never> => Promise.reject(error);

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

describe('no answer without its record', () => {
  it.each([
    ['a use', () => act({ value: 'v' })],
    ['a refusal', () => act({ value: 'v' }, { run: () => failing(new KeyError('key-disabled')) })],
    ['a change', () => act({ value: 'v', writes: describeAs(space, key, 'n', NOW).writes })],
  ])('%s waits for it', async (_, make) => {
    const gate = Promise.withResolvers<void>();
    store.beforeRecord = store.beforeCommit = () => gate.promise;
    let answered = false;
    const answer = pipeline
      .execute(call, make())
      .catch(() => {})
      .finally(() => (answered = true));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([store.drafts.length, answered]).toEqual([1, false]);
    gate.resolve();
    await answer;
    expect([entries().length, answered]).toEqual([1, true]);
  });

  it.each([new StoreFullError('full'), new UnknownOutcomeError('gone')])('%s is handed through', async (trouble) => {
    store.beforeRecord = store.beforeCommit = () => failing(trouble);
    const attempts = [
      act({ value: 'v' }),
      act({ value: 'v', writes: describeAs(space, key, 'n', NOW).writes }),
      act({ value: 'v' }, { run: () => failing(new KeyError('key-disabled')) }),
    ];
    for (const attempt of attempts) await expect(pipeline.execute(call, attempt)).rejects.toBe(trouble);
    expect(store.drafts).toHaveLength(3);
    expect(entries()).toEqual([]);
  });

  it('what switches off may use the reserve, and nothing else asks for it', async () => {
    const { writes } = disable(space, key, NOW);
    await pipeline.execute(call, act({ value: 1, writes, urgent: true }));
    const off = new OpenKey(keyAfter(space, { writes }), space);
    await pipeline.execute(call, act({ value: 1, writes: describeAs(space, off.key, 'n', NOW).writes }));
    // To find what is to be switched off must not need room either.
    await pipeline.execute(call, act({ value: 1, urgent: true }));
    expect(store.commits.map(({ urgent }) => urgent)).toEqual([true, undefined, true]);
  });
});

describe('when somebody else is faster', () => {
  /** Another's change of the key, behind the pipeline's back. */
  const meanwhile = async (change: { writes: Commit['writes'] }) =>
    MemoryStore.prototype.commit.call(store, { writes: change.writes, entries: [changeEntry(space.tenantId)] });

  it('the act is prepared again and sees the new state', async () => {
    const keys = new KeyCache(store);
    const seen: number[] = [];
    let others = 1;
    store.beforeCommit = async () => {
      if (others-- > 0) await meanwhile(describeAs(space, key, 'theirs', NOW));
    };
    const done = await pipeline.execute(call, async () => {
      const now = (await keys.find(space, key.id)) as OpenKey;
      seen.push(now.key.revision);
      return { targets: [target('kms:DisableKey', now)], run: () => disable(space, now.key, NOW) };
    });
    expect(seen).toEqual([1, 2]);
    expect(done).toMatchObject({ revision: 3, state: 'suspended', description: 'theirs' });
    // The attempt that lost left nothing: theirs, then ours.
    expect(entries().map(({ action }) => action)).toEqual(['test:Change', 'kms:DisableKey']);
  });

  it('the act is refused anew if the new state refuses it', async () => {
    const keys = new KeyCache(store);
    store.beforeCommit = () => meanwhile(disable(space, key, NOW));
    const result = pipeline.execute(call, async () => {
      const now = (await keys.find(space, key.id)) as OpenKey;
      return {
        targets: [target('kms:Rotate', now)],
        run: () => {
          encrypt(now, Buffer.from('x'), AAD, NOW, random);
          return describeAs(space, now.key, 'mine', NOW);
        },
      };
    });
    await expect(result).rejects.toThrow('key-disabled');
    expect(entries().map(({ action, outcome }) => [action, outcome])).toEqual([
      ['test:Change', 'done'],
      ['kms:Rotate', 'refused'],
    ]);
  });

  it("a name that was taken in between shows as the domain's own error", async () => {
    const keys = new KeyCache(store);
    const rival = createKey(space, GENERATED, NOW, random);
    await meanwhile(rival);
    store.beforeCommit = () => meanwhile(createAlias(space, rival.value, 'alias/a', NOW));
    const result = pipeline.execute(call, async () => {
      const holder = await keys.findByAlias(space, 'alias/a');
      if (holder) throw new KeyError('alias-exists', { alias: 'alias/a' });
      return { targets: [target('kms:CreateAlias')], run: () => createAlias(space, key, 'alias/a', NOW) };
    });
    await expect(result).rejects.toThrow(expect.objectContaining({ code: 'alias-exists' }));
    // Found before the act was known: the entry has the call's own action.
    expect(entries().at(-1)).toMatchObject({ action: 'kms:Encrypt', outcome: 'refused', reason: 'alias-exists' });
  });

  it('is in nobody’s way for long, however many change one record at the same time', async () => {
    const keys = new KeyCache(store);
    const made = createKey(space, GENERATED, NOW, random);
    await meanwhile(made);
    const { value } = made;
    const names = Array.from({ length: 40 }, (_, i) => `alias/a${i}`);
    const all = names.map((name) =>
      pipeline.execute(call, async () => {
        const open = await keys.find(space, value.id);
        if (open === undefined) throw new TypeError('the key is gone');
        return { targets: [target('kms:CreateAlias')], run: () => createAlias(space, open.key, name, NOW) };
      }),
    );
    await Promise.all(all);
    const after = (await keys.find(space, value.id))?.key.aliases.map(({ name }) => name);
    expect(new Set(after)).toEqual(new Set(names));
  });

  it('again and again, the pipeline gives up, and the record says so', async () => {
    let prepared = 0;
    store.beforeCommit = () => failing(new ConflictError('theirs'));
    const result = pipeline.execute(call, () => {
      prepared++;
      return act(describeAs(space, key, 'n', NOW))();
    });
    await expect(result).rejects.toThrow(BusyError);
    expect(prepared).toBe(8);
    expect(entries()).toMatchObject([{ outcome: 'failed', reason: 'busy', action: 'kms:Encrypt' }]);
  });
});

describe('decisions are remembered', () => {
  const denying = JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*' } });
  const asked = (who: Principal, of: OpenKey, action = 'kms:Encrypt', resource = arnOf(of.key)) =>
    pipeline
      .execute({ ...call, principal: who }, act({ value: 'done' }, { targets: [{ ...target(action, of), resource }] }))
      .catch((error: Error) => error.name);

  it('for one revision of the key', async () => {
    expect(await asked(principal, open)).toBe('done');
    const shut = { ...key, revision: 2, accessPolicy: denying };
    expect(await asked(principal, new OpenKey(shut, space))).toBe('AccessDeniedError');
    expect(await asked(principal, open)).toBe('done');
  });

  it('for one revision of the principal, one action and one resource', async () => {
    const onlyHere = parsePolicy(
      JSON.stringify({ Statement: { Effect: 'Allow', Action: 'kms:Encrypt', Resource: arnOf(key) } }),
      'identity',
    );
    const account = `arn:aws:iam::${ACCOUNT}:root`;
    const delegating = new OpenKey(
      { ...key, accessPolicy: GENERATED.accessPolicy.replace('"*"', `{"AWS":"${account}"}`) },
      space,
    );
    const before = { ...principal, policies: [onlyHere] };
    const after = { ...principal, policies: [], cacheKey: 'alice-id@2' };
    expect(await asked(before, delegating)).toBe('done');
    expect(await asked(before, delegating, 'kms:Decrypt')).toBe('AccessDeniedError');
    expect(await asked(before, delegating, 'kms:Encrypt', 'arn:aws:kms:other')).toBe('AccessDeniedError');
    expect(await asked(after, delegating)).toBe('AccessDeniedError');
    expect(await asked(before, delegating)).toBe('done');
    expect(delegating.decisions.size).toBe(4);
  });

  it.each<[string, object, boolean]>([
    ['of the key', { StringEquals: { 'kms:KeyRing': 'default', 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } }, true],
    ['of the request', { StringEquals: { 'kms:CallerAccount': ACCOUNT } }, false],
    ['of both', { StringEquals: { 'kms:KeyRing': 'default', 'kms:CallerAccount': ACCOUNT } }, false],
    ['of the time', { DateLessThan: { 'aws:CurrentTime': '2099-01-01T00:00:00Z' } }, false],
    ['that the key does not have', { Null: { 'kms:MultiRegionKeyType': 'true' } }, false],
  ])('where a condition asks for what is %s: %j', async (_, Condition, isRemembered) => {
    const Statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*', Condition };
    const conditional = new OpenKey({ ...key, accessPolicy: JSON.stringify({ Statement }) }, space);
    expect(await asked(principal, conditional)).toBe('done');
    expect(conditional.decisions.size).toBe(isRemembered ? 1 : 0);
    const moved = new OpenKey({ ...conditional.key, revision: 2, keyRing: 'elsewhere' }, space);
    expect(await asked(principal, moved)).toBe(
      'kms:KeyRing' in (Object.values(Condition)[0] as object) ? 'AccessDeniedError' : 'done',
    );
  });

  it('are what the evaluator says, and are bounded', async () => {
    for (let i = 0; i < 150; i++) await asked({ ...principal, cacheKey: `p${i}@1` }, open);
    expect(open.decisions.size).toBe(128);
    const says = evaluate({
      subject: principal,
      action: 'kms:Encrypt',
      resource: arnOf(key),
      key: { accountId: ACCOUNT, policy: open.accessPolicy },
    });
    expect([...open.decisions.values()].every((decision) => decision.reason === says.reason)).toBe(true);
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
