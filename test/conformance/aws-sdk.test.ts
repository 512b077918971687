import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto';
import * as kms from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/protocols/aws-kms/operations.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

let server: RunningInstallation;
let client: kms.KMSClient;
const sent = new Set<string>();

beforeAll(async () => {
  server = await startInstallation();
  const { accessKeyId, secretAccessKey, region } = server.first;
  client = new kms.KMSClient({
    endpoint: server.url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next, context) => (args) => {
      sent.add(String(context['commandName']).replace(/Command$/, ''));
      return next(args);
    },
    { step: 'initialize' },
  );
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

async function newKey(input: kms.CreateKeyCommandInput = {}): Promise<{ id: string; arn: string }> {
  const { KeyMetadata } = await client.send(new kms.CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId as string, arn: KeyMetadata?.Arn as string };
}

const EncryptionContext = { purpose: 'Prüfung', __proto: 'x' };

describe('the official SDK', () => {
  it('makes, describes, names, tags and lists keys', async () => {
    const before = Date.now();
    const { KeyMetadata } = await client.send(
      new kms.CreateKeyCommand({ Description: 'first', Tags: [{ TagKey: 'stage', TagValue: 'test' }] }),
    );
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: server.first.accountId,
      Arn: `arn:aws:kms:eu-central-1:${server.first.accountId}:key/${KeyMetadata?.KeyId}`,
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      Description: 'first',
      Enabled: true,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    });
    expect(KeyMetadata?.CurrentKeyMaterialId).toMatch(/^[0-9a-f]{64}$/);
    expect(KeyMetadata?.CreationDate?.getTime()).toBeGreaterThan(before - 1000);
    const KeyId = KeyMetadata?.KeyId as string;

    await client.send(new kms.UpdateKeyDescriptionCommand({ KeyId, Description: 'second' }));
    const described = await client.send(new kms.DescribeKeyCommand({ KeyId }));
    expect(described.KeyMetadata).toEqual({ ...KeyMetadata, Description: 'second' });

    await client.send(new kms.CreateAliasCommand({ AliasName: 'alias/sdk', TargetKeyId: KeyId }));
    const other = await newKey();
    await client.send(new kms.UpdateAliasCommand({ AliasName: 'alias/sdk', TargetKeyId: other.id }));
    const { Aliases } = await client.send(new kms.ListAliasesCommand({}));
    expect(Aliases).toHaveLength(1);
    expect(Aliases?.[0]).toMatchObject({ AliasName: 'alias/sdk', TargetKeyId: other.id });
    await client.send(new kms.DeleteAliasCommand({ AliasName: 'alias/sdk' }));
    await expect(client.send(new kms.DescribeKeyCommand({ KeyId: 'alias/sdk' }))).rejects.toThrow(
      kms.NotFoundException,
    );

    await client.send(new kms.TagResourceCommand({ KeyId, Tags: [{ TagKey: 'owner', TagValue: 'me' }] }));
    await client.send(new kms.UntagResourceCommand({ KeyId, TagKeys: ['stage'] }));
    const { Tags } = await client.send(new kms.ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([{ TagKey: 'owner', TagValue: 'me' }]);
  });

  it('goes through all pages of a list by its own paginator', async () => {
    const made = new Set<string>();
    for (let i = 0; i < 7; i++) made.add((await newKey()).id);
    const listed: string[] = [];
    for await (const page of kms.paginateListKeys({ client, pageSize: 3 }, {})) {
      listed.push(...(page.Keys ?? []).map(({ KeyId }) => KeyId as string));
    }
    expect(new Set(listed).size).toBe(listed.length);
    expect([...made].every((id) => listed.includes(id))).toBe(true);
  });

  it('encrypts, decrypts, re-encrypts and makes data keys', async () => {
    const { id: KeyId, arn } = await newKey();
    const Plaintext = randomBytes(4096);
    const { CiphertextBlob, ...rest } = await client.send(
      new kms.EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
    );
    expect(rest).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const opened = await client.send(new kms.DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext as Uint8Array)).toEqual(Plaintext);
    await expect(client.send(new kms.DecryptCommand({ CiphertextBlob }))).rejects.toThrow(
      kms.InvalidCiphertextException,
    );

    const destination = await newKey();
    const moved = await client.send(
      new kms.ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: destination.arn,
      }),
    );
    expect(moved).toMatchObject({ SourceKeyId: arn, KeyId: destination.arn });
    const again = await client.send(new kms.DecryptCommand({ CiphertextBlob: moved.CiphertextBlob }));
    expect(Buffer.from(again.Plaintext as Uint8Array)).toEqual(Plaintext);

    const dataKey = await client.send(new kms.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    expect(dataKey.Plaintext).toHaveLength(32);
    const unwrapped = await client.send(new kms.DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob }));
    expect(unwrapped.Plaintext).toEqual(dataKey.Plaintext);
    expect(unwrapped.KeyMaterialId).toBe(dataKey.KeyMaterialId);

    const kept = await client.send(new kms.GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 1024 }));
    expect(kept).not.toHaveProperty('Plaintext');
    const released = await client.send(new kms.DecryptCommand({ CiphertextBlob: kept.CiphertextBlob }));
    expect(released.Plaintext).toHaveLength(1024);
    const random = await client.send(new kms.GenerateRandomCommand({ NumberOfBytes: 1024 }));
    expect(random.Plaintext).toHaveLength(1024);
  });

  it('switches keys off and on, schedules their deletion and calls them back', async () => {
    const { id: KeyId, arn } = await newKey();
    const use = () => client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    await client.send(new kms.DisableKeyCommand({ KeyId }));
    await expect(use()).rejects.toThrow(kms.DisabledException);
    await expect(use()).rejects.toThrow(`${arn} is disabled.`);
    await client.send(new kms.EnableKeyCommand({ KeyId }));
    await use();
    const scheduled = await client.send(new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(scheduled).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    const days = ((scheduled.DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
    await expect(use()).rejects.toThrow(kms.KMSInvalidStateException);
    expect(await client.send(new kms.CancelKeyDeletionCommand({ KeyId }))).toMatchObject({ KeyId: arn });
    await expect(use()).rejects.toThrow(kms.DisabledException);
  });

  it('imports key material, deletes it and brings it back', async () => {
    const { id: KeyId, arn } = await newKey({ Origin: 'EXTERNAL' });
    const material = randomBytes(32);
    const parameters = await client.send(
      new kms.GetParametersForImportCommand({
        KeyId,
        WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
        WrappingKeySpec: 'RSA_3072',
      }),
    );
    const key = createPublicKey({ key: Buffer.from(parameters.PublicKey ?? []), format: 'der', type: 'spki' });
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(3072);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const bring = () =>
      client.send(
        new kms.ImportKeyMaterialCommand({
          KeyId,
          ImportToken: parameters.ImportToken,
          EncryptedKeyMaterial: publicEncrypt({ key, padding, oaepHash: 'sha256' }, material),
          ValidTo: new Date(Date.now() + 86_400_000),
        }),
      );
    const imported = await bring();
    expect(imported.KeyId).toBe(arn);
    const { CiphertextBlob } = await client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('mine') }));
    const deleted = await client.send(new kms.DeleteImportedKeyMaterialCommand({ KeyId }));
    expect(deleted).toMatchObject({ KeyId: arn, KeyMaterialId: imported.KeyMaterialId });
    await expect(client.send(new kms.DecryptCommand({ CiphertextBlob }))).rejects.toThrow(`${arn} is pending import.`);
    await bring();
    const opened = await client.send(new kms.DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('mine');
    const { KeyMetadata } = await client.send(new kms.DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_EXPIRES' });
    expect(KeyMetadata?.ValidTo?.getTime()).toBeGreaterThan(Date.now());
  });

  it('reads and writes key policies', async () => {
    const { id: KeyId } = await newKey();
    const { Policy, PolicyName } = await client.send(new kms.GetKeyPolicyCommand({ KeyId }));
    expect(PolicyName).toBe('default');
    expect(JSON.parse(Policy as string)).toEqual({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${server.first.accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
    await client.send(new kms.PutKeyPolicyCommand({ KeyId, Policy, PolicyName: 'default' }));
    const { PolicyNames } = await client.send(new kms.ListKeyPoliciesCommand({ KeyId }));
    expect(PolicyNames).toEqual(['default']);
    await expect(client.send(new kms.PutKeyPolicyCommand({ KeyId, Policy: '{' }))).rejects.toThrow(
      kms.MalformedPolicyDocumentException,
    );
  });

  it('rotates a key, whose old ciphertexts still open', async () => {
    const { id: KeyId, arn } = await newKey();
    const { CiphertextBlob } = await client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('old') }));
    expect(await client.send(new kms.RotateKeyOnDemandCommand({ KeyId }))).toMatchObject({ KeyId: arn });
    expect(await client.send(new kms.GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
      KeyId,
      KeyRotationEnabled: false,
    });
    const { Rotations } = await client.send(
      new kms.ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    );
    expect(Rotations).toHaveLength(2);
    expect(Rotations?.[0]).toMatchObject({ KeyId, KeyMaterialState: 'NON_CURRENT' });
    expect(Rotations?.[1]).toMatchObject({ KeyId, KeyMaterialState: 'CURRENT', RotationType: 'ON_DEMAND' });
    expect(Rotations?.[1]?.RotationDate).toBeInstanceOf(Date);
    const opened = await client.send(new kms.DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('old');
    expect(opened.KeyMaterialId).toBe(Rotations?.[0]?.KeyMaterialId);
  });

  it('has a key rotated every so often, and no more', async () => {
    const { id: KeyId } = await newKey();
    await client.send(new kms.EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 180 }));
    const status = await client.send(new kms.GetKeyRotationStatusCommand({ KeyId }));
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 180 });
    const days = ((status.NextRotationDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.abs(days - 180)).toBeLessThan(0.1);
    await client.send(new kms.DisableKeyRotationCommand({ KeyId }));
    const after = await client.send(new kms.GetKeyRotationStatusCommand({ KeyId }));
    expect(after.KeyRotationEnabled).toBe(false);
  });

  it('gives rights on one key by grants, and takes them back', async () => {
    const { id: KeyId, arn } = await newKey();
    const root = `arn:aws:iam::${server.first.accountId}:root`;
    const made = await client.send(
      new kms.CreateGrantCommand({
        KeyId,
        Name: 'backup',
        GranteePrincipal: root,
        RetiringPrincipal: root,
        Operations: ['Encrypt', 'DescribeKey'],
        Constraints: { EncryptionContextEquals: { purpose: 'backup' } },
      }),
    );
    const second = await client.send(
      new kms.CreateGrantCommand({ KeyId, GranteePrincipal: root, Operations: ['Decrypt'] }),
    );
    const { Grants } = await client.send(new kms.ListGrantsCommand({ KeyId, GrantId: made.GrantId }));
    expect(Grants).toMatchObject([
      {
        KeyId: arn,
        GrantId: made.GrantId,
        Name: 'backup',
        GranteePrincipal: root,
        RetiringPrincipal: root,
        IssuingAccount: root,
        Operations: ['Encrypt', 'DescribeKey'],
        Constraints: { EncryptionContextEquals: { purpose: 'backup' } },
      },
    ]);
    expect(Grants?.[0]?.CreationDate).toBeInstanceOf(Date);
    const retirable = await client.send(new kms.ListRetirableGrantsCommand({ RetiringPrincipal: root }));
    expect(retirable.Grants?.map(({ GrantId }) => GrantId)).toEqual([made.GrantId]);
    const GrantTokens = [made.GrantToken as string];
    await client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), GrantTokens }));
    const invalid = client.send(new kms.DescribeKeyCommand({ KeyId, GrantTokens: ['invalid'] }));
    await expect(invalid).rejects.toThrow(kms.InvalidGrantTokenException);
    await client.send(new kms.RetireGrantCommand({ GrantToken: made.GrantToken }));
    await client.send(new kms.RevokeGrantCommand({ KeyId, GrantId: second.GrantId }));
    expect((await client.send(new kms.ListGrantsCommand({ KeyId }))).Grants).toEqual([]);
    const again = client.send(new kms.RevokeGrantCommand({ KeyId, GrantId: second.GrantId }));
    await expect(again).rejects.toThrow(kms.NotFoundException);
  });

  it('signs and verifies, and others verify with the public key', async () => {
    const rsa = await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    const curve = await newKey({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' });
    const Message = randomBytes(200);
    const digest = (name: string) => createHash(name).update(Message).digest();
    for (const [KeyId, SigningAlgorithm, hash] of [
      [rsa.id, 'RSASSA_PSS_SHA_256', 'sha256'],
      [rsa.id, 'RSASSA_PKCS1_V1_5_SHA_512', 'sha512'],
      [curve.id, 'ECDSA_SHA_384', 'sha384'],
    ] as const) {
      const signed = await client.send(new kms.SignCommand({ KeyId, Message, SigningAlgorithm }));
      const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
      const options = SigningAlgorithm.includes('PSS')
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : {};
      expect(verify(hash, Message, { key, ...options }, signed.Signature as Uint8Array)).toBe(true);
      const asked = { KeyId, SigningAlgorithm, Signature: signed.Signature };
      const byDigest = { ...asked, Message: digest(hash), MessageType: 'DIGEST' } as const;
      expect(await client.send(new kms.VerifyCommand(byDigest))).toMatchObject({ SignatureValid: true });
      await expect(client.send(new kms.VerifyCommand({ ...asked, Message: randomBytes(9) }))).rejects.toThrow(
        kms.KMSInvalidSignatureException,
      );
    }
  });

  it('makes and checks MACs', async () => {
    const { id: KeyId, arn } = await newKey({ KeySpec: 'HMAC_512', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const asked = { KeyId, Message: Buffer.from('message'), MacAlgorithm: 'HMAC_SHA_512' } as const;
    const { Mac } = await client.send(new kms.GenerateMacCommand(asked));
    expect(Mac).toHaveLength(64);
    const verified = await client.send(new kms.VerifyMacCommand({ ...asked, Mac }));
    expect(verified).toMatchObject({ KeyId: arn, MacValid: true, MacAlgorithm: 'HMAC_SHA_512' });
    await expect(
      client.send(new kms.VerifyMacCommand({ ...asked, Mac, Message: Buffer.from('other') })),
    ).rejects.toThrow(kms.KMSInvalidMacException);
  });

  it('agrees on secrets by ECDH and by ML-KEM', async () => {
    const { id: KeyId } = await newKey({ KeySpec: 'ECC_NIST_P521', KeyUsage: 'KEY_AGREEMENT' });
    const own = generateKeyPairSync('ec', { namedCurve: 'P-521' });
    const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId }));
    const derived = await client.send(
      new kms.DeriveSharedSecretCommand({
        KeyId,
        KeyAgreementAlgorithm: 'ECDH',
        PublicKey: own.publicKey.export({ format: 'der', type: 'spki' }),
      }),
    );
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const expected = diffieHellman({ privateKey: own.privateKey, publicKey });
    expect(Buffer.from(derived.SharedSecret ?? [])).toEqual(expected);
    expect(derived.KeyOrigin).toBe('AWS_KMS');

    const kem = await newKey({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
    const algorithm = { KeyId: kem.id, EncapsulationAlgorithm: 'ML_KEM' } as const;
    const sealed = await client.send(new kms.EncapsulateCommand(algorithm));
    const { SharedSecretCiphertextBlob } = sealed;
    const opened = await client.send(new kms.DecapsulateCommand({ ...algorithm, SharedSecretCiphertextBlob }));
    expect(opened.SharedSecret).toEqual(sealed.SharedSecret);
    expect(opened.SharedSecret).toHaveLength(32);
  });

  it('encrypts to a public key, and moves from there to a symmetric key', async () => {
    const { id: KeyId, arn } = await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const CiphertextBlob = publicEncrypt({ key, oaepHash: 'sha256' }, Buffer.from('from outside'));
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
    const opened = await client.send(new kms.DecryptCommand({ KeyId, CiphertextBlob, EncryptionAlgorithm }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('from outside');
    const to = await newKey();
    const moved = await client.send(
      new kms.ReEncryptCommand({
        SourceKeyId: arn,
        SourceEncryptionAlgorithm: EncryptionAlgorithm,
        CiphertextBlob,
        DestinationKeyId: to.id,
      }),
    );
    const again = await client.send(new kms.DecryptCommand({ CiphertextBlob: moved.CiphertextBlob }));
    expect(again.Plaintext).toEqual(opened.Plaintext);
  });

  it('gets key pairs to work with outside', async () => {
    const { id: KeyId } = await newKey();
    const asked = { KeyId, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext } as const;
    const pair = await client.send(new kms.GenerateDataKeyPairCommand(asked));
    const kept = await client.send(new kms.GenerateDataKeyPairWithoutPlaintextCommand(asked));
    for (const { PublicKey, PrivateKeyCiphertextBlob } of [pair, kept]) {
      const { Plaintext } = await client.send(
        new kms.DecryptCommand({ CiphertextBlob: PrivateKeyCiphertextBlob, EncryptionContext }),
      );
      const key = createPrivateKey({ key: Buffer.from(Plaintext ?? []), format: 'der', type: 'pkcs8' });
      const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
      expect(spki).toEqual(Buffer.from(PublicKey ?? []));
    }
    expect(kept).not.toHaveProperty('PrivateKeyPlaintext');
    expect(pair.PrivateKeyPlaintext?.length).toBeGreaterThan(100);
  });

  it('tells when a key was last used', async () => {
    const { id: KeyId } = await newKey();
    const before = await client.send(new kms.GetKeyLastUsageCommand({ KeyId }));
    expect(before.KeyLastUsage).toEqual({});
    expect(before.TrackingStartDate).toEqual(before.KeyCreationDate);
    const earliestMs = Date.now();
    const { $metadata } = await client.send(new kms.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    const latestMs = Date.now();
    const { KeyLastUsage } = await client.send(new kms.GetKeyLastUsageCommand({ KeyId }));
    expect(KeyLastUsage).toMatchObject({ Operation: 'GenerateDataKey', KmsRequestId: $metadata.requestId });
    const atMs = KeyLastUsage?.Timestamp?.getTime();
    expect(atMs).toBeGreaterThanOrEqual(earliestMs);
    expect(atMs).toBeLessThanOrEqual(latestMs);
  });

  it('moves between two regions of one server', async () => {
    const west = 'us-west-2';
    await new KeysteadClient({ url: server.url, apiKey: server.first.apiKey }).addRegion({ region: west });
    const { accessKeyId, secretAccessKey, region } = server.first;
    const credentials = { accessKeyId, secretAccessKey };
    const there = new kms.KMSClient({ endpoint: server.url, region: west, credentials, maxAttempts: 1 });
    try {
      const made = await client.send(new kms.CreateKeyCommand({ MultiRegion: true }));
      const { KeyId = '', Arn = '' } = made.KeyMetadata ?? {};
      const { ReplicaKeyMetadata } = await client.send(new kms.ReplicateKeyCommand({ KeyId, ReplicaRegion: west }));
      const arnThere = Arn.replace(`:${region}:`, `:${west}:`);
      expect(ReplicaKeyMetadata).toMatchObject({ KeyId, Arn: arnThere, MultiRegion: true });
      const Plaintext = Buffer.from('over there');
      const { CiphertextBlob } = await client.send(new kms.EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
      await client.send(new kms.RotateKeyOnDemandCommand({ KeyId }));
      const opened = await there.send(new kms.DecryptCommand({ CiphertextBlob, EncryptionContext }));
      expect(opened.KeyId).toBe(arnThere);
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
      const back = await there.send(new kms.EncryptCommand({ KeyId: arnThere, Plaintext }));
      expect((await client.send(new kms.DecryptCommand({ CiphertextBlob: back.CiphertextBlob }))).KeyId).toBe(Arn);
      await expect(there.send(new kms.DescribeKeyCommand({ KeyId: Arn }))).rejects.toThrow(kms.NotFoundException);
      await client.send(new kms.UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: west }));
      const described = await there.send(new kms.DescribeKeyCommand({ KeyId }));
      expect(described.KeyMetadata?.MultiRegionConfiguration).toEqual({
        MultiRegionKeyType: 'PRIMARY',
        PrimaryKey: { Arn: arnThere, Region: west },
        ReplicaKeys: [{ Arn, Region: region }],
      });
      const waiting = await there.send(new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      expect(waiting).toMatchObject({ KeyState: 'PendingReplicaDeletion', PendingWindowInDays: 7 });
    } finally {
      there.destroy();
    }
  });

  it('asks for custom key stores, of which external-key-store.test.ts tries the whole life', async () => {
    const store = {
      CustomKeyStoreName: 'nobody is there',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      XksProxyConnectivity: 'PUBLIC_ENDPOINT',
      XksProxyUriEndpoint: 'https://localhost',
      XksProxyUriPath: '/kms/xks/v1',
      XksProxyAuthenticationCredential: { AccessKeyId: 'A'.repeat(20), RawSecretAccessKey: 'x'.repeat(43) },
    } as const;
    // A tenant's word does not have this machine called.
    await expect(client.send(new kms.CreateCustomKeyStoreCommand(store))).rejects.toThrow(
      kms.XksProxyUriUnreachableException,
    );
    expect(await client.send(new kms.DescribeCustomKeyStoresCommand({}))).toMatchObject({ CustomKeyStores: [] });
    const CustomKeyStoreId = 'cks-0123456789abcdef0';
    for (const Command of [
      kms.ConnectCustomKeyStoreCommand,
      kms.DisconnectCustomKeyStoreCommand,
      kms.UpdateCustomKeyStoreCommand,
      kms.DeleteCustomKeyStoreCommand,
    ]) {
      const command = new Command({ CustomKeyStoreId }) as kms.ConnectCustomKeyStoreCommand;
      await expect(client.send(command)).rejects.toThrow(kms.CustomKeyStoreNotFoundException);
    }
  });

  it('is told by the store which of many makers of one alias was first', async () => {
    const keys = await Promise.all(Array.from({ length: 12 }, () => newKey()));
    const made = await Promise.allSettled(
      keys.map(({ id }) => client.send(new kms.CreateAliasCommand({ AliasName: 'alias/race', TargetKeyId: id }))),
    );
    const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    expect(refused.map(({ name }) => name)).toEqual(Array.from({ length: 11 }, () => 'AlreadyExistsException'));
    const { Aliases } = await client.send(new kms.ListAliasesCommand({}));
    expect(Aliases?.filter(({ AliasName }) => AliasName === 'alias/race')).toHaveLength(1);
  });

  it('finds a disabled key off for all that was not yet asked', async () => {
    const { id: KeyId } = await newKey();
    const use = () => client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    const early = Promise.allSettled(Array.from({ length: 50 }, use));
    await client.send(new kms.DisableKeyCommand({ KeyId }));
    const late = await Promise.allSettled(Array.from({ length: 50 }, use));
    await early;
    expect(late.every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('has by now sent every operation that is implemented, and the server logged no fault', () => {
    const implemented = Object.entries(OPERATIONS).flatMap(([name, row]) => (row === 'not-implemented' ? [] : [name]));
    expect([...sent].toSorted()).toEqual(implemented.toSorted());
    expect(server.errors).toEqual([]);
  });
});
