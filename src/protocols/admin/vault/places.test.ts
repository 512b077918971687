import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse } from '../admin.fixture.ts';

describe('what a tenant may name as a place', () => {
  let house: AdminHouse;
  let apiKey: string;

  beforeAll(async () => {
    house = await adminHouse({
      lendsCredentials: true,
      hosted: [
        {
          type: 'bucket',
          provider: 'aws-s3',
          bucket: 'operator-bucket',
          prefix: 'hosted/',
          region: 'us-east-1',
          credentials: 'environment',
        },
      ],
    });
    apiKey = (await house.member(['administrator', 'operator'])).apiKey;
  });
  afterAll(() => house.close());

  const environment = (storage: object) => ({
    label: 'somebody',
    storage: { type: 'aws-s3', region: 'us-east-1', credentials: { kind: 'environment' }, ...storage },
    encryptAutomatically: true,
    encryption: 'AES-256',
  });
  const refusalOf = async (path: string, body: object) => {
    const answer = await house.send(apiKey, 'POST', path, body);
    return [answer.status, (answer.body['error'] as { code: string }).code];
  };

  it.each<[string, object]>([
    ['its prefix', { prefix: 'hosted/' }],
    ['a prefix of another tenant', { prefix: 'hosted/5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11/' }],
    ['all of it', {}],
    ['anything beside it', { prefix: 'elsewhere/' }],
    ["it by the provider's address", { endpoint: 'https://s3.us-east-1.amazonaws.com' }],
  ])("is no bucket of the operator's own store, with the credentials that it lends: %s", async (_, more) => {
    const storage = { bucketName: 'operator-bucket', ...more };
    expect(await refusalOf('/environments', environment(storage))).toEqual([409, 'place-taken']);
    expect(await refusalOf('/environments/preflight', environment(storage))).toEqual([409, 'place-taken']);
  });

  it('is no address with a password in it, which would stay in the log', async () => {
    const storage = { bucketName: 'somebody', endpoint: 'https://somebody:canary-of-a-password@example.com' };
    expect(await refusalOf('/environments', environment(storage))).toEqual([400, 'invalid-request']);
    const texts = house.store.entries().map(({ leaf, details }) => String(leaf) + String(details));
    for (const text of [...texts, ...house.logged]) expect(text).not.toContain('canary-of-a-password');
  });
});
