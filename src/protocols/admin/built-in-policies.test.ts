import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN_NAMES, BUILT_IN_TEXTS } from '../../identity/built-in-policies.ts';
import { managedPolicyName, managedPolicyRef } from '../../identity/managed-policy.ts';
import { putBody } from '../../identity/body.ts';
import { adminHouse, type AdminHouse } from './admin.fixture.ts';

const LOOK = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"keystead:ListRegions","Resource":"*"}}';

describe('built-in policies', () => {
  let house: AdminHouse;
  let owner: string;

  beforeAll(async () => {
    house = await adminHouse();
    owner = (await house.member(['owner'])).apiKey;
  });
  afterAll(() => house.close());

  async function list(query = '') {
    const { status, body } = await house.send(owner, 'GET', `/policies${query}`);
    expect(status).toBe(200);
    return body as { items: { name: string; isBuiltIn: boolean; description: string }[]; next?: string };
  }

  /** A policy of the tenant's own from when its name was nobody's. */
  async function ofOld(name: string) {
    const id = '11111111-2222-4333-8444-555555555555';
    const { tenantId, tenantKey } = house.tenant;
    const body = { name, description: 'ours', document: LOOK, attachments: 0, createdAtMs: 1, updatedAtMs: 1 };
    const claim = [managedPolicyName(tenantId, name)];
    await house.commit(putBody(tenantKey.records, managedPolicyRef(tenantId, id), 0, body, { claim }));
  }

  it('come first in the list, each with what it is for, whatever the size of its pages', async () => {
    await house.send(owner, 'POST', '/policies', { name: 'mine', document: LOOK });
    await house.send(owner, 'POST', '/policies', { name: 'thine', document: LOOK });
    const { items, next } = await list();
    expect(next).toBeUndefined();
    expect(items.filter(({ isBuiltIn }) => isBuiltIn).map(({ name }) => name)).toEqual(BUILT_IN_NAMES);
    expect(items[5]).toMatchObject({ name: 'auditor', description: BUILT_IN_TEXTS.auditor.description });
    const all = items.map(({ name }) => name);
    for (const limit of [1, 4, all.length - 2, all.length - 1, all.length, all.length + 1]) {
      const paged: string[] = [];
      let after: string | undefined;
      do {
        const page = await list(`?limit=${limit}${after === undefined ? '' : `&after=${after}`}`);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        paged.push(...page.items.map(({ name }) => name));
        after = page.next;
      } while (after !== undefined);
      expect(paged).toEqual(all);
    }
  });

  it.each(['Owner', 'KEY-USER', 'auditor'])('keep their names to themselves: %s', async (name) => {
    const { status, body } = await house.send(owner, 'POST', '/policies', { name, document: LOOK });
    expect([status, body]).toMatchObject([409, { error: { code: 'access-policy-built-in' } }]);
  });

  it('are not all that can be named: what nothing asks for is said, and taken all the same', async () => {
    const document = '{"Statement":{"Effect":"Allow","Action":["kms:Encrpyt","kms:Decrypt"],"Resource":"*"}}';
    const made = await house.send(owner, 'POST', '/policies', { name: 'typo', document });
    expect([made.status, made.body]).toMatchObject([201, { unknownActions: ['kms:Encrpyt'] }]);
    expect((await house.send(owner, 'GET', '/policies/typo')).body).toMatchObject({ unknownActions: ['kms:Encrpyt'] });
    const changed = await house.send(owner, 'POST', '/policies/typo/update', { document: LOOK });
    expect(changed.status).toBe(200);
    expect(changed.body).not.toHaveProperty('unknownActions');
    const { body } = await house.send(owner, 'GET', '/actions');
    expect(body['actions']).toContain('keystead:ListRegions');
    await house.send(owner, 'POST', '/policies/typo/delete');
  });

  it('give way to a policy of the tenant that had the name before', async () => {
    const { member, apiKey } = await house.member([]);
    await ofOld('Auditor');
    const attached = await house.send(owner, 'POST', `/principals/${member.id}/policies/attach`, { policy: 'auditor' });
    expect([attached.status, attached.body]).toMatchObject([200, { policies: ['Auditor'] }]);
    expect((await house.send(apiKey, 'GET', '/regions')).status).toBe(200);
    expect((await house.send(apiKey, 'GET', '/credentials')).status).toBe(403);
    expect((await house.send(owner, 'GET', '/policies/auditor')).body).toMatchObject({ isBuiltIn: false });
    const names = (await list()).items.filter(({ name }) => name.toLowerCase() === 'auditor');
    expect(names).toMatchObject([{ name: 'Auditor', isBuiltIn: false }]);
  });
});
