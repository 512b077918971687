import { beforeEach, describe, expect, it } from 'vitest';
import { World, type Account, type Actor } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

const plaintext = Buffer.from('plain');

let world: World;
let account: Account;
/** A user without any policy. */
let user: Actor;
let keyId: string;
let keyArn: string;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  user = await world.actor(account.tenant, 'user', []);
  const { body } = await world.call(account.admin, 'CreateKey');
  keyId = body.KeyMetadata.KeyId;
  keyArn = body.KeyMetadata.Arn;
});

/** Creates a grant for the user, and must succeed. */
async function grant(operations: readonly string[], more: object = {}, actor = account.admin) {
  const input = { KeyId: keyArn, GranteePrincipal: user.principal.arn, Operations: operations, ...more };
  const answer = await world.call(actor, 'CreateGrant', input);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

const encrypt = (more: object = {}, actor = user) =>
  world.call(actor, 'Encrypt', { KeyId: keyArn, Plaintext: plaintext, ...more });
const refused = { status: 400, type: 'AccessDeniedException' };

describe('a user whose only right is a grant', () => {
  it('is refused before it, allowed by it at once, and refused from the next request on when it is revoked', async () => {
    expect(await encrypt()).toMatchObject(refused);
    const { GrantId } = await grant(['Encrypt']);
    expect(await encrypt()).toMatchObject({ status: 200 });
    expect(
      await world.call(user, 'Decrypt', { KeyId: keyArn, CiphertextBlob: (await encrypt()).body.CiphertextBlob }),
    ).toMatchObject(refused);
    expect(await world.call(account.admin, 'RevokeGrant', { KeyId: keyId, GrantId })).toMatchObject({
      status: 200,
      body: {},
    });
    expect(await encrypt()).toMatchObject(refused);
  });

  it('is held to its constraint about the encryption context: names without case, values with it', async () => {
    await grant(['Encrypt', 'DescribeKey'], { Constraints: { EncryptionContextSubset: { Purpose: 'Test', b: 'c' } } });
    const with_ = (EncryptionContext: object) => encrypt({ EncryptionContext });
    expect(await with_({ purpose: 'Test', B: 'c', more: 'x' })).toMatchObject({ status: 200 });
    for (const context of [{}, { Purpose: 'Test' }, { Purpose: 'test', b: 'c' }]) {
      expect(await with_(context)).toMatchObject(refused);
    }
    expect(await encrypt()).toMatchObject(refused);
    expect(await world.call(user, 'DescribeKey', { KeyId: keyArn })).toMatchObject({ status: 200 });
  });

  it('is refused where the policy of the key denies, whatever a grant says', async () => {
    await grant(['Encrypt']);
    const statements = [
      { Effect: 'Allow', Principal: { AWS: account.accountId }, Action: 'kms:*', Resource: '*' },
      { Effect: 'Deny', Principal: { AWS: user.principal.arn }, Action: 'kms:Encrypt', Resource: '*' },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    expect(await world.call(account.admin, 'PutKeyPolicy', { KeyId: keyId, Policy })).toMatchObject({ status: 200 });
    expect(await encrypt()).toMatchObject(refused);
  });
});

describe('CreateGrant', () => {
  const create = (more: object, actor = account.admin) =>
    world.call(actor, 'CreateGrant', {
      KeyId: keyArn,
      GranteePrincipal: user.principal.arn,
      Operations: ['Encrypt'],
      ...more,
    });
  const service = { GranteePrincipal: undefined, GranteeServicePrincipal: 'backup.example.com' };
  const SourceArn = 'arn:aws:s3:eu-central-1:123456789012:bucket';

  it.each<[string, object, string, RegExp]>([
    ['nobody', { GranteePrincipal: undefined }, 'ValidationException', /GranteePrincipal or GranteeServicePrincipal/],
    ['two grantees', { GranteeServicePrincipal: 'a.b.com' }, 'ValidationException', /in the same request/],
    [
      'a service without a resource',
      { ...service, RetiringServicePrincipal: 'a.b.com' },
      'ValidationException',
      /SourceArn/,
    ],
    ['a service nobody retires', { ...service, Constraints: { SourceArn } }, 'ValidationException', /retiring/],
    [
      'an unknown user',
      { GranteePrincipal: 'arn:aws:iam::123456789012:user/x' },
      'InvalidArnException',
      /^ARN does not refer to a valid principal: arn:aws:iam::123456789012:user\/x$/,
    ],
    ['an unknown retiring user', { RetiringPrincipal: 'nobody' }, 'InvalidArnException', /nobody/],
    ['no operation', { Operations: [] }, 'ValidationException', /at least one/],
    [
      'the making of grants alone',
      { Operations: ['CreateGrant'] },
      'ValidationException',
      /^Grants must not contain only the CreateGrant operation\.$/,
    ],
    ['what the key cannot do', { Operations: ['Sign', 'Encrypt'] }, 'ValidationException', /Sign/],
    ['an operation that no grant gives', { Operations: ['PutKeyPolicy'] }, 'ValidationException', /enum value set/],
    [
      'nine pairs',
      {
        Constraints: {
          EncryptionContextEquals: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`n${i}`, 'v'])),
        },
      },
      'ValidationException',
      /at most 8/,
    ],
    [
      'a value of 385 characters',
      { Constraints: { EncryptionContextEquals: { a: 'v'.repeat(385) } } },
      'ValidationException',
      /384/,
    ],
    [
      'names that differ in case',
      { Constraints: { EncryptionContextEquals: { a: 'v', A: 'v' } } },
      'ValidationException',
      /case/,
    ],
    ['a token of nobody', { GrantTokens: ['token'] }, 'InvalidGrantTokenException', /^$/],
    ['a dry run', { DryRun: true }, 'DryRunOperationException', /would have succeeded/],
  ])('refuses %s', async (_, more, type, text) => {
    const answer = await create(more);
    expect(answer).toMatchObject({ status: 400, type });
    expect(answer.text ?? '').toMatch(text);
    const { body } = await world.call(account.admin, 'ListGrants', { KeyId: keyId });
    expect(body.Grants).toEqual([]);
  });

  it('answers the same grant for the same name and parameters, and another token each time', async () => {
    const first = await grant(['Encrypt', 'Decrypt'], { Name: 'mine' });
    const again = await grant(['Decrypt', 'Encrypt'], { Name: 'mine' });
    expect(again.GrantId).toBe(first.GrantId);
    expect(again.GrantToken).not.toBe(first.GrantToken);
    const others = [
      await grant(['Encrypt'], { Name: 'mine' }),
      await grant(['Encrypt', 'Decrypt'], { Name: 'other' }),
      await grant(['Encrypt', 'Decrypt']),
      await grant(['Encrypt', 'Decrypt']),
    ];
    expect(new Set([first, ...others].map(({ GrantId }) => GrantId)).size).toBe(5);
    await world.call(account.admin, 'RetireGrant', { GrantToken: first.GrantToken });
    expect(await world.call(account.admin, 'RetireGrant', { GrantToken: again.GrantToken })).toMatchObject({
      type: 'NotFoundException',
    });
    expect((await grant(['Encrypt', 'Decrypt'], { Name: 'mine' })).GrantId).not.toBe(first.GrantId);
  });

  it('makes one grant where many ask for the same at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => grant(['Encrypt'], { Name: 'same' })));
    expect(new Set(answers.map(({ GrantId }) => GrantId)).size).toBe(1);
  });

  it('refuses constraints that are too many before anything is compared with them', async () => {
    const pairs = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`n${i}`, 'v']));
    const answer = await create({ Constraints: { EncryptionContextEquals: pairs } }, user);
    expect(answer).toMatchObject({ status: 400, type: 'ValidationException' });
  });

  it('by a grant alone constrains what that grant does, and not a name that looks alike', async () => {
    await grant(['CreateGrant', 'Encrypt'], { Constraints: { EncryptionContextSubset: { kind: 'test' } } });
    const by = (name: string) => create({ Constraints: { EncryptionContextSubset: { [name]: 'test' } } }, user);
    expect(await by('\u212aind')).toMatchObject(refused);
    expect(await by('KIND')).toMatchObject({ status: 200 });
  });

  it('by a grant alone hands on no more than that grant gives', async () => {
    const Constraints = { EncryptionContextSubset: { a: '1' } };
    await grant(['Encrypt', 'CreateGrant'], { Constraints });
    const by = (more: object) => create({ ...more }, user);
    expect(await by({ Constraints })).toMatchObject({ status: 200 });
    expect(await by({ Constraints: { EncryptionContextSubset: { A: '1', b: '2' } } })).toMatchObject({ status: 200 });
    expect(await by({ Constraints: { EncryptionContextEquals: { a: '1' } } })).toMatchObject({ status: 200 });
    for (const more of [
      {},
      { Constraints: { EncryptionContextSubset: { a: '2' } } },
      { Constraints: { EncryptionContextEquals: { b: '1' } } },
      { Operations: ['Encrypt', 'Decrypt'], Constraints },
    ]) {
      expect(await by(more)).toMatchObject(refused);
    }
  });
});

it('the audit log has who got what, and never a token', async () => {
  const { GrantToken } = await grant(['Encrypt'], { Name: 'mine' });
  await encrypt({ GrantTokens: [GrantToken] });
  await world.call(account.admin, 'RetireGrant', { GrantToken });
  const log = world.store.entries().map(({ leaf, details }) => `${String(leaf)} ${String(details)}`);
  expect(log.filter((entry) => entry.includes('kms:CreateGrant') && entry.includes(user.principal.arn))).toHaveLength(
    1,
  );
  expect(log.filter((entry) => entry.includes(GrantToken))).toEqual([]);
});

const grantOperations: readonly OperationName[] = ['ListGrants', 'RevokeGrant', 'RetireGrant'];
it.each(grantOperations)('%s refuses what has not the form of a grant id', async (operation) => {
  const answer = await world.call(account.admin, operation, { KeyId: keyId, GrantId: 'x' });
  expect(answer).toMatchObject({ status: 400, type: 'InvalidGrantIdException' });
});
