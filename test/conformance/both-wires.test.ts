import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../src/keys/key-space.fixture.ts';
import { WAITING_MS } from '../../src/keys/waiting-times.ts';
import type { Account } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import type { OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { BothWires } from './both-wires.fixture.ts';

let world: BothWires;
let account: Account;

beforeEach(async () => {
  world = new BothWires();
  account = await world.account();
});

const ibm = (method: string, path: string, body?: unknown) => world.ibm(account, method, path, body);
const act = (id: string, action: string, body?: unknown) => ibm('POST', `/keys/${id}/actions/${action}`, body);
const shown = async (id: string) => (await ibm('GET', `/keys/${id}/metadata`)).body.resources[0];
const aws = (operation: OperationName, input: object) => world.call(account.admin, operation, input);
/** What the AWS wire says of a key: its state, or the type of the refusal. */
const awsState = async (KeyId: string) => {
  const answer = await world.call(account.admin, 'DescribeKey', { KeyId });
  return answer.type ?? answer.body.KeyMetadata.KeyState;
};
const awsKey = async (input: object = {}) =>
  (await world.call(account.admin, 'CreateKey', input)).body.KeyMetadata.KeyId as string;
const STATE = 'KEY_ACTION_INVALID_STATE_ERR';
const PLAIN = Buffer.from('eighteen bytes ...');

describe('a key that is made on one wire', () => {
  it('is used on the other: made by IBM', async () => {
    const id = await world.ibmKey(account, { aliases: ['shared'], description: 'made by IBM', tags: ['blue'] });
    const described = (await world.call(account.admin, 'DescribeKey', { KeyId: 'alias/shared' })).body.KeyMetadata;
    expect(described).toMatchObject({
      KeyId: id,
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      Description: 'made by IBM',
    });
    const { CiphertextBlob } = (await world.call(account.admin, 'Encrypt', { KeyId: id, Plaintext: PLAIN })).body;
    const opened = await world.call(account.admin, 'Decrypt', {
      CiphertextBlob: Buffer.from(CiphertextBlob, 'base64'),
    });
    expect(Buffer.from(opened.body.Plaintext, 'base64')).toEqual(PLAIN);
    expect((await world.call(account.admin, 'ListKeys', {})).body.Keys.map(({ KeyId }) => KeyId)).toContain(id);
  });

  it('is used on the other: made by AWS', async () => {
    const id = await awsKey({ Description: 'made by AWS' });
    await aws('CreateAlias', { TargetKeyId: id, AliasName: 'alias/from-aws' });
    expect(await shown('from-aws')).toMatchObject({
      id,
      name: 'from-aws',
      state: 1,
      extractable: false,
      imported: false,
      description: 'made by AWS',
    });
    const wrapped = await act(id, 'wrap', { plaintext: PLAIN.toString('base64') });
    const unwrapped = await act('from-aws', 'unwrap', { ciphertext: wrapped.body.ciphertext });
    expect(unwrapped.body.plaintext).toBe(PLAIN.toString('base64'));
  });

  it('is not told where the other has no words for it', async () => {
    const asymmetric = await awsKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const related = await awsKey({ MultiRegion: true });
    for (const id of [asymmetric, related]) expect((await ibm('GET', `/keys/${id}`)).outcome).toBe('KEY_NOT_FOUND_ERR');
    const payload = (length: number) => Buffer.alloc(length, length).toString('base64');
    const hidden = [
      await world.ibmKey(account, { payload: payload(16), aliases: ['hidden-16'] }),
      await world.ibmKey(account, { payload: payload(24), aliases: ['hidden-24'] }),
      await world.ibmKey(account, { extractable: true, aliases: ['hidden-secret'] }),
    ];
    const arn = `arn:aws:kms:${account.instance.region}:${account.accountId}`;
    const names = [
      ...hidden,
      ...hidden.map((id) => `${arn}:key/${id}`),
      ...['16', '24', 'secret'].flatMap((one) => [`alias/hidden-${one}`, `${arn}:alias/hidden-${one}`]),
    ];
    for (const name of names) expect([name, await awsState(name)]).toEqual([name, 'NotFoundException']);
    const listed = JSON.stringify([
      (await world.call(account.admin, 'ListKeys', {})).body,
      (await world.call(account.admin, 'ListAliases', {})).body,
    ]);
    expect(hidden.filter((id) => listed.includes(id))).toEqual([]);
    // Their names are taken all the same.
    const taken = await world.call(account.admin, 'CreateAlias', {
      TargetKeyId: await awsKey(),
      AliasName: 'alias/hidden-secret',
    });
    expect(taken.type).toBe('AlreadyExistsException');
  });
});

describe('what switches a key off on one wire', () => {
  it('holds on the other', async () => {
    const id = await world.ibmKey(account);
    await act(id, 'disable');
    expect([await awsState(id), (await aws('Encrypt', { KeyId: id, Plaintext: PLAIN })).type]).toEqual([
      'Disabled',
      'DisabledException',
    ]);
    await aws('EnableKey', { KeyId: id });
    expect((await act(id, 'wrap', {})).outcome).toBe(200);
    await aws('DisableKey', { KeyId: id });
    expect([(await shown(id)).state, (await act(id, 'wrap', {})).outcome]).toEqual([2, STATE]);
    expect((await act(id, 'enable')).outcome).toBe('REQ_TOO_EARLY_ERR');
    world.clock.set(NOW + WAITING_MS.enable);
    expect([(await act(id, 'enable')).outcome, await awsState(id)]).toEqual([204, 'Enabled']);
  });

  it('deletes it: on IBM, so AWS finds it under no name, and what it encrypted opens no more', async () => {
    const id = await world.ibmKey(account, { aliases: ['named'] });
    const { CiphertextBlob } = (await world.call(account.admin, 'Encrypt', { KeyId: id, Plaintext: PLAIN })).body;
    const blob = Buffer.from(CiphertextBlob, 'base64');
    await ibm('DELETE', `/keys/${id}`);
    const arn = `arn:aws:kms:${account.instance.region}:${account.accountId}`;
    for (const name of [id, `${arn}:key/${id}`, 'alias/named', `${arn}:alias/named`]) {
      const answers = [
        await awsState(name),
        (await aws('Encrypt', { KeyId: name, Plaintext: PLAIN })).type,
        (await aws('Decrypt', { KeyId: name, CiphertextBlob: blob })).type,
        (await aws('EnableKey', { KeyId: name })).type,
      ];
      expect([name, ...answers.slice(0, 3)]).toEqual([
        name,
        'NotFoundException',
        'NotFoundException',
        'NotFoundException',
      ]);
      expect(answers[3]).toMatch(/^NotFoundException$|^InvalidArnException$/);
    }
    const byHandle = await aws('Decrypt', { CiphertextBlob: blob });
    expect(byHandle.type).toMatch(/AccessDenied|NotFound/);
    world.clock.set(NOW + WAITING_MS.restore);
    await ibm('POST', `/keys/${id}/restore`);
    const opened = await world.call(account.admin, 'Decrypt', { CiphertextBlob: blob });
    expect(Buffer.from(opened.body.Plaintext, 'base64')).toEqual(PLAIN);
  });

  it('lets it go: on AWS, so it is a deleted key of IBM that can be called back and not purged', async () => {
    const id = await awsKey();
    await aws('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 });
    const due = new Date(NOW + 7 * DAY).toISOString().replace('.000Z', 'Z');
    expect(await shown(id)).toMatchObject({
      state: 5,
      deleted: true,
      purgeAllowed: false,
      restoreExpirationDate: due,
      purgeScheduledOn: due,
    });
    expect((await act(id, 'wrap', {})).outcome).toBe('KEY_DELETED_ERR');
    expect((await ibm('DELETE', `/keys/${id}`)).outcome).toBe('KEY_DELETED_ERR');
    world.clock.set(NOW + WAITING_MS.purge);
    expect((await ibm('DELETE', `/keys/${id}/purge`)).outcome).toBe(STATE);
    expect((await ibm('POST', `/keys/${id}/restore`)).outcome).toBe(201);
    expect([await awsState(id), (await shown(id)).state]).toEqual(['Enabled', 1]);
    expect(await world.sweep()).toBe(0);
    world.clock.set(NOW + 8 * DAY);
    expect([await world.sweep(), await awsState(id)]).toEqual([0, 'Enabled']);
  });

  it('lets it go for good when its waiting period is over', async () => {
    const id = await awsKey();
    await aws('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 });
    world.clock.set(NOW + 7 * DAY);
    expect((await ibm('GET', `/keys/${id}`)).outcome).toBe('KEY_NOT_FOUND_ERR');
    await world.sweep();
    expect((await ibm('POST', `/keys/${id}/restore`)).outcome).toBe('KEY_NOT_FOUND_ERR');
  });

  it('ends its time: on AWS it is off, and cannot be switched on', async () => {
    const id = await world.ibmKey(account, { expirationDate: new Date(NOW + DAY).toISOString() });
    const { CiphertextBlob } = (await world.call(account.admin, 'Encrypt', { KeyId: id, Plaintext: PLAIN })).body;
    world.clock.set(NOW + DAY);
    const now = async () => [
      await awsState(id),
      (await aws('Encrypt', { KeyId: id, Plaintext: PLAIN })).type,
      (await aws('Decrypt', { CiphertextBlob: Buffer.from(CiphertextBlob, 'base64') })).type,
      (await aws('EnableKey', { KeyId: id })).type,
      (await aws('RotateKeyOnDemand', { KeyId: id })).type,
    ];
    const off = ['Disabled', ...Array.from({ length: 4 }, () => 'KMSInvalidStateException')];
    expect(await now()).toEqual(off);
    await world.sweep();
    expect(await now()).toEqual(off);
  });
});

describe('a Deny in the policy of a key', () => {
  it.each([
    ['kms:ScheduleKeyDeletion', 'DELETE', ''],
    ['kms:CancelKeyDeletion', 'POST', '/restore'],
    ['kms:PurgeKey', 'DELETE', '/purge'],
    ['kms:DisableKey', 'POST', '/actions/disable'],
    ['kms:Encrypt', 'POST', '/actions/wrap'],
    ['kms:DescribeKey', 'GET', '/metadata'],
  ])('against %s holds on IBM as well', async (Action, method, below) => {
    const root = { AWS: `arn:aws:iam::${account.accountId}:root` };
    const Statement = [
      { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' },
      { Effect: 'Deny', Principal: '*', Action, Resource: '*' },
    ];
    const id = await awsKey({ Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    const body = below.endsWith('wrap') ? { plaintext: PLAIN.toString('base64') } : undefined;
    expect((await ibm(method, `/keys/${id}${below}`, body)).status).toBe(401);
  });

  it('that bounds the waiting period of deletions sees 30 days', async () => {
    const root = { AWS: `arn:aws:iam::${account.accountId}:root` };
    const policy = (days: string) => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'kms:ScheduleKeyDeletion',
          Resource: '*',
          Condition: { NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': days } },
        },
      ],
    });
    const outcomes = [];
    for (const days of ['30', '31']) {
      const id = await awsKey({ Policy: JSON.stringify(policy(days)) });
      outcomes.push((await ibm('DELETE', `/keys/${id}`)).status);
    }
    expect(outcomes).toEqual([204, 401]);
  });

  it('against keys of an origin holds where IBM imports', async () => {
    const outcomes = [];
    for (const payload of [undefined, PLAIN.subarray(0, 16).toString('base64')]) {
      const answer = await world.ibm(
        account,
        'POST',
        '/keys',
        { metadata: { collectionTotal: 1 }, resources: [{ name: 'a key', ...(payload && { payload }) }] },
        { actor: await withoutImports(payload === undefined ? 'first' : 'second') },
      );
      outcomes.push(answer.status);
    }
    expect(outcomes).toEqual([201, 401]);
  });

  async function withoutImports(name: string) {
    const deny = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Deny',
          Action: 'kms:CreateKey',
          Resource: '*',
          Condition: { StringEquals: { 'kms:KeyOrigin': 'EXTERNAL' } },
        },
      ],
    };
    return world.actorWith(account.tenant, name, JSON.stringify(deny));
  }
});
