import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putPrincipal } from '../../../identity/principal.ts';
import { environmentArn } from '../../../jobs/find-environment.ts';
import { adminHouse, examplePath, type AdminHouse } from '../admin.fixture.ts';
import { ADMIN_ROUTES } from '../routes.ts';

const ROUTES = ADMIN_ROUTES.filter(({ path }) =>
  /^\/(?:environments\/\{|runs\/|alert-channels\/\{|alerts\/)/.test(path),
);
const OF_ENVIRONMENT = ROUTES.filter(({ path }) => /^\/(?:environments|runs)\//.test(path));
const PARTS = ROUTES.filter(({ path }) => /\{(?:source|schedule|agent)Id\}/.test(path));
const rows = (routes: typeof ROUTES) => routes.map((route) => [route.id, route] as const);

/** Every route about something of the vault, asked with ids that are there, by those who have nothing to do with them. */
describe('what is of the vault and somebody else', () => {
  let house: AdminHouse;
  let own: string;
  let stranger: string;
  let ofOther: string;
  const ids: Record<string, string> = {};
  let other: string;

  beforeAll(async () => {
    house = await adminHouse();
    own = (await house.member(['administrator', 'operator'])).apiKey;
    stranger = (await house.member(['administrator'], house.stranger)).apiKey;
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a record');
    const make = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const answer = await house.send(own, 'POST', path, body);
      expect([path, answer.status, answer.body]).toEqual([path, 201, expect.anything()]);
      return answer.body;
    };
    const region = house.region.region;
    const environment = async (label: string) => {
      const storage = { type: 'folder', path: join(house.scratch, 'vaults', label), region };
      const body = await make('/environments', { label, storage, encryptAutomatically: true, encryption: 'AES-256' });
      return (body['environment'] as { environmentId: string }).environmentId;
    };
    const id = await environment('one');
    other = await environment('another');
    const source = await make(`/environments/${id}/sources`, { name: 's', stream: { item: 's' } });
    const schedule = await make(`/environments/${id}/schedules`, {
      task: { kind: 'verify', level: 'list' },
      schedule: { cron: '0 4 * * 0' },
    });
    const agent = await make(`/environments/${id}/agents`, { name: 'host' });
    const run = await make(`/environments/${id}/backups`, { source: join(house.scratch, 'sources', 'records') });
    const channel = await make('/alert-channels', { label: 'c', webhookUrl: 'https://example.com/hook' });
    const { channelId } = channel['channel'] as { channelId: string };
    const alert = await make(`/alert-channels/${channelId}/test`, {});
    Object.assign(ids, {
      environmentId: id,
      sourceId: source['sourceId'],
      scheduleId: schedule['scheduleId'],
      agentId: (agent['agent'] as { agentId: string }).agentId,
      runId: run['runId'],
      channelId,
      alertId: alert['alertId'],
    });
    const { member, apiKey } = await house.member([]);
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: '*', Resource: environmentArn(house.tenant, other) },
    });
    await house.commit(putPrincipal(house.tenant, { ...member, inline: [{ name: 'one', document }] }).write);
    ofOther = apiKey;
  });
  afterAll(() => house.close());

  const codeOf = (body: Record<string, unknown>) => (body['error'] as { code: string } | undefined)?.code ?? '';

  it('has an id of everything that a route names', () => {
    const named = new Set(ROUTES.flatMap(({ path }) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)));
    expect(new Set(Object.keys(ids))).toEqual(named);
  });

  it.each(rows(ROUTES))('%s knows nothing of another tenant', async (_, route) => {
    const { status, body } = await house.send(stranger, route.method, examplePath(route, ids), route.example.body);
    expect([status, codeOf(body)]).toEqual([404, expect.stringMatching(/-not-found$/)]);
  });

  it.each(rows(OF_ENVIRONMENT))('%s refuses who may do everything, in another environment', async (_, route) => {
    const { status, body } = await house.send(ofOther, route.method, examplePath(route, ids), route.example.body);
    expect([status, codeOf(body)]).toEqual([403, 'access-denied']);
  });

  it.each(rows(PARTS))('%s finds nothing of one environment in another', async (_, route) => {
    const path = examplePath(route, { ...ids, environmentId: other });
    for (const by of [own, ofOther]) {
      const { status, body } = await house.send(by, route.method, path, route.example.body);
      expect([status, codeOf(body)]).toEqual([404, expect.stringMatching(/-not-found$/)]);
    }
  });
});
