import { generateKeyPairSync } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, type AdminHouse, type Answer } from '../protocols/admin/admin.fixture.ts';
import { agentRef, putAgent, readAgent } from '../vault/agents/agent-record.ts';
import { invitedAgent } from '../vault/agents/agent.ts';
import { makePrincipal } from '../identity/principal.ts';
import { findEnvironment } from './find-environment.ts';
import { forgetLeftBehind } from './forget-left-behind.ts';
import { withoutEnvironment } from './leave-environment.ts';

const DAY_MS = 24 * 3_600_000;

describe('the user of an agent', () => {
  let house: AdminHouse;
  let apiKey: string;
  let number = 0;

  beforeAll(async () => {
    house = await adminHouse();
    apiKey = (await house.member(['owner', 'operator'])).apiKey;
  });
  afterAll(() => house.close());

  const send = (path: string, body?: object, by = apiKey) =>
    house.send(by, body === undefined ? 'GET' : 'POST', path, body);
  const codeOf = ({ status, body }: Answer) => [status, (body['error'] as { code: string } | undefined)?.code];

  async function made(): Promise<{ id: string; label: string; path: string }> {
    const label = `hosts ${++number}`;
    const path = join(house.scratch, 'vaults', `hosts-${number}`);
    const storage = { type: 'folder', path, region: 'us-east-1' };
    const answer = await send('/environments', { label, storage, encryptAutomatically: true, encryption: 'AES-256' });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return { id: (answer.body['environment'] as { environmentId: string }).environmentId, label, path };
  }

  /** An agent that was invited, and the API key in its token. */
  async function invited(environmentId: string, name = 'db-1') {
    const { status, body } = await send(`/environments/${environmentId}/agents`, { name });
    expect(status).toBe(201);
    const { agentId, principalId } = body['agent'] as { agentId: string; principalId: string };
    const [, , key] = (body['token'] as string).split('.');
    return { agentId, principalId, key: key as string };
  }

  async function enrolled(environmentId: string) {
    const agent = await invited(environmentId);
    const { publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    const path = `/environments/${environmentId}/agents/${agent.agentId}/enrolment`;
    const { status, body } = await send(path, { publicKey: raw }, agent.key);
    expect([status, body]).toEqual([201, expect.anything()]);
    return { ...agent, key: body['apiKey'] as string };
  }

  const userState = async (id: string) => (await house.services.directory.member(house.tenant, id))?.state;
  const isProven = async (environmentId: string, { agentId, key }: { agentId: string; key: string }) =>
    (await send(`/environments/${environmentId}/agents/${agentId}/word`, { look: false }, key)).status !== 401;
  const recordOf = (id: string) => house.store.read(agentRef(house.tenant.tenantId, id));

  it('ends with its environment, in the same commit, and the answer names it', async () => {
    const { id, label } = await made();
    const [agent, other] = [await invited(id), await invited(id, 'db-2')];
    expect(await isProven(id, agent)).toBe(true);
    const gone = await send(`/environments/${id}/delete`, { label });
    expect(gone.status).toBe(200);
    expect(gone.body['meaning']).toMatch(/The credentials of its agents (db-1, db-2|db-2, db-1) have ended/);
    for (const one of [agent, other]) {
      expect(await isProven(id, one)).toBe(false);
      expect(await userState(one.principalId)).toBe('deleted');
    }
  });

  it('ends also where several have the same policy of the tenant, which counts all of them off', async () => {
    const { id, label } = await made();
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    });
    expect((await send('/policies', { name: 'of-hosts', document })).status).toBe(201);
    const agents = [await invited(id), await invited(id, 'db-2'), await invited(id, 'db-3')];
    for (const { principalId } of agents) {
      const attached = await send(`/principals/${principalId}/policies/attach`, { policy: 'of-hosts' });
      expect([attached.status, attached.body]).toEqual([200, expect.anything()]);
    }
    const gone = await send(`/environments/${id}/delete`, { label });
    expect([gone.status, gone.body]).toEqual([200, expect.anything()]);
    for (const one of agents) expect(await isProven(id, one)).toBe(false);
    for (const one of agents) expect(await userState(one.principalId)).toBe('deleted');
    expect((await send('/policies/of-hosts')).body).toMatchObject({ attachments: 0 });
  });

  it('ends where it came to be at the moment at which its environment went', async () => {
    const { id } = await made();
    const { records, directory, pipeline, clock, random } = house.services;
    const { tenant } = house;
    const services = { records, directory, pipeline, clock };
    const environment = await findEnvironment(records, tenant, id);
    const { writes } = await withoutEnvironment(services, tenant, environment!, clock());
    await house.commit(...writes);
    const { member, write } = makePrincipal(tenant, 'vault-agent-late', [], clock(), random);
    const late = { id: '6e1c9a0d-3f5b-4c1a-8f0e-9d3b7a2c4e55', tenantId: tenant.tenantId, environmentId: id };
    const agent = invitedAgent({ ...late, name: 'late', principalId: member.id, invitedUntilMs: 1 }, clock());
    await house.commit(write, putAgent(tenant.tenantKey, undefined, agent));
    expect(await forgetLeftBehind(services)).toBe(2);
    expect(await userState(member.id)).toBe('deleted');
    expect(readAgent(tenant.tenantKey, recordOf(agent.id)!)).toMatchObject({ state: 'revoked' });
    // Its record stays for a while, and nothing more is done about it.
    expect(await forgetLeftBehind(services)).toBe(0);
    house.setClock(clock() + 3 * DAY_MS);
    expect(await forgetLeftBehind(services)).toBeGreaterThan(0);
    expect(recordOf(agent.id)).toBeUndefined();
    house.setClock(clock() - 3 * DAY_MS);
  });

  it('ends when the agent is revoked, for good', async () => {
    const { id } = await made();
    const agent = await enrolled(id);
    expect(await isProven(id, agent)).toBe(true);
    const revoked = await send(`/environments/${id}/agents/${agent.agentId}/revocation`, {});
    expect([revoked.status, revoked.body]).toEqual([200, expect.objectContaining({ state: 'revoked' })]);
    expect(await isProven(id, agent)).toBe(false);
    expect(await userState(agent.principalId)).toBe('deleted');
    const again = await send(`/principals/${agent.principalId}/resume`, {});
    expect(codeOf(again)).toEqual([404, 'principal-not-found']);
  });

  it('ends also while the store says no; the agent is signed out when that works again', async () => {
    const { id, path } = await made();
    const agent = await enrolled(id);
    renameSync(path, `${path}-away`);
    const refused = await send(`/environments/${id}/agents/${agent.agentId}/revocation`, {});
    expect(refused.status).toBe(422);
    expect(refused.body['error']).toMatchObject({
      message: expect.stringContaining('The credentials of the agent db-1 have ended.') as string,
    });
    const [entry] = house.store.entries().slice(-1);
    // What ended stands in the entry of the refusal.
    expect(JSON.parse(String(entry?.leaf))).toMatchObject({ action: 'keystead:RevokeAgent', outcome: 'refused' });
    expect(String(entry?.details)).toContain(`"result":{"endedUser":"${agent.principalId}"}`);
    expect(await isProven(id, agent)).toBe(false);
    const shown = await send(`/environments/${id}/agents/${agent.agentId}`);
    expect(shown.body).toMatchObject({ state: 'enrolled' });
    expect(existsSync(path)).toBe(false);
    renameSync(`${path}-away`, path);
    const done = await send(`/environments/${id}/agents/${agent.agentId}/revocation`, {});
    expect([done.status, done.body]).toEqual([200, expect.objectContaining({ state: 'revoked', through: 0 })]);
  });
});
