import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYMMETRIC, type Origin } from '../../crypto/key-spec.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import { adminHouse, REGION_NAME, type AdminHouse, type Answer } from './admin.fixture.ts';

const DELEGATE = (account: string) => ({
  Effect: 'Allow',
  Principal: { AWS: account },
  Action: 'kms:*',
  Resource: '*',
});

describe('endpoints for external key stores', () => {
  let house: AdminHouse;
  let apiKey: string;
  let serial = 0;

  beforeAll(async () => {
    house = await adminHouse();
    apiKey = (await house.member(['administrator'])).apiKey;
  });
  afterAll(() => house.close());

  const post = (path: string, body: object = {}): Promise<Answer> => house.send(apiKey, 'POST', path, body);
  const codeOf = ({ body }: Answer) => (body['error'] as { code?: string } | undefined)?.code;

  async function endpoint(more: object = {}): Promise<string> {
    const { status, body } = await post('/xks-endpoints', { name: `e${serial++}`, region: REGION_NAME, ...more });
    expect(status).toBe(201);
    return (body['endpoint'] as { endpointId: string }).endpointId;
  }

  async function key(origin: Origin = 'generated', statements: object[] = []): Promise<string> {
    const accessPolicy = JSON.stringify({ Statement: [DELEGATE(house.tenant.accountId), ...statements] });
    const wanted = {
      spec: SYMMETRIC,
      usage: 'encrypt-decrypt',
      origin,
      description: '',
      tags: [],
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy,
    } as const;
    const made = createKey(house.region, wanted, house.services.clock(), house.services.random);
    await house.commit(...made.writes);
    return made.value.id;
  }

  it('shows a credential once, in the form that AWS takes, and never again', async () => {
    const { body } = await post('/xks-endpoints', { name: 'shown', region: REGION_NAME, pathPrefix: '/a/b-c_d' });
    expect(body['accessKeyId']).toMatch(/^[A-Z2-7]{20,30}$/);
    expect(body['rawSecretAccessKey']).toMatch(/^[A-Za-z0-9+/=]{43,64}$/);
    expect(body['endpoint']).toMatchObject({ uriPath: '/a/b-c_d/kms/xks/v1', keys: [] });
    const listed = JSON.stringify((await house.send(apiKey, 'GET', '/xks-endpoints')).body);
    expect(listed).toContain(body['accessKeyId']);
    const everything = JSON.stringify([
      listed,
      house.logged,
      house.store.entries().map(({ details }) => String(details)),
    ]);
    expect(everything).not.toContain(body['rawSecretAccessKey']);
  });

  it('keeps names and paths apart', async () => {
    await endpoint({ name: 'twice', pathPrefix: '/twice' });
    const again = (more: object) => post('/xks-endpoints', { name: 'other', region: REGION_NAME, ...more });
    expect(codeOf(await again({ name: 'twice' }))).toBe('xks-endpoint-exists');
    expect(codeOf(await again({ pathPrefix: '/twice' }))).toBe('xks-path-taken');
    expect(codeOf(await again({ region: 'eu-west-9' }))).toBe('region-not-found');
    for (const pathPrefix of ['twice', '/a/', '/a//b', '/a.b', `/${'a'.repeat(117)}`]) {
      expect([pathPrefix, codeOf(await again({ pathPrefix }))]).toEqual([pathPrefix, 'invalid-request']);
    }
  });

  it('keeps two credentials, the newest first', async () => {
    const id = await endpoint();
    const first = (await house.send(apiKey, 'GET', `/xks-endpoints/${id}`)).body['accessKeyIds'] as string[];
    const second = (await post(`/xks-endpoints/${id}/rotate-credential`)).body;
    expect((second['endpoint'] as { accessKeyIds: string[] }).accessKeyIds).toEqual([second['accessKeyId'], ...first]);
    const third = (await post(`/xks-endpoints/${id}/rotate-credential`)).body;
    expect((third['endpoint'] as { accessKeyIds: string[] }).accessKeyIds).toEqual([
      third['accessKeyId'],
      second['accessKeyId'],
    ]);
  });

  it('exposes keys within limits, and hides them', async () => {
    const id = await endpoint();
    const keyId = await key();
    const limits = { xksKeyId: 'payroll', operations: ['DECRYPT'], perSecond: 5, awsRegions: ['eu-west-1'] };
    expect((await post(`/xks-endpoints/${id}/expose`, { keyId, ...limits })).body['keys']).toEqual([
      { keyId, ...limits },
    ]);
    // Again: other limits for the same key.
    const plain = { keyId, xksKeyId: 'payroll', operations: ['ENCRYPT', 'DECRYPT'] };
    expect((await post(`/xks-endpoints/${id}/expose`, { keyId, xksKeyId: 'payroll' })).body['keys']).toEqual([plain]);
    const other = await key();
    expect(codeOf(await post(`/xks-endpoints/${id}/expose`, { keyId: other, xksKeyId: 'payroll' }))).toBe(
      'xks-key-exists',
    );
    expect((await post(`/xks-endpoints/${id}/expose`, { keyId: other })).body['keys']).toMatchObject([
      plain,
      { xksKeyId: other },
    ]);
    expect((await post(`/xks-endpoints/${id}/hide`, { xksKeyId: 'payroll' })).body['keys']).toMatchObject([
      { keyId: other },
    ]);
    expect(codeOf(await post(`/xks-endpoints/${id}/hide`, { xksKeyId: 'payroll' }))).toBe('xks-key-not-found');
  });

  it('takes as many limits as it says, of the longest', async () => {
    const id = await endpoint();
    const longest = Array.from({ length: 10 }, (_, i) => `${i}${'"'.repeat(511)}`);
    const body = { keyId: await key(), awsPrincipals: longest, kmsKeyArns: longest };
    expect((await post(`/xks-endpoints/${id}/expose`, body)).status).toBe(200);
    const tooMany = { ...body, awsPrincipals: [...longest, 'one more'] };
    expect(codeOf(await post(`/xks-endpoints/${id}/expose`, tooMany))).toBe('invalid-request');
  });

  it('exposes no key that is not there, and none whose policy keeps its use from being granted', async () => {
    const id = await endpoint();
    const nobody = '1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01';
    expect(codeOf(await post(`/xks-endpoints/${id}/expose`, { keyId: nobody }))).toBe('key-not-exposable');
    expect(codeOf(await post(`/xks-endpoints/${nobody}/expose`, { keyId: nobody }))).toBe('xks-endpoint-not-found');
    const closed = await key('generated', [
      { Effect: 'Deny', Principal: '*', Action: 'kms:CreateGrant', Resource: '*' },
    ]);
    expect(codeOf(await post(`/xks-endpoints/${id}/expose`, { keyId: closed }))).toBe('access-denied');
  });

  it('is gone when it was deleted, and its path is free', async () => {
    const id = await endpoint({ pathPrefix: '/gone' });
    expect((await post(`/xks-endpoints/${id}/delete`)).status).toBe(200);
    expect(codeOf(await house.send(apiKey, 'GET', `/xks-endpoints/${id}`))).toBe('xks-endpoint-not-found');
    await endpoint({ pathPrefix: '/gone' });
  });

  it('belongs to its tenant', async () => {
    const id = await endpoint();
    const stranger = (await house.member(['administrator'], house.stranger)).apiKey;
    const answer = await house.send(stranger, 'POST', `/xks-endpoints/${id}/rotate-credential`, {});
    expect(codeOf(answer)).toBe('xks-endpoint-not-found');
  });
});
