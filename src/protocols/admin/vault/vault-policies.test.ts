import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';

const CRN = `crn:v1:bluemix:public:kms:us-south:a/${'a'.repeat(32)}:${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}:key:${'1'.repeat(8)}-0000-4000-8000-${'1'.repeat(12)}`;

describe('policies to copy, over the admin API', () => {
  let house: AdminHouse;
  let key: string;

  beforeAll(async () => {
    house = await adminHouse();
    key = (await house.member(['administrator'])).apiKey;
  });
  afterAll(() => house.close());

  const ask = (query: Record<string, string>) =>
    house.send(key, 'GET', `/vault-policies?${new URLSearchParams(query).toString()}`);
  const documentOf = async (query: Record<string, string>) => {
    const { status, body } = await ask(query);
    expect([status, body]).toEqual([200, { document: expect.any(String), where: expect.any(String) }]);
    return body['document'] as string;
  };

  it.each([
    [
      { for: 'storage', bucket: 'acme', prefix: 'clinic', role: 'reader' },
      'arn:aws:s3:::acme/clinic/*',
      's3:PutObject',
    ],
    [{ for: 'storage', bucket: 'acme', role: 'writer' }, 's3:PutObject', 's3:GetObjectVersion'],
    [{ for: 'key', principal: 'arn:aws:iam::111122223333:user/backup' }, 'user/backup', 'ACCOUNT_ID'],
    [{ for: 'trust' }, 'sts:ExternalId', 'kms:'],
    [{ for: 'key', key: CRN }, 'kms', 'kms:Decrypt'],
    [{ for: 'storage', language: 'ibm', bucket: 'acme' }, 'cloud-object-storage', 's3:PutObject'],
  ])('of %j says %s and not %s', async (query, there, notThere) => {
    const document = await documentOf(query);
    expect(document).toContain(there);
    expect(document).not.toContain(notThere);
  });

  it.each([
    [{ for: 'key', language: 'ibm', key: 'arn:aws:kms:us-east-1:111122223333:key/x' }, 400, 'invalid-request'],
    [{ for: 'trust', language: 'ibm' }, 400, 'invalid-request'],
    [{ for: 'everything' }, 400, 'invalid-request'],
    [{ for: 'key', environmentId: '00000000-0000-4000-8000-000000000000' }, 404, 'environment-not-found'],
  ])('refuses %j', async (query, status, code) => {
    const answer = await ask(query);
    expect([answer.status, (answer.body['error'] as { code: string }).code]).toEqual([status, code]);
  });
});
