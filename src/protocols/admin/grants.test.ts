import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySpec, type KeySpecRow } from '../../crypto/key-spec.ts';
import { userArn } from '../../identity/arn.ts';
import { createKey } from '../../keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../../keys/instance-policies.ts';
import type { Key } from '../../keys/key.ts';
import { adminHouse, fits, REGION_NAME, type AdminHouse } from './admin.fixture.ts';
import { createGrant, listGrants } from './resources/grants.ts';

let house: AdminHouse;
let admin: string;
/** Somebody without any policy. */
let weak: { readonly arn: string; readonly apiKey: string };

beforeAll(async () => {
  house = await adminHouse();
  admin = (await house.member(['administrator'])).apiKey;
  const { member, apiKey } = await house.member([]);
  weak = { arn: userArn(house.tenant.accountId, member.name), apiKey };
});
afterAll(() => house.close());

async function key(): Promise<Key> {
  const { value, writes } = createKey(
    house.region,
    {
      spec: keySpec('aes-256') as KeySpecRow,
      usage: 'encrypt-decrypt',
      origin: 'generated',
      description: '',
      tags: [],
      instancePolicies: NO_INSTANCE_POLICIES,
      accessPolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: house.tenant.accountId }, Action: 'kms:*', Resource: '*' },
      }),
    },
    house.services.clock(),
    house.services.random,
  );
  await house.commit(...writes);
  return value;
}

const onKey = ({ id }: Key, below = '') => `/regions/${REGION_NAME}/keys/${id}${below}`;
const codeOf = (body: Record<string, unknown>) => (body['error'] as { code: string }).code;

describe('grants over the admin API', () => {
  it('give a right, show it, and take it away', async () => {
    const one = await key();
    expect((await house.send(weak.apiKey, 'GET', onKey(one))).status).toBe(403);
    const wanted = {
      grantee: weak.arn,
      operations: ['DescribeKey', 'Encrypt'],
      constraints: { encryptionContextSubset: [{ name: 'purpose', value: 'test' }] },
      name: 'mine',
    };
    const made = await house.send(admin, 'POST', onKey(one, '/grants'), wanted);
    expect([made.status, fits(createGrant, made.body)]).toEqual([201, true]);
    expect(made.body).toMatchObject({ ...wanted, issuedBy: `arn:aws:iam::${house.tenant.accountId}:root` });
    const again = await house.send(admin, 'POST', onKey(one, '/grants'), wanted);
    expect(again.body['grantId']).toBe(made.body['grantId']);
    expect((await house.send(weak.apiKey, 'GET', onKey(one))).status).toBe(200);
    const listed = await house.send(admin, 'GET', onKey(one, `/grants?grantee=${encodeURIComponent(weak.arn)}`));
    expect([listed.body, fits(listGrants, listed.body)]).toEqual([{ items: [made.body] }, true]);
    const others = await house.send(admin, 'GET', onKey(one, `/grants?grantee=${house.tenant.accountId}`));
    expect(others.body).toEqual({ items: [] });
    const revoked = await house.send(admin, 'POST', onKey(one, `/grants/${made.body['grantId'] as string}/revoke`));
    expect([revoked.status, revoked.body]).toEqual([200, made.body]);
    expect((await house.send(weak.apiKey, 'GET', onKey(one))).status).toBe(403);
  });

  it('are listed in pages', async () => {
    const one = await key();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) {
      const wanted = { grantee: house.tenant.accountId, operations: ['Encrypt'] };
      made.push((await house.send(admin, 'POST', onKey(one, '/grants'), wanted)).body['grantId'] as string);
    }
    for (const filter of ['', `&grantee=${house.tenant.accountId}`]) {
      const seen: unknown[] = [];
      for (let next: string | undefined = ''; next !== undefined;) {
        const path = onKey(one, `/grants?limit=2${next === '' ? '' : `&after=${next}`}${filter}`);
        const { body } = await house.send(admin, 'GET', path);
        seen.push(...(body['items'] as { grantId: string }[]).map(({ grantId }) => grantId));
        next = body['next'] as string | undefined;
      }
      expect(seen).toEqual(made.toSorted());
    }
  });

  it('are retired by whom they name, and by the account', async () => {
    const one = await key();
    const { arn, apiKey } = weak;
    const retire = (by: string, grantId: unknown) =>
      house.send(by, 'POST', `/regions/${REGION_NAME}/grants/${grantId as string}/retire`);
    const create = async (more: object) =>
      (await house.send(admin, 'POST', onKey(one, '/grants'), { grantee: arn, operations: ['Encrypt'], ...more })).body[
        'grantId'
      ];
    const [plain, own, named] = [
      await create({}),
      await create({ operations: ['Encrypt', 'RetireGrant'] }),
      await create({ retiring: arn }),
    ];
    expect((await retire(apiKey, plain)).status).toBe(403);
    expect((await retire(apiKey, own)).status).toBe(200);
    expect((await retire(apiKey, named)).status).toBe(200);
    expect((await retire(admin, plain)).status).toBe(200);
    const gone = await retire(admin, plain);
    expect([gone.status, codeOf(gone.body)]).toEqual([404, 'grant-not-found']);
  });

  it.each([
    ['an unknown principal', { grantee: 'arn:aws:iam::123456789012:user/nobody' }, 404, 'principal-not-found'],
    ['what the key cannot do', { operations: ['Sign'] }, 400, 'grant-invalid'],
    ['what is no operation', { operations: ['PutKeyPolicy'] }, 400, 'invalid-request'],
    ['a service without a resource', { grantee: 'a.example.com' }, 400, 'grant-invalid'],
  ])('are refused for %s', async (_, more, status, code) => {
    const one = await key();
    const wanted = { grantee: house.tenant.accountId, operations: ['Encrypt'], ...more };
    const answer = await house.send(admin, 'POST', onKey(one, '/grants'), wanted);
    expect([answer.status, codeOf(answer.body)]).toEqual([status, code]);
  });
});
