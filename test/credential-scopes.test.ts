import {
  CreateAliasCommand,
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ListKeysCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

/** What a credential of a user signs with. */
interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const outcome = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    (error: { name: string; code?: string }) => error.code ?? error.name,
  );

/** A real server: a bounded credential, and everything that can be made of it, on every wire. */
describe('scopes of a credential', () => {
  let home: Home;
  let server: ServerProcess;
  let admin: KeysteadClient;
  let region: string;
  let account: string;
  let userId: string;
  let keyId: string;

  beforeAll(async () => {
    home = makeHome();
    server = await startServerProcess(home);
    ({ region, accountId: account } = server.first!);
    admin = sdk(server.first!.apiKey);
    userId = (await admin.createPrincipal({ name: 'alice', policies: ['owner'] })).principalId;
    keyId = (await admin.createKey(region, { spec: 'aes-256' })).keyId;
    // The strongest that a key can say: it names her. Scopes have a say even there.
    const alice = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:user/alice` },
      Action: 'kms:*',
      Resource: '*',
    };
    const anybody = { ...alice, Principal: { AWS: `arn:aws:iam::${account}:root` } };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [alice, anybody] });
    await kms(signer(server.first!)).send(new PutKeyPolicyCommand({ KeyId: keyId, Policy }));
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: ['kms:DescribeKey', 'sts:AssumeRole', 'keystead:WhoAmI'], Resource: '*' },
    });
    await admin.createPolicy({ name: 'look', document });
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
    });
    for (const name of ['all', 'more']) {
      await admin.createRole({ name, trustPolicy: trust });
      await admin.attachRolePolicy(name, { policy: 'owner' });
    }
  });
  afterAll(async () => {
    await server.stop();
    home.remove();
  });

  const sdk = (apiKey: string) => new KeysteadClient({ url: server.url, apiKey });
  const kms = (credentials: Signer) => new KMSClient({ endpoint: server.url, region, credentials, maxAttempts: 1 });
  const sts = (credentials: Signer) => new STSClient({ endpoint: server.url, region, credentials, maxAttempts: 1 });
  const signer = ({
    accessKeyId = '',
    secretAccessKey = '',
    sessionToken,
  }: { [Name in keyof Signer]?: Signer[Name] | undefined }): Signer => ({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  });
  const issue = (type: 'access-key' | 'session' | 'api-key', scopes: string[], more: object = {}) =>
    admin.createCredential(userId, { type, scopes, ...(type === 'session' && { lifetimeSeconds: 3600 }), ...more });

  async function assume(by: Signer, role: string): Promise<Signer> {
    const RoleArn = `arn:aws:iam::${account}:role/${role}`;
    const { Credentials: made } = await sts(by).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'monday' }));
    return signer({
      accessKeyId: made!.AccessKeyId!,
      secretAccessKey: made!.SecretAccessKey!,
      sessionToken: made!.SessionToken!,
    });
  }

  /** Whatever may be made of an access key, by name. */
  const DOORS: Record<string, (by: Signer) => Promise<Signer>> = {
    'the access key itself': async (by) => by,
    'a session of GetSessionToken': async (by) => {
      const { Credentials: made } = await sts(by).send(new GetSessionTokenCommand({}));
      return signer({
        accessKeyId: made!.AccessKeyId!,
        secretAccessKey: made!.SecretAccessKey!,
        sessionToken: made!.SessionToken!,
      });
    },
    'a role that it assumed': (by) => assume(by, 'all'),
    'a role that a role assumed': async (by) => assume(await assume(by, 'all'), 'more'),
  };

  it.each(Object.keys(DOORS))('bound %s', async (name) => {
    const bounded = signer(await issue('access-key', ['look']));
    const used = await DOORS[name]!(bounded);
    const client = kms(used);
    expect(await outcome(client.send(new DescribeKeyCommand({ KeyId: keyId })))).toBe('done');
    const Plaintext = Buffer.from('x');
    expect(await outcome(client.send(new EncryptCommand({ KeyId: keyId, Plaintext })))).toBe('AccessDeniedException');
    expect(await outcome(client.send(new ListKeysCommand({})))).toBe('AccessDeniedException');
    const alias = new CreateAliasCommand({ AliasName: 'alias/x', TargetKeyId: keyId });
    expect(await outcome(client.send(alias))).toBe('AccessDeniedException');
    const told = await client.send(new ListKeysCommand({})).catch((error: Error) => error.message);
    expect(told).toMatch(/kms:ListKeys on resource: \* because no scope of the credential allows it: look$/);
    const { accessKeyId } = used;
    const listed = (await admin.listCredentials({ limit: 1000 })).items.find((one) => one.credentialId === accessKeyId);
    expect(listed).toMatchObject(used === bounded ? { scopes: ['look'], state: 'active' } : { state: 'active' });
  });

  it('bound a session of the admin API, and do not let it open more than they allow', async () => {
    const session = signer(await issue('session', ['key-user']));
    const client = kms(session);
    const Plaintext = Buffer.from('x');
    expect(await outcome(client.send(new EncryptCommand({ KeyId: keyId, Plaintext })))).toBe('done');
    const alias = new CreateAliasCommand({ AliasName: 'alias/x', TargetKeyId: keyId });
    expect(await outcome(client.send(alias))).toBe('AccessDeniedException');
    const told = await assume(session, 'all').catch((error: Error) => error);
    expect(told).toMatchObject({ name: 'AccessDenied' });
    expect((told as Error).message).toMatch(/role\/all because no scope of the credential allows it: key-user$/);
  });

  it('bound an API key, and the token that a client of IBM makes of it', async () => {
    const { apiKey = '' } = await issue('api-key', ['look'], { description: 'dashboard' });
    const bounded = sdk(apiKey);
    expect((await bounded.whoAmI()).name).toBe('alice');
    expect(await bounded.getKey(region, keyId)).toMatchObject({ keyId });
    const told = await bounded.listPrincipals().catch((error: Error) => error);
    expect(told).toMatchObject({ code: 'access-denied' });
    expect((told as Error).message).toMatch(/by this credential: its scope look does not allow it/);
    const form = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
    const token = (await (await fetch(`${server.url}/identity/token`, { method: 'POST', body: form })).json()) as {
      access_token: string;
    };
    const [instance] = (await admin.listRegions()).items;
    const headers = { authorization: `Bearer ${token.access_token}`, 'bluemix-instance': instance!.instanceId };
    const ask = async (path: string) => (await fetch(`${server.url}/api/v2${path}`, { headers })).status;
    // IBM answers 401 to whoever is known and may not.
    expect([await ask(`/keys/${keyId}/metadata`), await ask('/keys')]).toEqual([200, 401]);
  });

  it('are not shed by a second credential of the same user, nor of the account', async () => {
    const { apiKey = '' } = await issue('api-key', ['owner']);
    const bounded = sdk(apiKey);
    expect(await outcome(bounded.createCredential(userId, { type: 'api-key' }))).toBe('credential-bounded');
    expect(await outcome(bounded.createCredential(userId, { type: 'api-key', scopes: ['owner'] }))).toBe(
      'credential-bounded',
    );
    expect(await outcome(bounded.createRootCredential())).toBe('credential-bounded');
    expect(await outcome(bounded.createEnrolment(userId, {}))).toBe('credential-bounded');
    expect(await outcome(bounded.createEnrolment(userId, { reset: true }))).toBe('credential-bounded');
  });

  it.each(['Look', 'LOOK', 'Auditor', 'auditor ', 'l\u043eok', 'ａuditor', 'nobody', '*', '../look'])(
    'are names to the letter, but for the case of your own: %j',
    async (name) => {
      const isOwn = name.toLowerCase() === 'look';
      const came = await outcome(issue('api-key', [name]));
      expect(came === 'done').toBe(isOwn);
      expect(['done', 'access-policy-not-found', 'invalid-request']).toContain(came);
    },
  );

  it("are never another tenant's policies, nor do its ids lead anywhere", async () => {
    const other = await admin.createTenant({ name: 'other', region });
    const there = sdk(other.apiKey);
    await there.createPolicy({ name: 'theirs', document: document('kms:*') });
    expect(await outcome(issue('api-key', ['theirs']))).toBe('access-policy-not-found');
    expect(await outcome(there.createCredential(userId, { type: 'api-key', scopes: ['theirs'] }))).toBe(
      'principal-not-found',
    );
    expect((await there.listCredentials({ principal: userId })).items).toEqual([]);
    expect(await there.checkAccess({ questions: [{ action: 'kms:Encrypt', region, key: keyId }] })).toEqual({
      allowed: [false],
    });
    expect((await there.listApprovals()).items).toEqual([]);
  });

  it('are told when somebody asks why, and follow their policy from the next request on', async () => {
    await admin.createPolicy({ name: 'changing', document: document('kms:DescribeKey') });
    const { apiKey = '', credential } = await issue('api-key', ['changing']);
    const bounded = sdk(apiKey);
    const look = () => outcome(bounded.getKey(region, keyId));
    expect(await look()).toBe('done');
    await admin.updatePolicy('changing', { document: document('kms:ListKeys') });
    expect(await look()).toBe('access-denied');
    await admin.updatePolicy('changing', { document: document('kms:DescribeKey') });
    expect(await look()).toBe('done');
    // A bound that is gone is none: nobody comes by it any more.
    await admin.deletePolicy('changing');
    expect(await look()).toBe('unauthenticated');
    const shown = (await admin.listCredentials({ limit: 1000 })).items.find(
      ({ credentialId }) => credentialId === credential.credentialId,
    );
    expect(shown).toMatchObject({ state: 'inactive', scopes: [expect.stringMatching(/^[0-9a-f-]{36}$/)] });
    expect(await outcome(issue('api-key', ['changing']))).toBe('access-policy-not-found');
  });

  it('go with an end of its own, which nothing that stands on an access key outlives', async () => {
    const end = new Date(Date.now() + 900_000);
    const key = signer(await issue('access-key', ['look'], { expiresAt: end.toISOString() }));
    const { Credentials: made } = await sts(key).send(new GetSessionTokenCommand({ DurationSeconds: 3600 }));
    expect(made!.Expiration!.getTime()).toBeLessThanOrEqual(end.getTime());
    const session = signer({
      accessKeyId: made!.AccessKeyId!,
      secretAccessKey: made!.SecretAccessKey!,
      sessionToken: made!.SessionToken!,
    });
    const describe = (by: Signer) => outcome(kms(by).send(new DescribeKeyCommand({ KeyId: keyId })));
    const who = (by: Signer) => outcome(sts(by).send(new GetCallerIdentityCommand({})));
    expect([await describe(key), await describe(session), await who(key)]).toEqual(['done', 'done', 'done']);
    await server.shift(900_001);
    // The clients sign for the time of this process: within the skew that is let pass.
    expect([await describe(key), await describe(session), await who(key)]).not.toContain('done');
    const states = (await admin.listCredentials({ limit: 1000 })).items
      .filter(({ credentialId }) => [key.accessKeyId, session.accessKeyId].includes(credentialId))
      .map(({ state }) => state);
    expect(states).toEqual(['inactive', 'inactive']);
  });

  const document = (action: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: '*' } });
});
