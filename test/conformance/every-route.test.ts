import { KeysteadClient, type CreatedTenant } from '@keystead/sdk';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_PREFIX } from '../../src/protocols/admin/api.ts';
import { examplePath } from '../../src/protocols/admin/admin.fixture.ts';
import type { AdminRoute } from '../../src/protocols/admin/route.ts';
import { ADMIN_ROUTES } from '../../src/protocols/admin/routes.ts';
import { INPUTS } from '../../src/protocols/aws-kms/model.gen.ts';
import { CATALOG, type Endpoint } from '../../src/protocols/key-protect/catalog.ts';
import { OPERATIONS as STS_OPERATIONS } from '../../src/protocols/sts/operations.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

let server: RunningInstallation;

beforeAll(async () => {
  server = await startInstallation({ xks: { listen: { host: '127.0.0.1', port: 0 }, url: 'https://xks.example.com' } });
});
afterAll(() => server.close());

/** A request that anybody on the network could send. */
interface Sent {
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Credentials that are none: missing, made up, of the wrong kind. */
const FORGED_SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/eu-central-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=' +
  'a'.repeat(64);
const AUTHORISATIONS: readonly (string | undefined)[] = [
  undefined,
  '',
  'Basic cm9vdDpyb290',
  `Bearer ks_${'A'.repeat(43)}`,
  'Bearer ',
  FORGED_SIGNATURE,
];
/** What others are told by: none of it is believed. */
const CLAIMS = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-user': 'administrator', 'x-user': 'root' };

/** All that the server can be asked: every operation and every route of the tables. */
function everything(): readonly Sent[] {
  const json = { 'content-type': 'application/json' };
  const kms = Object.keys(INPUTS).map((name) => ({
    name: `kms:${name}`,
    url: server.url,
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${name}` },
    body: '{}',
  }));
  const sts = Object.keys(STS_OPERATIONS).map((name) => ({
    name: `sts:${name}`,
    url: server.url,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `Action=${name}&Version=2011-06-15`,
  }));
  const admin = ADMIN_ROUTES.map((route) => ({
    name: `admin:${route.id}`,
    url: server.url + ADMIN_PREFIX + examplePath(route),
    method: route.method,
    headers: json,
    ...(route.method === 'POST' && { body: JSON.stringify(route.example.body ?? {}) }),
  }));
  const calls = ['health', ...['metadata', 'encrypt', 'decrypt'].map((call) => `keys/payroll/${call}`)];
  const xks = calls.map((call) => ({
    name: `xks:${call}`,
    url: `${server.xksUrl}/production/kms/xks/v1/${call}`,
    method: 'POST',
    headers: json,
    body: '{"requestMetadata":{}}',
  }));
  const keyProtect = Object.entries<Endpoint>(CATALOG).map(([name, { method, path }]) => ({
    name: `key-protect:${name}`,
    url: `${server.url}/api/v2${path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000001')}`,
    method,
    headers: { ...json, 'bluemix-instance': server.first.instanceId },
    ...(['POST', 'PUT', 'PATCH'].includes(method) && { body: '{}' }),
  }));
  return [...kms, ...sts, ...admin, ...xks, ...keyProtect];
}

describe('every route', () => {
  it('refuses a stranger, whatever he brings', async () => {
    const routes = everything();
    expect(routes.length).toBeGreaterThan(56 + 3 + 40 + 4 + 50 - 1);
    for (const { name, url, method, headers, body } of routes) {
      const answers = await Promise.all(
        AUTHORISATIONS.map((authorization) =>
          fetch(url, {
            method,
            headers: { ...headers, ...CLAIMS, ...(authorization !== undefined && { authorization }) },
            ...(body !== undefined && { body }),
          }),
        ),
      );
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      // AWS's protocols say 400 or 403, and name the reason.
      for (const { status } of answers)
        expect([name, [400, 401, 403].includes(status), status]).toEqual([name, true, status]);
      // An answer to HEAD has no body.
      if (method === 'HEAD') continue;
      for (const text of texts) expect([name, text]).toEqual([name, expect.stringMatching(REASON) as string]);
    }
    expect(server.errors).toEqual([]);
  });

  it('but those of health, which tell nothing', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await fetch(server.url + path);
      expect([path, answer.status, await answer.json()]).toEqual([path, 200, { ok: true }]);
    }
  });
});

/** Why a stranger is refused, in the words of each protocol: never that something is missing or malformed. */
const REASON =
  /MissingAuthenticationToken|UnrecognizedClient|IncompleteSignature|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature|unauthenticated|AuthenticationFailed|Unauthorized: The user|BEARER_SUB_EXTRACTION_ERR/;

describe('every route of the admin API', () => {
  let second: CreatedTenant;
  /** Has asked for nothing of anybody: what one asked for stands in one's own log. */
  let third: CreatedTenant;
  const ids: Record<string, string> = {};
  /** Routes about the caller's own tenant as a whole, or a region of it: there is nothing of another's to name. */
  const isAboutAnId = ({ path }: AdminRoute) => /\{(?!(?:region|index)\})/.test(path);
  /** A place in the log is one in one's own, which says who made the tenant; events go on for ever. */
  const hasOwnTest = ({ path, media }: AdminRoute) => path.includes('{index}') || media === 'text/event-stream';

  beforeAll(async () => {
    const { first, url } = server;
    const api = new KeysteadClient({ url, apiKey: first.apiKey });
    second = await api.createTenant({ name: 'second', region: first.region });
    third = await api.createTenant({ name: 'third', region: first.region });
    const kms = new KMSClient({ endpoint: url, region: first.region, credentials: first });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand());
    kms.destroy();
    const principal = await api.createPrincipal({ name: 'somebody', policies: ['user'] });
    const { credential } = await api.createCredential(principal.principalId, { type: 'api-key' });
    const trustPolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: first.accountId }, Action: 'sts:AssumeRole' },
    });
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    });
    await api.createRole({ name: 'auditor', trustPolicy });
    await api.createPolicy({ name: 'use', document });
    const { endpoint } = await api.createXksEndpoint({ name: 'production', region: first.region });
    Object.assign(ids, {
      region: first.region,
      keyId: KeyMetadata?.KeyId,
      principalId: principal.principalId,
      credentialId: credential.credentialId,
      role: 'auditor',
      policy: 'use',
      endpointId: endpoint.endpointId,
      tenantId: (await api.whoAmI()).tenantId,
    });
  });

  const send = async (apiKey: string, route: AdminRoute) => {
    const answer = await fetch(server.url + ADMIN_PREFIX + examplePath(route, ids), {
      method: route.method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      ...(route.method === 'POST' && { body: JSON.stringify(route.example.body ?? {}) }),
    });
    return { status: answer.status, text: await answer.text() };
  };

  it.each(ADMIN_ROUTES.filter(isAboutAnId).map((route) => [route.id, route] as const))(
    "%s knows nothing of another tenant's",
    async (_, route) => {
      const { status, text } = await send(second.apiKey, route);
      expect([404, 403]).toContain(status);
      expect(JSON.parse(text)).toMatchObject({
        error: { code: expect.stringMatching(/-not-found$|^access-denied$|^session-needed$/) as string },
      });
    },
  );

  it.each(
    ADMIN_ROUTES.filter((route) => route.method === 'GET' && !isAboutAnId(route) && !hasOwnTest(route)).map(
      (route) => [route.id, route] as const,
    ),
  )("%s shows nothing of another tenant's", async (_, route) => {
    const { text } = await send(third.apiKey, route);
    const foreign = ['keyId', 'principalId', 'credentialId', 'endpointId', 'tenantId'].map(
      (name) => ids[name] as string,
    );
    for (const id of [...foreign, server.first.accountId]) expect(text).not.toContain(id);
  });

  it('has left what is there as it was', async () => {
    const api = new KeysteadClient({ url: server.url, apiKey: server.first.apiKey });
    expect(await api.getKey(ids['region'] as string, ids['keyId'] as string)).toMatchObject({ state: 'enabled' });
    expect(await api.getXksEndpoint(ids['endpointId'] as string)).toMatchObject({ name: 'production' });
    expect(await api.getRole('auditor')).toMatchObject({ name: 'auditor' });
  });
});
