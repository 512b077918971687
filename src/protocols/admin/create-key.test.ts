import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY_SPECS } from '../../crypto/key-spec.ts';
import { adminHouse, type AdminHouse } from './admin.fixture.ts';

const ON_AWS = KEY_SPECS.filter(({ isUnknownToAws }) => isUnknownToAws !== true);

let house: AdminHouse;
let administrator: string;

beforeAll(async () => {
  house = await adminHouse();
  administrator = (await house.member(['administrator'])).apiKey;
});
afterAll(() => house.close());

const make = (body: object, apiKey = administrator) => house.send(apiKey, 'POST', '/regions/us-east-1/keys', body);

describe('making a key', () => {
  it('needs no word for a symmetric one', async () => {
    const { status, body } = await make({});
    expect(status).toBe(201);
    expect(body).toMatchObject({ spec: 'aes-256', usage: 'encrypt-decrypt', origin: 'generated', state: 'enabled' });
    const { body: shown } = await house.send(
      administrator,
      'GET',
      `/regions/us-east-1/keys/${body['keyId'] as string}`,
    );
    expect(shown).toEqual(body);
  });

  it.each(ON_AWS.flatMap(({ name, aws, usages }) => usages.map((usage) => [name, aws, usage] as const)))(
    'takes %s and %s for %s',
    async (name, aws, usage) => {
      // What has to be generated off the event loop is tried where it is: in the keys themselves.
      const origin = 'imported';
      const words = usage.toUpperCase().replaceAll('-', '_');
      for (const kind of [
        { spec: name, usage },
        { spec: aws, usage: words },
      ]) {
        const { status, body } = await make({ ...kind, origin });
        expect([status, body]).toMatchObject([201, { spec: name, usage, origin, state: 'pending-import' }]);
      }
    },
  );

  it('generates pairs', async () => {
    for (const spec of ['rsa-2048', 'ec-p521', 'ed25519', 'ml-dsa-44', 'sm2']) {
      const { status, body } = await make({ spec, usage: 'sign-verify', tags: [{ key: 'a', value: 'b' }] });
      expect([status, body]).toMatchObject([201, { spec, state: 'enabled', tags: [{ key: 'a', value: 'b' }] }]);
    }
  });

  it('makes primaries of multi-Region keys where that is asked for', async () => {
    const { status, body } = await make({ multiRegion: true });
    const multiRegion = { primaryRegion: 'us-east-1', regions: ['us-east-1'] };
    expect([status, body]).toMatchObject([201, { keyId: expect.stringMatching(/^mrk-/) as string, multiRegion }]);
  });

  it.each([
    [{ spec: 'ec-p256' }, 'usage-missing'],
    [{ spec: 'RSA_2048' }, 'usage-missing'],
    [{ spec: 'ec-p256', usage: 'encrypt-decrypt' }, 'usage-unfit'],
    [{ spec: 'HMAC_256', usage: 'SIGN_VERIFY' }, 'usage-unfit'],
  ])('refuses %o', async (body, code) => {
    const answer = await make(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { code } });
  });

  it('asks policies with what the key is to be, as the AWS wire does', async () => {
    const { member, apiKey } = await house.member(['administrator']);
    const deny = (Condition: object) => ({ Effect: 'Deny', Action: 'kms:CreateKey', Resource: '*', Condition });
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        deny({ StringEquals: { 'kms:KeySpec': 'HMAC_256' } }),
        deny({ StringEquals: { 'kms:KeyOrigin': 'EXTERNAL' } }),
        deny({ Bool: { 'kms:MultiRegion': 'true' } }),
        deny({ StringEquals: { 'aws:RequestTag/stage': 'test' } }),
      ],
    });
    const path = `/principals/${member.id}/inline-policies/put`;
    expect((await house.send(administrator, 'POST', path, { name: 'not-these', document })).status).toBe(200);
    expect((await make({}, apiKey)).status).toBe(201);
    for (const body of [
      { spec: 'hmac-256' },
      { origin: 'imported' },
      { multiRegion: true },
      { tags: [{ key: 'stage', value: 'test' }] },
    ]) {
      expect((await make(body, apiKey)).status).toBe(403);
    }
  });

  it('refuses words that it does not know, regions that are not there, and who may not', async () => {
    expect((await make({ spec: 'des' })).status).toBe(400);
    expect((await make({ spec: 'ec-p256', usage: 'sign' })).status).toBe(400);
    expect((await house.send(administrator, 'POST', '/regions/eu-west-9/keys', {})).status).toBe(404);
    expect((await make({}, (await house.member(['user'])).apiKey)).status).toBe(403);
  });
});
