import * as kms from '@aws-sdk/client-kms';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

/** Principals without any policy, who have grants and nothing else, through the official SDK. */
let server: RunningInstallation;
let owner: kms.KMSClient;
let user: kms.KMSClient;
let session: kms.KMSClient;
let userArn: string;
let roleArn: string;
let KeyId: string;

const Plaintext = Buffer.from('plain');
const EncryptionContext = { Purpose: 'backup', host: 'a' };

beforeAll(async () => {
  server = await startInstallation();
  const admin = new KeysteadClient({ url: server.url, apiKey: server.first.apiKey });
  const place = { endpoint: server.url, region: server.first.region, maxAttempts: 1 };
  const { principalId, arn } = await admin.createPrincipal({ name: 'host', policies: [] });
  const issued = await admin.createCredential(principalId, { type: 'access-key' });
  const credentials = {
    accessKeyId: issued.accessKeyId as string,
    secretAccessKey: issued.secretAccessKey as string,
  };
  const trust = { Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' };
  const trustPolicy = JSON.stringify({ Version: '2012-10-17', Statement: trust });
  roleArn = (await admin.createRole({ name: 'nightly', trustPolicy })).arn;
  userArn = arn;
  owner = new kms.KMSClient({ ...place, credentials: server.first });
  user = new kms.KMSClient({ ...place, credentials });
  session = new kms.KMSClient({
    ...place,
    credentials: fromTemporaryCredentials({
      masterCredentials: credentials,
      params: { RoleArn: roleArn, RoleSessionName: 'tonight' },
      clientConfig: place,
    }),
  });
  KeyId = (await owner.send(new kms.CreateKeyCommand({}))).KeyMetadata?.Arn as string;
});

afterAll(() => server.close());

const denied = { name: 'AccessDeniedException' };

describe('grants, through the official SDK', () => {
  it('open a key to every session of a role, within their constraint, until they are revoked', async () => {
    const encrypt = (by: kms.KMSClient, context: Record<string, string>) =>
      by.send(new kms.EncryptCommand({ KeyId, Plaintext, EncryptionContext: context }));
    await expect(encrypt(session, EncryptionContext)).rejects.toMatchObject(denied);
    const { GrantId, GrantToken } = await owner.send(
      new kms.CreateGrantCommand({
        KeyId,
        GranteePrincipal: roleArn,
        Operations: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
        Constraints: { EncryptionContextSubset: { purpose: 'backup' } },
      }),
    );
    const { CiphertextBlob } = await encrypt(session, EncryptionContext);
    await expect(encrypt(session, { Purpose: 'else' })).rejects.toMatchObject(denied);
    await expect(encrypt(user, EncryptionContext)).rejects.toMatchObject(denied);
    const GrantTokens = [GrantToken as string];
    const opened = await session.send(new kms.DecryptCommand({ CiphertextBlob, EncryptionContext, GrantTokens }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    const again = (DestinationEncryptionContext: Record<string, string>) =>
      session.send(
        new kms.ReEncryptCommand({
          CiphertextBlob,
          SourceEncryptionContext: EncryptionContext,
          DestinationKeyId: KeyId,
          DestinationEncryptionContext,
        }),
      );
    expect((await again({ purpose: 'backup' })).KeyId).toBe(KeyId);
    // Each side of it has a context of its own, and each must fit.
    await expect(again({ purpose: 'else' })).rejects.toMatchObject(denied);
    await owner.send(new kms.RevokeGrantCommand({ KeyId, GrantId }));
    await expect(encrypt(session, EncryptionContext)).rejects.toMatchObject(denied);
    const decrypt = new kms.DecryptCommand({ CiphertextBlob, EncryptionContext, GrantTokens });
    await expect(session.send(decrypt)).rejects.toMatchObject(denied);
  });

  it('are handed on, listed and retired by those who have nothing but grants', async () => {
    await owner.send(
      new kms.CreateGrantCommand({
        KeyId,
        GranteePrincipal: userArn,
        Operations: ['CreateGrant', 'Encrypt', 'RetireGrant'],
      }),
    );
    const hand = (Operations: kms.GrantOperation[]) =>
      user.send(
        new kms.CreateGrantCommand({ KeyId, GranteePrincipal: roleArn, RetiringPrincipal: userArn, Operations }),
      );
    await expect(hand(['Decrypt'])).rejects.toMatchObject(denied);
    const { GrantId } = await hand(['Encrypt']);
    await session.send(new kms.EncryptCommand({ KeyId, Plaintext }));
    await expect(user.send(new kms.ListGrantsCommand({ KeyId }))).rejects.toMatchObject(denied);
    const retirable = await owner.send(new kms.ListRetirableGrantsCommand({ RetiringPrincipal: userArn }));
    expect(retirable.Grants).toMatchObject([{ GrantId, GranteePrincipal: roleArn, Operations: ['Encrypt'] }]);
    const dry = user.send(new kms.RetireGrantCommand({ KeyId, GrantId, DryRun: true }));
    await expect(dry).rejects.toThrow(kms.DryRunOperationException);
    await expect(session.send(new kms.RetireGrantCommand({ KeyId, GrantId }))).rejects.toMatchObject(denied);
    await user.send(new kms.RetireGrantCommand({ KeyId, GrantId }));
    await expect(session.send(new kms.EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject(denied);
    const { Grants = [] } = await owner.send(new kms.ListGrantsCommand({ KeyId, GranteePrincipal: userArn }));
    expect(Grants.map(({ Operations }) => Operations)).toEqual([['CreateGrant', 'Encrypt', 'RetireGrant']]);
    await user.send(new kms.RetireGrantCommand({ KeyId, GrantId: Grants[0]?.GrantId }));
    await expect(hand(['Encrypt'])).rejects.toMatchObject(denied);
    expect(server.errors).toEqual([]);
  });
});
