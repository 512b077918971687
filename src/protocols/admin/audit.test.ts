import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leafHash } from '../../audit/merkle.ts';
import { verifyConsistency, verifyInclusion } from '../../audit/proof.fixture.ts';
import { openCheckpoint, readCheckpoint } from '../../audit/checkpoint.ts';
import { adminHouse, fits, type AdminHouse } from './admin.fixture.ts';
import { LogsOfStore } from './audit-log.fixture.ts';
import { ADMIN_PREFIX } from './api.ts';
import { ADMIN_ROUTES } from './routes.ts';

interface Entry {
  readonly index: number;
  readonly action: string;
  readonly outcome: string;
  readonly requestId: string;
  readonly principal: string;
}

interface Me {
  readonly principalId: string;
  readonly credentialId: string;
}

function fitsRoute(id: string, body: unknown): boolean {
  return fits(ADMIN_ROUTES.find((route) => route.id === id) as (typeof ADMIN_ROUTES)[number], body);
}

describe('the audit log over the admin API', () => {
  let house: AdminHouse;
  let logs: LogsOfStore;
  let administrator: string;
  let powerless: string;
  let operator: string;

  beforeAll(async () => {
    house = await adminHouse();
    logs = new LogsOfStore(house.store, house.services.clock);
    Object.assign(house.services, { audit: logs });
    administrator = (await house.member(['administrator'])).apiKey;
    powerless = (await house.member([])).apiKey;
    operator = (await house.member(['operator'])).apiKey;
    for (let n = 0; n < 5; n++) await house.send(administrator, 'GET', '/whoami');
    await house.send(powerless, 'GET', '/regions');
  });
  afterAll(() => house.close());

  const entries = async (query: string, as = administrator) => {
    const { status, body } = await house.send(as, 'GET', `/audit/entries?${query}`);
    expect(status).toBe(200);
    expect(fitsRoute('listAuditEntries', body)).toBe(true);
    return body as unknown as { items: Entry[]; next?: string; searchedTo?: { index: number } };
  };

  it('lists the newest first, page by page', async () => {
    const first = await entries('limit=3&action=keystead:WhoAmI');
    expect(first.items).toHaveLength(3);
    const second = await entries(`limit=3&action=keystead:WhoAmI&after=${first.next}`);
    expect(second.items).toHaveLength(2);
    const indexes = [...first.items, ...second.items].map(({ index }) => index);
    expect(indexes).toEqual(indexes.toSorted((a, b) => b - a));
    expect(second.next).toBeUndefined();
    expect(second.searchedTo?.index).toBe(0);
  });

  it('filters, and tells what a look was about, but never the text that was looked for', async () => {
    const { items } = await entries('outcome=refused&action=keystead:List*');
    expect(items).toMatchObject([{ action: 'keystead:ListRegions', outcome: 'refused', reason: 'access-denied' }]);
    expect((await entries('text=pasted-by-mistake')).items).toEqual([]);
    const told = house.store.entries().map(({ details }) => String(details));
    expect(told.some((text) => text.includes('"outcome":"refused"'))).toBe(true);
    expect(told.some((text) => text.includes('pasted-by-mistake'))).toBe(false);
  });

  it('shows one entry whole', async () => {
    const [entry] = (await entries('outcome=refused')).items;
    const { body } = await house.send(administrator, 'GET', `/audit/entries/${entry?.index}`);
    expect(fitsRoute('getAuditEntry', body)).toBe(true);
    const { leaf, details } = body as { leaf: string; details: string };
    expect(JSON.parse(leaf)).toMatchObject({ action: entry?.action, request: entry?.requestId });
    expect(JSON.parse(details)).toMatchObject({ protocol: 'admin' });
  });

  it('proves an entry and the growth of the log', async () => {
    const older = (await house.send(administrator, 'GET', '/audit/checkpoint')).body as { checkpoint: string };
    await house.send(administrator, 'GET', '/whoami');
    const { body } = await house.send(administrator, 'GET', '/audit/entries/4/proof');
    expect(fitsRoute('proveAuditEntry', body)).toBe(true);
    const { leaf, hashes, size, checkpoint } = body as {
      leaf: string;
      hashes: string[];
      size: number;
      checkpoint: string;
    };
    const inclusion = { index: 4, size, hashes: hashes.map((hash) => Buffer.from(hash, 'base64')) };
    const head = readCheckpoint(checkpoint);
    expect(verifyInclusion(inclusion, leafHash(Buffer.from(leaf, 'base64')), head.root)).toBe(true);

    const old = readCheckpoint(older.checkpoint);
    const grown = await house.send(administrator, 'GET', `/audit/growth?from=${old.size}`);
    expect(fitsRoute('proveAuditGrowth', grown.body)).toBe(true);
    const growth = grown.body as unknown as { from: number; to: number; hashes: string[]; checkpoint: string };
    const consistency = { ...growth, hashes: growth.hashes.map((hash) => Buffer.from(hash, 'base64')) };
    expect(verifyConsistency(consistency, old.root, readCheckpoint(growth.checkpoint).root)).toBe(true);
    const origin = `keystead.test/${house.tenant.tenantId}`;
    expect(openCheckpoint(growth.checkpoint, origin, logs.publicKey).size).toBe(growth.to);
  });

  it.each([
    ['/audit/entries/99999', 404, 'audit-entry-not-found'],
    ['/audit/entries/99999/proof', 404, 'audit-entry-not-found'],
    ['/audit/growth?from=99999', 409, 'audit-size-unknown'],
    ['/audit/growth', 400, 'invalid-request'],
    ['/audit/growth?from=0', 400, 'invalid-request'],
    ['/audit/entries/-1', 400, 'invalid-request'],
    ['/audit/entries?limit=0', 400, 'invalid-request'],
    ['/audit/entries?limit=-1', 400, 'invalid-request'],
    ['/audit/entries?limit=NaN', 400, 'invalid-request'],
    ['/audit/entries?limit=1001', 400, 'invalid-request'],
    ['/audit/entries?after=-5', 400, 'invalid-request'],
    ['/audit/entries?from=yesterday', 400, 'invalid-request'],
    ['/audit/entries?outcome=maybe', 400, 'invalid-request'],
    [`/audit/entries?text=${'x'.repeat(257)}`, 400, 'invalid-request'],
    ['/audit/entries?everything=1', 400, 'invalid-request'],
  ])('refuses %s', async (path, status, code) => {
    const answer = await house.send(administrator, 'GET', path);
    expect([answer.status, (answer.body['error'] as { code: string }).code]).toEqual([status, code]);
  });

  it('shows nobody the log of another tenant, and the installation to operators alone', async () => {
    const other = (await house.member(['administrator'], house.stranger)).apiKey;
    const { items } = await entries('limit=1000', other);
    expect(items.every(({ principal }) => !principal.includes(house.tenant.accountId))).toBe(true);
    expect((await house.send(administrator, 'GET', '/installation/audit/entries')).status).toBe(403);
    expect((await house.send(operator, 'GET', '/installation/audit/entries')).status).toBe(200);
    expect((await house.send(operator, 'GET', '/audit/entries')).status).toBe(403);
  });

  it('exports a range as lines of JSON, in every form', async () => {
    const nowMs = house.services.clock();
    const iso = (ms: number) => new Date(ms).toISOString();
    const download = async (format: string, from: number, to: number) => {
      const query = `format=${format}&from=${iso(from)}&to=${iso(to)}`;
      const headers = { authorization: `Bearer ${administrator}` };
      const response = await fetch(`${house.url}${ADMIN_PREFIX}/audit/export?${query}`, { headers });
      const lines = (await response.text()).split('\n');
      expect(lines.pop()).toBe('');
      return { response, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
    };
    const { response, lines } = await download('json', nowMs - 1000, nowMs + 1000);
    expect(response.headers.get('content-type')).toBe('application/jsonl');
    const disposition = `attachment; filename="${house.tenant.tenantId}-${iso(nowMs).slice(0, 10)}-json.jsonl"`;
    expect(response.headers.get('content-disposition')).toBe(disposition);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { items } = await entries(`limit=1000&from=${iso(nowMs - 1000)}&to=${iso(nowMs + 1000)}`);
    // What was asked for before the list is in it, the list itself came later.
    const indexes = items.map(({ index }) => index).toReversed();
    expect(lines.map(({ index }) => index)).toEqual(indexes.slice(0, lines.length));
    expect(lines.length).toBeGreaterThanOrEqual(indexes.length - 2);
    expect((await download('cadf', nowMs - 1000, nowMs + 1000)).lines[0]).toHaveProperty('eventTime');
    expect((await download('cloudtrail', nowMs - 1000, nowMs + 1000)).lines[0]).toHaveProperty('eventName');
    expect((await download('json', nowMs + 10_000, nowMs + 20_000)).lines).toEqual([]);
    expect((await download('json', nowMs + 10_000, nowMs)).lines).toEqual([]);
  });

  it('breaks an export off that cannot be made whole', async () => {
    const { audit } = house.services;
    const broken: typeof audit = {
      checkpoint: (log) => audit.checkpoint(log),
      verifierKey: (log) => audit.verifierKey(log),
      reader: (log) => audit.reader(log),
      exportLines: async function* () {
        yield '{"index":0}';
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('a tile is missing');
      },
    };
    Object.assign(house.services, { audit: broken });
    try {
      const query = 'format=json&from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z';
      const headers = { authorization: `Bearer ${administrator}` };
      const response = await fetch(`${house.url}${ADMIN_PREFIX}/audit/export?${query}`, { headers }).catch(
        () => undefined,
      );
      await expect(response === undefined ? Promise.reject(new Error('broken off')) : response.text()).rejects.toThrow(
        /terminated|broken off/,
      );
    } finally {
      Object.assign(house.services, { audit });
    }
  });

  it.each<[string, (me: Me) => [path: string, body: object]]>([
    ['credential is suspended', ({ credentialId }) => [`/credentials/${credentialId}/suspend`, {}]],
    [
      'user may not read it any more',
      ({ principalId }) => [`/principals/${principalId}/policies/detach`, { policy: 'auditor' }],
    ],
  ])('breaks an export off whose %s while it goes', async (_, change) => {
    const { apiKey } = await house.member(['auditor']);
    const me = (await house.send(apiKey, 'GET', '/whoami')).body as unknown as Me;
    const { audit } = house.services;
    let sent = 0;
    const endless: typeof audit = {
      checkpoint: (log) => audit.checkpoint(log),
      verifierKey: (log) => audit.verifierKey(log),
      reader: (log) => audit.reader(log),
      exportLines: async function* () {
        yield '{"index":0}';
        const [path, body] = change(me);
        expect((await house.send(administrator, 'POST', path, body)).status).toBe(200);
        for (sent = 1; sent < 10_000; sent++) yield `{"index":${sent}}`;
      },
    };
    Object.assign(house.services, { audit: endless });
    try {
      const query = 'format=json&from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z';
      const headers = { authorization: `Bearer ${apiKey}` };
      const response = await fetch(`${house.url}${ADMIN_PREFIX}/audit/export?${query}`, { headers });
      await expect(response.text()).rejects.toThrow('terminated');
      expect(sent).toBeLessThan(1_000);
    } finally {
      Object.assign(house.services, { audit });
    }
  });

  it('hands on hostile names as data', async () => {
    const agent = 'curl "x" \\u001b[31m </script> {"outcome":"done"}';
    await house.send(administrator, 'GET', '/whoami', undefined, { 'user-agent': agent });
    const [entry] = (await entries('text=%3C/script%3E')).items as (Entry & { userAgent: string })[];
    expect(entry).toMatchObject({ action: 'keystead:WhoAmI', userAgent: agent });
  });
});
