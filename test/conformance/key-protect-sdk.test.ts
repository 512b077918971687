import IbmKeyProtectApiV2 from '@ibm-cloud/ibm-key-protect/ibm-key-protect-api/v2.js';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

/** An answer of the SDK, whatever the operation. */
interface Answered {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes are what is tested
  readonly result: any;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the SDK throws. */
interface Thrown {
  readonly status: number;
  /** The raw JSON. */
  readonly body: string;
}

type Client = Readonly<Record<string, (params: object) => Promise<Answered>>>;

const OWN_METHODS = Object.getOwnPropertyNames(IbmKeyProtectApiV2.prototype).filter((name) => name !== 'constructor');
const KEY = 'application/vnd.ibm.kms.key+json';
const POLICY = 'application/vnd.ibm.kms.policy+json';
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

let server: RunningInstallation;
let client: Client;
const called = new Set<string>();

beforeAll(async () => {
  // Waiting times pass by the clock; everything else of time is real.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  server = await startInstallation({ region: 'us-south' });
  const authenticator = new IamAuthenticator({ apikey: server.first.apiKey, url: server.url });
  const sdk = new IbmKeyProtectApiV2({ authenticator, serviceUrl: server.url }) as unknown as Client;
  client = Object.fromEntries(
    OWN_METHODS.map((name) => [
      name,
      (params: object) => {
        called.add(name);
        return sdk[name]!.call(sdk, { bluemixInstance: server.first.instanceId, ...params });
      },
    ]),
  );
});
afterAll(async () => {
  vi.useRealTimers();
  await server.close();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const body = (value: object) => Buffer.from(JSON.stringify(value));
const envelope = (type: string, ...resources: object[]) => ({
  metadata: { collectionType: type, collectionTotal: resources.length },
  resources,
});

async function refused(asked: Promise<unknown>): Promise<{ status: number; code: string; errorMsg: string }> {
  const thrown = await asked.then(
    () => expect.unreachable('it was not refused'),
    (error: unknown) => error as Thrown,
  );
  const { resources } = JSON.parse(thrown.body) as {
    resources: { errorMsg: string; reasons?: { code: string; status: number }[] }[];
  };
  const { errorMsg = '', reasons } = resources[0] ?? {};
  return { status: thrown.status, code: reasons?.[0]?.code ?? '', errorMsg };
}

async function createKey(more: object = {}): Promise<string> {
  const resource = { type: KEY, name: 'a-root-key', extractable: false, ...more };
  const { status, result } = await client['createKey']!({
    body: body(envelope(KEY, resource)),
    prefer: 'return=representation',
  });
  expect(status).toBe(201);
  return result.resources[0].id as string;
}

describe("IBM's SDK for Node", () => {
  it('makes keys, imports and reads them', async () => {
    const id = await createKey({ description: 'of the SDK', aliases: ['sdk-alias'] });
    const { status, result } = await client['getKey']!({ id: 'sdk-alias' });
    expect([status, result.metadata]).toEqual([200, { collectionType: KEY, collectionTotal: 1 }]);
    expect(result.resources[0]).toMatchObject({
      id,
      type: KEY,
      name: 'a-root-key',
      aliases: ['sdk-alias'],
      description: 'of the SDK',
      state: 1,
      extractable: false,
      imported: false,
      keyRingID: 'default',
      deleted: false,
      crn: `crn:v1:bluemix:public:kms:us-south:a/${server.first.accountId}:${server.first.instanceId}:key:${id}`,
    });
    expect(result.resources[0].payload).toBeUndefined();
    const payload = Buffer.from('a secret of ours').toString('base64');
    const standard = await createKey({ name: 'standard', extractable: true, payload });
    const read = await client['getKey']!({ id: standard });
    expect(read.result.resources[0]).toMatchObject({ extractable: true, imported: true, payload });
    const metadata = await client['getKeyMetadata']!({ id: standard });
    expect(metadata.result.resources[0]).toMatchObject({ id: standard, name: 'standard' });
    expect(metadata.result.resources[0].payload).toBeUndefined();
  });

  it('lists and counts them', async () => {
    const id = await createKey();
    const listed = await client['getKeys']!({ limit: 100, offset: 0, state: [1, 5] });
    expect(listed.status).toBe(200);
    expect(listed.result.resources.map((one: { id: string }) => one.id)).toContain(id);
    const counted = await client['getKeyCollectionMetadata']!({ state: [1, 2] });
    expect(counted.status).toBe(200);
    expect(Number(counted.headers['key-total'])).toBe(listed.result.resources.length);
  });

  it('wraps, unwraps, rotates and rewraps', async () => {
    const id = await createKey();
    const plaintext = Buffer.from('eighteen bytes here').toString('base64');
    const aad = ['one', 'two'];
    const wrapped = await client['wrapKey']!({ id, keyActionWrapBody: body({ plaintext, aad }) });
    expect(wrapped.result).toEqual({ ciphertext: expect.any(String), keyVersion: { id: expect.any(String) } });
    const { ciphertext, keyVersion } = wrapped.result as { ciphertext: string; keyVersion: { id: string } };
    const generated = await client['wrapKey']!({ id });
    expect(Buffer.from(generated.result.plaintext as string, 'base64')).toHaveLength(32);
    const unwrapBody = body({ ciphertext, aad });
    const unwrapped = await client['unwrapKey']!({ id, keyActionUnwrapBody: unwrapBody });
    expect(unwrapped.result).toEqual({ plaintext, keyVersion });
    expect((await client['rotateKey']!({ id })).status).toBe(204);
    const again = await client['unwrapKey']!({ id, keyActionUnwrapBody: body({ ciphertext, aad }) });
    expect(again.result).toMatchObject({ plaintext, keyVersion, ciphertext: expect.any(String) });
    const rewrapped = await client['rewrapKey']!({ id, keyActionRewrapBody: body({ ciphertext, aad }) });
    expect(rewrapped.result).toMatchObject({ keyVersion, rewrappedKeyVersion: again.result.rewrappedKeyVersion });
    const last = await client['unwrapKey']!({
      id,
      keyActionUnwrapBody: body({ ciphertext: rewrapped.result.ciphertext, aad }),
    });
    expect(last.result).toEqual({ plaintext, keyVersion: again.result.rewrappedKeyVersion });
    const versions = await client['getKeyVersions']!({ id, limit: 10 });
    expect(versions.result.metadata).toMatchObject({ collectionTotal: 2 });
    expect(versions.result.resources.map((one: { id: string }) => one.id)).toEqual([
      again.result.rewrappedKeyVersion.id,
      keyVersion.id,
    ]);
    const wrong = client['unwrapKey']!({ id, keyActionUnwrapBody: body({ ciphertext, aad: ['two', 'one'] }) });
    expect(await refused(wrong)).toMatchObject({ status: 422, code: 'UNPROCESSABLE_CIPHERTEXT_ERR' });
  });

  it('switches keys off and on again, 30 seconds later', async () => {
    const id = await createKey();
    expect((await client['disableKey']!({ id })).status).toBe(204);
    expect(await refused(client['wrapKey']!({ id }))).toMatchObject({
      status: 409,
      code: 'KEY_ACTION_INVALID_STATE_ERR',
      errorMsg: expect.stringContaining('(KEY_ACTION_INVALID_STATE_ERR)'),
    });
    expect(await refused(client['enableKey']!({ id }))).toMatchObject({ status: 409, code: 'REQ_TOO_EARLY_ERR' });
    later(30 * SECOND);
    expect((await client['enableKey']!({ id })).status).toBe(204);
    expect((await client['wrapKey']!({ id })).status).toBe(200);
  });

  it('deletes and restores them: what restore answers is a stream', async () => {
    const id = await createKey();
    const deleted = await client['deleteKey']!({ id, prefer: 'return=representation' });
    expect([deleted.status, deleted.result.resources[0]]).toMatchObject([200, { id, state: 5, deleted: true }]);
    expect((await client['getKey']!({ id })).result.resources[0]).toMatchObject({ state: 5 });
    expect(await refused(client['deleteKey']!({ id }))).toMatchObject({ status: 410, code: 'KEY_DELETED_ERR' });
    // Of an error too it gives a stream, which nobody can read any more: the status is all that is told.
    await expect(client['restoreKey']!({ id })).rejects.toMatchObject({ status: 409 });
    later(30 * SECOND);
    const restored = await client['restoreKey']!({ id, prefer: 'return=representation' });
    expect(restored.status).toBe(201);
    const told = JSON.parse((await buffer(restored.result as NodeJS.ReadableStream)).toString()) as {
      resources: object[];
    };
    expect(told.resources[0]).toMatchObject({ id, state: 1, deleted: false });
    expect((await client['deleteKey']!({ id })).status).toBe(204);
  });

  it('has aliases and key rings', async () => {
    const id = await createKey();
    const made = await client['createKeyAlias']!({ id, alias: 'other_name' });
    expect([made.status, made.result.resources[0]]).toMatchObject([201, { keyId: id, alias: 'other_name' }]);
    expect((await client['deleteKeyAlias']!({ id, alias: 'other_name' })).status).toBe(204);
    expect(await refused(client['getKey']!({ id: 'other_name' }))).toMatchObject({ code: 'KEY_NOT_FOUND_ERR' });
    expect((await client['createKeyRing']!({ keyRingId: 'payroll' })).status).toBe(201);
    const rings = await client['listKeyRings']!({});
    expect(rings.result.resources.map((one: { id: string }) => one.id)).toEqual(['default', 'payroll']);
    const inRing = await client['createKey']!({
      body: body(envelope(KEY, { type: KEY, name: 'in-a-ring', extractable: false })),
      xKmsKeyRing: 'payroll',
    });
    const { id: ringed, keyRingID } = inRing.result.resources[0];
    expect(keyRingID).toBe('payroll');
    expect(await refused(client['getKey']!({ id: ringed, xKmsKeyRing: 'default' }))).toMatchObject({ status: 404 });
    expect(await refused(client['deleteKeyRing']!({ keyRingId: 'payroll' }))).toMatchObject({
      status: 409,
      code: 'KEY_RING_NOT_EMPTY_ERR',
    });
    await client['createKeyRing']!({ keyRingId: 'empty' });
    expect((await client['deleteKeyRing']!({ keyRingId: 'empty' })).status).toBe(204);
  });

  it('gets tokens for imports, and no more often than allowed', async () => {
    const made = await client['postImportToken']!({ expiration: 600, maxAllowedRetrievals: 2 });
    expect([made.status, made.result]).toMatchObject([200, { maxAllowedRetrievals: 2, remainingRetrievals: 2 }]);
    const got = await client['getImportToken']!({});
    expect(got.result).toMatchObject({ remainingRetrievals: 1, maxAllowedRetrievals: 2 });
    expect(Buffer.from(got.result.payload as string, 'base64').toString()).toContain('BEGIN PUBLIC KEY');
    expect(Buffer.from(got.result.nonce as string, 'base64')).toHaveLength(12);
    await client['getImportToken']!({});
    expect(await refused(client['getImportToken']!({}))).toMatchObject({ code: 'IMPORT_TOKEN_EXPIRED_ERR' });
  });

  it('sets and reads policies of keys', async () => {
    const id = await createKey();
    expect((await client['getPolicy']!({ id })).result.metadata.collectionTotal).toBe(0);
    const setKeyPoliciesOneOf = envelope(POLICY, { type: POLICY, rotation: { enabled: true, interval_month: 2 } });
    const put = await client['putPolicy']!({ id, setKeyPoliciesOneOf, policy: 'rotation' });
    expect([put.status, put.result.resources[0]]).toMatchObject([
      200,
      { rotation: { enabled: true, interval_month: 2 }, type: POLICY },
    ]);
    const read = await client['getPolicy']!({ id, policy: 'rotation' });
    expect(read.result.resources[0]).toMatchObject({ rotation: { enabled: true, interval_month: 2 } });
  });

  it('asks for two people to delete a key', async () => {
    const id = await createKey();
    expect(await refused(client['setKeyForDeletion']!({ id }))).toMatchObject({ code: 'NOT_DUAL_AUTH_ERR' });
    const setKeyPoliciesOneOf = envelope(POLICY, { type: POLICY, dualAuthDelete: { enabled: true } });
    await client['putPolicy']!({ id, setKeyPoliciesOneOf, policy: 'dualAuthDelete' });
    expect((await client['setKeyForDeletion']!({ id })).status).toBe(204);
    const { result } = await client['getKeyMetadata']!({ id });
    expect(result.resources[0].dualAuthDelete).toMatchObject({ enabled: true, keySetForDeletion: true });
    expect(await refused(client['deleteKey']!({ id }))).toMatchObject({ code: 'AUTHORIZATIONS_NOT_MET' });
    expect((await client['unsetKeyForDeletion']!({ id })).status).toBe(204);
  });

  it('sets and reads policies of the instance', async () => {
    const resource = {
      policy_type: 'allowedIP',
      policy_data: { enabled: true, attributes: { allowed_ip: ['127.0.0.0/8'] } },
    };
    const setInstancePoliciesOneOf = envelope(POLICY, resource);
    expect((await client['putInstancePolicy']!({ setInstancePoliciesOneOf, policy: 'allowedIP' })).status).toBe(204);
    const read = await client['getInstancePolicy']!({ policy: 'allowedIP' });
    expect(read.result.resources[0]).toMatchObject(resource);
    const port = await client['getAllowedIpPort']!({});
    expect(port.result.resources[0]).toEqual({ private_endpoint_port: expect.any(Number) });
    const off = envelope(POLICY, { policy_type: 'allowedIP', policy_data: { enabled: false } });
    await client['putInstancePolicy']!({ setInstancePoliciesOneOf: off });
  });

  it('reads registrations, and has services told anew', async () => {
    const id = await createKey();
    expect((await client['getRegistrations']!({ id })).result.metadata.collectionTotal).toBe(0);
    expect((await client['getRegistrationsAllKeys']!({ totalCount: true })).result.metadata).toMatchObject({
      collectionTotal: 0,
      totalCount: 0,
    });
    expect((await client['syncAssociatedResources']!({ id })).status).toBe(204);
    expect(await refused(client['syncAssociatedResources']!({ id }))).toMatchObject({ code: 'REQ_TOO_EARLY_ERR' });
    later(HOUR);
    expect((await client['syncAssociatedResources']!({ id })).status).toBe(204);
  });

  it('is told who it is not: 401 without a reason', async () => {
    const stranger = new IbmKeyProtectApiV2({
      authenticator: new IamAuthenticator({ apikey: server.first.apiKey, url: server.url }),
      serviceUrl: server.url,
    }) as unknown as Client;
    const bluemixInstance = '00000000-0000-4000-8000-000000000000';
    const asked = stranger['getKeys']!.call(stranger, { bluemixInstance });
    expect(await refused(asked)).toEqual({
      status: 401,
      code: '',
      errorMsg: 'Unauthorized: The user does not have access to the specified resource',
    });
  });

  it('has tried every operation that it has', () => {
    expect([...called].toSorted()).toEqual(OWN_METHODS.toSorted());
    expect(server.errors).toEqual([]);
  });
});
