import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { ConnectCustomKeyStoreCommand, CreateCustomKeyStoreCommand, type KMSClient } from '@aws-sdk/client-kms';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Expectation, HttpExpectation } from './expectation.ts';
import type { HttpActors } from './http-actors.ts';
import { PROXY_HOST } from './own-proxy.ts';
import { make, REGIONS, sealed } from './scenes.ts';

/** What the scenes of other wires than AWS's work with. */
export interface HttpStage {
  readonly kms: KMSClient;
  readonly url: string;
  readonly http: HttpActors;
}

/** What must be as it was, on both kinds of wires. */
export interface Seen {
  readonly expectations?: readonly Expectation[];
  readonly requests?: readonly HttpExpectation[];
}

/** As {@link Scene}, on the wire of IBM Key Protect and the admin API. */
export interface HttpScene {
  readonly since: number;
  play(stage: HttpStage): Promise<Seen>;
}

const SERVICE = 'storage.example.com';
const CRN = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1234:5678:bucket:photos/2026';
const [REGION] = REGIONS;

const enveloped = (kind: string, ...resources: object[]) => ({
  metadata: { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: resources.length },
  resources,
});

/** Does what must be done, and answers what came. */
export async function done(
  { http }: HttpStage,
  method: string,
  path: string,
  body?: object,
  as = 'owner',
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the server answers
): Promise<any> {
  const answer = await http.ask({ as, method, path, ...(body && { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function createKey(stage: HttpStage, resource: object): Promise<string> {
  const made = await done(stage, 'POST', '/api/v2/keys', enveloped('key', { extractable: false, ...resource }));
  return made.resources[0].id as string;
}

async function wrapped(stage: HttpStage, keyId: string): Promise<HttpExpectation> {
  const plaintext = randomBytes(32).toString('base64');
  const aad = ['archive', 'Größe'];
  const { ciphertext, keyVersion } = await done(stage, 'POST', `/api/v2/keys/${keyId}/actions/wrap`, {
    plaintext,
    aad,
  });
  const output = { plaintext, keyVersion };
  const path = `/api/v2/keys/${keyId}/actions/unwrap`;
  return { as: 'owner', method: 'POST', path, body: { ciphertext, aad }, status: 200, output };
}

export const get = (path: string, output: object, as = 'owner'): HttpExpectation => ({
  as,
  method: 'GET',
  path,
  status: 200,
  output,
});
const first = (resource: object) => ({ resources: [resource] });
const act = (stage: HttpStage, keyId: string, action: string, body?: object) =>
  done(stage, 'POST', `/api/v2/keys/${keyId}/actions/${action}`, body);

/** In the order in which they are played. */
export const HTTP_SCENES: readonly HttpScene[] = [
  {
    // Users, what they may, and a token that was issued before.
    since: 3,
    async play(stage) {
      const { principalId } = await done(stage, 'POST', '/admin/v1/principals', { name: 'reader', policies: [] });
      const issued = await done(stage, 'POST', `/admin/v1/principals/${principalId}/credentials`, { type: 'api-key' });
      const keyId = await createKey(stage, { name: 'read by the reader', description: 'an archived key' });
      const roles = { roles: ['Reader'], keyId, region: REGION };
      await done(stage, 'POST', `/admin/v1/principals/${principalId}/key-roles/assign`, roles);
      await done(stage, 'POST', `/admin/v1/principals/${principalId}/tags/set`, {
        tags: [{ key: 'team', value: 'a' }],
      });
      stage.http.add('reader', { apiKey: issued.apiKey as string });
      stage.http.add('earlier reader', { token: await stage.http.token('reader') });
      const metadata = first({ id: keyId, name: 'read by the reader', description: 'an archived key', state: 1 });
      return {
        requests: [
          get(`/api/v2/keys/${keyId}/metadata`, metadata, 'reader'),
          get(`/api/v2/keys/${keyId}/metadata`, metadata, 'earlier reader'),
          { as: 'reader', method: 'POST', path: `/api/v2/keys/${keyId}/actions/disable`, status: 401 },
          get(`/admin/v1/principals/${principalId}`, { name: 'reader' }),
          await wrapped(stage, keyId),
        ],
      };
    },
  },
  {
    // A role, a managed policy, and a session that is open.
    since: 3,
    async play(stage) {
      const { principalId, arn } = await done(stage, 'POST', '/admin/v1/principals', { name: 'host', policies: [] });
      const issued = await done(stage, 'POST', `/admin/v1/principals/${principalId}/credentials`, {
        type: 'access-key',
      });
      const { accessKeyId, secretAccessKey } = issued as Record<'accessKeyId' | 'secretAccessKey', string>;
      const trusted = { Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' };
      const trustPolicy = JSON.stringify({ Statement: trusted });
      const role = await done(stage, 'POST', '/admin/v1/roles', { name: 'nightly', trustPolicy });
      const allowed = { Effect: 'Allow', Action: ['kms:Encrypt', 'kms:Decrypt'], Resource: '*' };
      const document = JSON.stringify({ Version: '2012-10-17', Statement: allowed });
      await done(stage, 'POST', '/admin/v1/policies', { name: 'nightly-use', document });
      await done(stage, 'POST', '/admin/v1/roles/nightly/policies/attach', { policy: 'nightly-use' });
      const sts = new STSClient({
        endpoint: stage.url,
        region: REGION,
        credentials: { accessKeyId, secretAccessKey },
      });
      const assumed = await sts.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'archived' }));
      sts.destroy();
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = assumed.Credentials ?? {};
      const KeyId = await make(stage.kms, { Description: 'of the session' });
      const opened = await sealed(stage.kms, KeyId);
      const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      return {
        expectations: [
          { ...opened, credentials },
          { operation: 'DescribeKey', input: { KeyId }, error: 'AccessDeniedException', credentials },
        ],
        requests: [get('/admin/v1/roles/nightly', { name: 'nightly', arn: role.arn })],
      };
    },
  },
  {
    // A service that is told, a key that it registered, and an event that nobody has heard of.
    since: 3,
    async play(stage) {
      await done(stage, 'POST', '/admin/v1/services', { name: SERVICE });
      const issued = await done(stage, 'POST', `/admin/v1/services/${SERVICE}/credentials`, { type: 'api-key' });
      await done(stage, 'POST', '/admin/v1/authorizations', { service: SERVICE, roles: ['Reader'] });
      // Nobody listens at the port of `discard`.
      await done(stage, 'POST', `/admin/v1/services/${SERVICE}/events`, { url: 'http://127.0.0.1:9/told' });
      stage.http.add('service', { apiKey: issued.apiKey as string });
      const keyId = await createKey(stage, { name: 'registered' });
      const path = `/api/v2/keys/${keyId}/registrations/${encodeURIComponent(CRN)}`;
      const input = enveloped('registration_input', { description: 'photos', preventKeyDeletion: true });
      await done(stage, 'POST', path, input, 'service');
      await act(stage, keyId, 'rotate');
      const registration = first({ keyId, resourceCrn: CRN, description: 'photos', preventKeyDeletion: true });
      return {
        requests: [
          get(`/api/v2/keys/${keyId}/registrations`, registration),
          get('/api/v2/keys/registrations', registration, 'service'),
          { as: 'owner', method: 'DELETE', path: `/api/v2/keys/${keyId}?force=true`, status: 409 },
          get(`/admin/v1/regions/${REGION}/keys/${keyId}/events`, { items: [{ service: SERVICE, kind: 'rotate' }] }),
          get('/admin/v1/services', { items: [{ name: SERVICE }] }),
          get('/admin/v1/authorizations', { items: [{ service: SERVICE, roles: ['Reader'] }] }),
        ],
      };
    },
  },
  {
    // An endpoint for external key stores that exposes a key, and the key store of AWS's API that stands before it.
    since: 3,
    async play(stage) {
      const { kms } = stage;
      const keyId = await make(kms, { Description: 'exposed' });
      const issued = await done(stage, 'POST', '/admin/v1/xks-endpoints', { name: 'aws', region: REGION });
      const { endpoint, accessKeyId: AccessKeyId, rawSecretAccessKey: RawSecretAccessKey } = issued;
      const path = `/admin/v1/xks-endpoints/${endpoint.endpointId}`;
      await done(stage, 'POST', `${path}/expose`, { keyId, xksKeyId: 'outer', perSecond: 7 });
      const store = await kms.send(
        new CreateCustomKeyStoreCommand({
          CustomKeyStoreName: 'own proxy',
          CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
          XksProxyConnectivity: 'PUBLIC_ENDPOINT',
          XksProxyUriEndpoint: `https://${PROXY_HOST}`,
          XksProxyUriPath: endpoint.uriPath,
          XksProxyAuthenticationCredential: { AccessKeyId, RawSecretAccessKey },
        }),
      );
      const { CustomKeyStoreId } = store;
      await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
      const KeyId = await make(kms, { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'outer' });
      const CustomKeyStores = [{ CustomKeyStoreName: 'own proxy', ConnectionState: 'CONNECTED' }];
      return {
        expectations: [
          await sealed(kms, KeyId),
          { operation: 'DescribeCustomKeyStores', input: { CustomKeyStoreId }, output: { CustomKeyStores } },
        ],
        requests: [get(path, { name: 'aws', keys: [{ keyId, xksKeyId: 'outer', perSecond: 7 }] })],
      };
    },
  },
  {
    // A key ring, aliases, and two versions with what each has wrapped.
    since: 3,
    async play(stage) {
      await done(stage, 'POST', '/api/v2/key_rings/payroll');
      const keyId = await createKey(stage, { name: 'ringed', aliases: ['payroll-key'], tags: ['a', 'b'] });
      await done(stage, 'PATCH', `/api/v2/keys/${keyId}`, { keyRingID: 'payroll' });
      const old = await wrapped(stage, keyId);
      await act(stage, keyId, 'rotate');
      const rotation = { rotation: { enabled: true, interval_month: 12 } };
      await done(stage, 'PUT', `/api/v2/keys/${keyId}/policies`, enveloped('policy', rotation));
      const seen = { id: keyId, keyRingID: 'payroll', tags: ['a', 'b'], aliases: ['payroll-key'] };
      return {
        requests: [
          old,
          await wrapped(stage, 'payroll-key'),
          get('/api/v2/keys/payroll-key', first(seen)),
          get(`/api/v2/keys/${keyId}/policies`, first(rotation)),
          get(`/api/v2/keys/${keyId}/versions`, { metadata: { collectionTotal: 2 } }),
          get('/api/v2/key_rings', { resources: [{ id: 'default' }, { id: 'payroll' }] }),
          { as: 'owner', method: 'DELETE', path: '/api/v2/key_rings/payroll', status: 409 },
        ],
      };
    },
  },
  {
    // Material of every size that was brought, and brought anew; a stored secret.
    since: 3,
    async play(stage) {
      const requests: HttpExpectation[] = [];
      for (const length of [16, 24, 32]) {
        const payload = () => randomBytes(length).toString('base64');
        const keyId = await createKey(stage, { name: `brought ${length}`, payload: payload() });
        requests.push(await wrapped(stage, keyId));
        await act(stage, keyId, 'rotate', { payload: payload() });
        requests.push(await wrapped(stage, keyId));
      }
      const payload = randomBytes(7_500).toString('base64');
      const secret = await createKey(stage, { name: 'a stored secret', extractable: true, payload });
      requests.push(get(`/api/v2/keys/${secret}`, first({ extractable: true, imported: true, payload })));
      return { requests };
    },
  },
  {
    // Keys that are switched off, set for deletion, deleted, and past their time.
    since: 3,
    async play(stage) {
      const expirationDate = new Date(Date.now() + 3_000).toISOString();
      const expired = await createKey(stage, { name: 'past its time', expirationDate });
      const stillOpens = await wrapped(stage, expired);
      const suspended = await createKey(stage, { name: 'switched off' });
      const refused = { ...(await wrapped(stage, suspended)), status: 409, output: {} };
      await act(stage, suspended, 'disable');
      const two = await createKey(stage, { name: 'two people' });
      const dual = { dualAuthDelete: { enabled: true } };
      await done(stage, 'PUT', `/api/v2/keys/${two}/policies`, enveloped('policy', dual));
      await act(stage, two, 'setKeyForDeletion');
      const deleted = await createKey(stage, { name: 'deleted', aliases: ['of-a-deleted-key'] });
      await done(stage, 'DELETE', `/api/v2/keys/${deleted}`);
      const state = async () => (await done(stage, 'GET', `/api/v2/keys/${expired}`)).resources[0].state as number;
      while ((await state()) !== 3) await wait(1_000);
      // Until the state is stored, and not only told.
      await wait(35_000);
      return {
        requests: [
          stillOpens,
          get(`/api/v2/keys/${expired}`, first({ state: 3 })),
          { as: 'owner', method: 'POST', path: `/api/v2/keys/${expired}/actions/wrap`, status: 409 },
          refused,
          get(`/api/v2/keys/${suspended}`, first({ state: 2 })),
          get(`/api/v2/keys/${two}`, first({ dualAuthDelete: { enabled: true, keySetForDeletion: true } })),
          { as: 'owner', method: 'DELETE', path: `/api/v2/keys/${two}`, status: 409 },
          get(`/api/v2/keys/${deleted}`, first({ state: 5, deleted: true })),
          {
            as: 'owner',
            method: 'POST',
            path: `/api/v2/keys/${deleted}/restore`,
            status: 201,
            output: first({ state: 1 }),
          },
        ],
      };
    },
  },
  {
    // What holds for an instance, and its import token: retrieved once, once more to go.
    since: 3,
    async play(stage) {
      const metrics = { policy_type: 'metrics', policy_data: { enabled: true } };
      const addresses = {
        policy_type: 'allowedIP',
        policy_data: { enabled: true, attributes: { allowed_ip: ['127.0.0.0/8', '::1/128'] } },
      };
      await done(stage, 'PUT', '/api/v2/instance/policies', enveloped('policy', metrics, addresses));
      await done(stage, 'POST', '/api/v2/import_token', { expiration: 86_400, maxAllowedRetrievals: 2 });
      const { payload, nonce } = await done(stage, 'GET', '/api/v2/import_token');
      const byType = (policy: object & { policy_type: string }) =>
        get(`/api/v2/instance/policies?policy=${policy.policy_type}`, first(policy));
      return {
        requests: [
          byType(metrics),
          byType(addresses),
          get('/api/v2/import_token', { payload, nonce, remainingRetrievals: 0 }),
          { as: 'owner', method: 'GET', path: '/api/v2/import_token', status: 409 },
        ],
      };
    },
  },
];
