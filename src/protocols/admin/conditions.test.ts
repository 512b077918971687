import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { rootArn, userArn } from '../../identity/arn.ts';
import { putPrincipal } from '../../identity/principal.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import type { Key } from '../../keys/key.ts';
import { adminHouse, REGION_NAME, type AdminHouse } from './admin.fixture.ts';

let house: AdminHouse;
let admin: string;
let grantee: string;

beforeAll(async () => {
  house = await adminHouse();
  admin = (await house.member(['administrator'])).apiKey;
  const { member } = await house.member([]);
  grantee = userArn(house.tenant.accountId, member.name);
});
afterAll(() => house.close());

/** A key that the account may do everything with but one thing. */
async function keyBut(action: string, condition: object): Promise<Key> {
  const statement = { Principal: { AWS: house.tenant.accountId }, Resource: '*' };
  const accessPolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...statement, Effect: 'Allow', Action: 'kms:*' },
      { ...statement, Effect: 'Deny', Principal: '*', Action: action, Condition: condition },
    ],
  });
  const kind = { spec: keySpec('aes-256') as KeySpecRow, usage: 'encrypt-decrypt', origin: 'generated' } as const;
  const wanted = { ...kind, description: '', tags: [], accessPolicy, instancePolicies: NO_INSTANCE_POLICIES };
  const { clock, random } = house.services;
  const { value, writes } = createKey(house.region, wanted, clock(), random);
  await house.commit(...writes);
  return value;
}

describe('what a policy of a key asks holds over the admin API as on the AWS wire', () => {
  const pairs = (name: string, value: string) => ({ encryptionContextSubset: [{ name, value }] });

  it.each<[string, object, string, object, object]>([
    [
      'kms:ScheduleKeyDeletion',
      { NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '14' } },
      '/schedule-deletion',
      { windowDays: 13 },
      { windowDays: 14 },
    ],
    [
      'kms:ScheduleKeyDeletion',
      { NumericGreaterThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '29' } },
      '/schedule-deletion',
      {},
      { windowDays: 29 },
    ],
    [
      'kms:EnableKeyRotation',
      { NumericGreaterThan: { 'kms:RotationPeriodInDays': '364' } },
      '/enable-rotation',
      {},
      { periodDays: 364 },
    ],
    [
      'kms:TagResource',
      { StringEquals: { 'aws:RequestTag/team': 'red' } },
      '/tags',
      // Two tags of a key, and one name for conditions, as on the AWS wire: neither hides the other.
      {
        tags: [
          { key: 'team', value: 'red' },
          { key: 'Team', value: 'blue' },
        ],
      },
      { tags: [{ key: 'Team', value: 'blue' }] },
    ],
    [
      'kms:CreateGrant',
      { 'ForAnyValue:StringEquals': { 'kms:GrantOperations': ['Decrypt'] } },
      '/grants',
      { operations: ['Encrypt', 'Decrypt'] },
      { operations: ['Encrypt'] },
    ],
    [
      'kms:CreateGrant',
      { StringLike: { 'kms:GranteePrincipal': 'arn:aws:iam::*:root' } },
      '/grants',
      { grantee: 'ACCOUNT' },
      {},
    ],
    ['kms:CreateGrant', { Null: { 'kms:RetiringPrincipal': 'false' } }, '/grants', { retiring: 'ACCOUNT' }, {}],
    [
      'kms:CreateGrant',
      { StringEquals: { 'kms:GrantConstraintType': 'EncryptionContextSubset' } },
      '/grants',
      { constraints: pairs('team', 'red') },
      {},
    ],
    [
      'kms:CreateGrant',
      { StringEquals: { 'kms:EncryptionContext:team': 'red' } },
      '/grants',
      { constraints: pairs('Team', 'red') },
      { constraints: pairs('team', 'blue') },
    ],
    [
      'kms:CreateGrant',
      { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'team' } },
      '/grants',
      { constraints: pairs('team', 'red') },
      { constraints: pairs('shift', 'red') },
    ],
  ])('%s %j', async (action, condition, below, refused, taken) => {
    const { id } = await keyBut(action, condition);
    const send = (body: object) => {
      const whole = below === '/grants' ? { grantee, operations: ['Encrypt'], ...body } : body;
      const text = JSON.stringify(whole).replaceAll('ACCOUNT', rootArn(house.tenant.accountId));
      return house.send(admin, 'POST', `/regions/${REGION_NAME}/keys/${id}${below}`, text);
    };
    expect((await send(refused)).status).toBe(403);
    expect((await send(taken)).status).toBeLessThan(300);
  });

  it('a grant by no service: made, listed or revoked', async () => {
    for (const [action, method, below] of [
      ['kms:ListGrants', 'GET', ''],
      ['kms:CreateGrant', 'POST', ''],
      ['kms:RevokeGrant', 'POST', `/${'0'.repeat(64)}/revoke`],
    ] as const) {
      const { id } = await keyBut(action, { Bool: { 'kms:GrantIsForAWSResource': 'false' } });
      const path = `/regions/${REGION_NAME}/keys/${id}/grants${below}`;
      const body = action === 'kms:CreateGrant' ? { grantee, operations: ['Encrypt'] } : undefined;
      expect((await house.send(admin, method, path, body)).status).toBe(403);
    }
  });

  it('a key at an endpoint of external key stores is lent as by a grant', async () => {
    const { id } = await keyBut('kms:CreateGrant', {
      'ForAnyValue:StringEquals': { 'kms:GrantOperations': 'Decrypt' },
    });
    const made = await house.send(admin, 'POST', '/xks-endpoints', { name: 'lent', region: REGION_NAME });
    const { endpointId } = made.body['endpoint'] as { endpointId: string };
    const expose = (operations: string[]) =>
      house.send(admin, 'POST', `/xks-endpoints/${endpointId}/expose`, { keyId: id, operations });
    expect((await expose(['ENCRYPT', 'DECRYPT'])).status).toBe(403);
    expect((await expose(['ENCRYPT'])).status).toBe(200);
  });

  it('who may lend a key by a grant alone lends no more than that grant gives', async () => {
    const { member, apiKey } = await house.member([]);
    const document = JSON.stringify({ Statement: { Effect: 'Allow', Action: 'keystead:*', Resource: '*' } });
    await house.commit(putPrincipal(house.tenant, { ...member, inline: [{ name: 'own', document }] }).write);
    const { id } = await keyBut('kms:Nothing', {});
    const made = await house.send(admin, 'POST', '/xks-endpoints', { name: 'by-grant', region: REGION_NAME });
    const { endpointId } = made.body['endpoint'] as { endpointId: string };
    const give = (more: object) =>
      house.send(admin, 'POST', `/regions/${REGION_NAME}/keys/${id}/grants`, {
        grantee: userArn(house.tenant.accountId, member.name),
        ...more,
      });
    const expose = async () =>
      (await house.send(apiKey, 'POST', `/xks-endpoints/${endpointId}/expose`, { keyId: id })).status;
    await give({ operations: ['CreateGrant', 'DescribeKey'] });
    await give({ operations: ['CreateGrant', 'DescribeKey', 'Encrypt', 'Decrypt'], constraints: pairs('a', 'b') });
    expect(await expose()).toBe(403);
    await give({ operations: ['CreateGrant', 'DescribeKey', 'Encrypt', 'Decrypt'] });
    expect(await expose()).toBe(200);
  });

  it.each([
    ['aws:RequestedRegion', REGION_NAME],
    ['kms:KeyRing', 'default'],
  ])('%s of a key that is to be made, where nothing else tells it', async (name, value) => {
    const { member, apiKey } = await house.member(['administrator']);
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Action: 'kms:CreateKey',
        Resource: '*',
        Condition: { StringEquals: { [name]: value } },
      },
    });
    await house.commit(putPrincipal(house.tenant, { ...member, inline: [{ name: 'no-keys', document }] }).write);
    expect((await house.send(apiKey, 'POST', `/regions/${REGION_NAME}/keys`, {})).status).toBe(403);
  });
});
