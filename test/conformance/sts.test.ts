import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import * as sts from '@aws-sdk/client-sts';
import { fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from './client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

const AWS = '/usr/bin/aws';
const PYTHON = '/usr/bin/python3';
const withoutCli = missing({ name: 'the AWS CLI', command: AWS, probe: ['--version'] });
const withoutBoto3 = missing({ name: 'boto3', command: PYTHON, probe: ['-c', 'import boto3'] });
const run = promisify(execFile);

let server: RunningInstallation;
let admin: KeysteadClient;
let folder: string;
let user: { accessKeyId: string; secretAccessKey: string };
let userId: string;
let roleArn: string;
let keyId: string;

const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

beforeAll(async () => {
  server = await startInstallation();
  folder = mkdtempSync(join(tmpdir(), 'keystead-sts-'));
  admin = new KeysteadClient({ url: server.url, apiKey: server.first.apiKey });
  const { principalId, arn } = await admin.createPrincipal({ name: 'Host', policies: [] });
  const { accessKeyId, secretAccessKey } = await admin.createCredential(principalId, { type: 'access-key' });
  user = { accessKeyId: accessKeyId as string, secretAccessKey: secretAccessKey as string };
  userId = principalId;
  const trustPolicy = policy({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' });
  roleArn = (await admin.createRole({ name: 'Nightly', trustPolicy })).arn;
  await admin.attachRolePolicy('Nightly', { policy: 'user' });
  const owner = new KMSClient({ endpoint: server.url, region: server.first.region, credentials: server.first });
  const { KeyMetadata } = await owner.send(new CreateKeyCommand({}));
  keyId = KeyMetadata?.KeyId as string;
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const { GetCallerIdentityCommand, AssumeRoleCommand, GetSessionTokenCommand } = sts;
const place = () => ({ endpoint: server.url, region: server.first.region, maxAttempts: 1 });
const sessionArn = (name: string) => `arn:aws:sts::${server.first.accountId}:assumed-role/Nightly/${name}`;

describe('the official SDK', () => {
  it('asks who it is, and opens sessions', async () => {
    const client = new sts.STSClient({ ...place(), credentials: user });
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: server.first.accountId,
      Arn: `arn:aws:iam::${server.first.accountId}:user/Host`,
      UserId: userId,
    });
    // The wire has whole seconds.
    const earliestMs = Math.floor(Date.now() / 1_000) * 1_000 + 900_000;
    const opened = await client.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const latestMs = Date.now() + 900_000;
    const endsAtMs = opened.Credentials?.Expiration?.getTime();
    expect(endsAtMs).toBeGreaterThanOrEqual(earliestMs);
    expect(endsAtMs).toBeLessThanOrEqual(latestMs);
    const assumed = await client.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: 'sdk',
        Policy: policy({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' }),
      }),
    );
    expect(assumed.AssumedRoleUser?.Arn).toBe(sessionArn('sdk'));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = assumed.Credentials ?? {};
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
    };
    const kms = new KMSClient({ ...place(), credentials });
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('x') }));
    // The role may decrypt, and this session of it may not.
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(sessionArn('sdk')),
    });
  });

  it('reads refusals as its own errors', async () => {
    const client = new sts.STSClient({ ...place(), credentials: user });
    const ask = (input: Partial<sts.AssumeRoleCommandInput>) =>
      client.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'sdk', ...input }));
    await expect(ask({ RoleArn: `${roleArn}x` })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${server.first.accountId}:user/Host is not authorized to perform: sts:AssumeRole on resource: ${roleArn}x`,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(ask({ Policy: '{}' })).rejects.toThrow(sts.MalformedPolicyDocumentException);
    await expect(ask({ DurationSeconds: 7200 })).rejects.toMatchObject({ name: 'ValidationError' });
    const stranger = new sts.STSClient({ ...place(), credentials: { ...user, accessKeyId: 'KSIAAAAAAAAAAAAAAAAA' } });
    await expect(stranger.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });

  it('uses keys as a role that it assumes by itself, until the sessions of the role are revoked', async () => {
    const kms = new KMSClient({
      ...place(),
      credentials: fromTemporaryCredentials({
        masterCredentials: user,
        params: { RoleArn: roleArn, RoleSessionName: 'temporary' },
        clientConfig: place(),
      }),
    });
    const use = () => kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('x') }));
    await use();
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await admin.revokeRoleSessions('Nightly');
    await expect(use()).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('goes by a profile with a role', async () => {
    const { accessKeyId, secretAccessKey } = user;
    const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
    writeFileSync(
      config,
      `[profile nightly]\nrole_arn = ${roleArn}\nsource_profile = host\nregion = ${server.first.region}\n`,
    );
    writeFileSync(
      credentials,
      `[host]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const provider = fromIni({
      profile: 'nightly',
      configFilepath: config,
      filepath: credentials,
      clientConfig: place(),
    });
    const client = new sts.STSClient({ ...place(), credentials: provider });
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    expect(Arn).toMatch(new RegExp(`^${sessionArn('')}`));
    const kms = new KMSClient({ ...place(), credentials: provider });
    expect((await kms.send(new ListKeysCommand({}))).Keys).toHaveLength(1);
  });
});

describe.skipIf(withoutCli !== undefined)(`the AWS CLI${withoutCli === undefined ? '' : `: ${withoutCli}`}`, () => {
  it('asks who it is, assumes a role, and uses keys as that role by a profile', async () => {
    const { url, first } = server;
    const config = join(folder, 'cli-config');
    // Its version 2 before 2.13 finds the endpoint of AWS STS by the command's option alone, which a role profile has not.
    const assume = `${AWS} --endpoint-url ${url} --profile host sts assume-role --role-arn ${roleArn} --role-session-name cli`;
    const shape = `{Version: \`1\`, AccessKeyId: Credentials.AccessKeyId, SecretAccessKey: Credentials.SecretAccessKey, SessionToken: Credentials.SessionToken, Expiration: Credentials.Expiration}`;
    const helper = join(folder, 'assume.sh');
    writeFileSync(helper, `#!/bin/sh\nexec ${assume} --output json --query '${shape}'\n`, { mode: 0o700 });
    writeFileSync(
      config,
      `[profile host]\nregion = ${first.region}\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n\n` +
        `[profile nightly]\nregion = ${first.region}\ncredential_process = ${helper}\n`,
    );
    const env = { PATH: '/usr/bin:/bin', HOME: folder, AWS_CONFIG_FILE: config, AWS_EC2_METADATA_DISABLED: 'true' };
    const aws = async (profile: string, ...args: string[]) => {
      const all = ['--endpoint-url', url, '--profile', profile, '--output', 'json', ...args];
      return JSON.parse((await run(AWS, all, { env })).stdout) as Record<string, string>;
    };
    expect(await aws('host', 'sts', 'get-caller-identity')).toEqual({
      UserId: userId,
      Account: first.accountId,
      Arn: `arn:aws:iam::${first.accountId}:user/Host`,
    });
    expect(await aws('nightly', 'sts', 'get-caller-identity')).toMatchObject({ Arn: sessionArn('cli') });
    writeFileSync(join(folder, 'plain'), 'x');
    const plaintext = `fileb://${join(folder, 'plain')}`;
    const encrypted = await aws('nightly', 'kms', 'encrypt', '--key-id', keyId, '--plaintext', plaintext);
    expect(encrypted['KeyId']).toContain(keyId);
    await expect(aws('nightly', 'kms', 'create-key')).rejects.toThrow('(AccessDeniedException)');
    await expect(aws('nightly', 'sts', 'get-session-token')).rejects.toThrow(
      '(AccessDenied) when calling the GetSessionToken operation: Cannot call GetSessionToken with session credentials',
    );
  });
});

describe.skipIf(withoutBoto3 !== undefined)(`boto3${withoutBoto3 === undefined ? '' : `: ${withoutBoto3}`}`, () => {
  it('assumes a role and uses keys as that role', async () => {
    const script = join(import.meta.dirname, 'boto3_sts.py');
    const { stdout } = await run(PYTHON, [script, server.url, server.first.region, roleArn, keyId], {
      env: {
        PATH: '/usr/bin:/bin',
        AWS_ACCESS_KEY_ID: user.accessKeyId,
        AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    });
    expect(JSON.parse(stdout)).toEqual({
      user: `arn:aws:iam::${server.first.accountId}:user/Host`,
      session: sessionArn('python'),
      isTimeZoned: true,
      plaintext: 'secret',
      presigned: [200, 200],
      denied: { code: 'AccessDenied', status: 403 },
      invalid: { code: 'ValidationError', status: 400 },
      wrongToken: { code: 'InvalidClientTokenId', status: 403 },
      wrongTokenOfKms: { code: 'UnrecognizedClientException', status: 400 },
    });
    expect(server.errors).toEqual([]);
  });
});
