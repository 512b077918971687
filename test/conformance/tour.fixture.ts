import {
  constants,
  createPublicKey,
  createVerify,
  diffieHellman,
  createPrivateKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
  type KeyObject,
} from 'node:crypto';
import { expect } from 'vitest';
import { attestationDocument, openLikeTheSdk } from '../../src/attestation/enclave.fixture.ts';
import type { OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { ENCLAVES_SINCE_MS } from './server.fixture.ts';
import { Refusal, type Answer, type TourClient } from './tour-client.fixture.ts';

/** Where a tour goes: an account that is open in two regions. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly secondRegion: string;
}

export interface Guide extends Place {
  readonly call: <N extends OperationName>(operation: N, input: object, region?: string) => Promise<Answer<N>>;
  /** Asks what must be refused. Answers the code. */
  readonly refused: (operation: OperationName, input: object) => Promise<string>;
  /** Notes a secret that no request shows in clear. */
  readonly keep: (secret: Buffer) => void;
  readonly newKey: (input?: object) => Promise<{ readonly id: string; readonly arn: string }>;
}

/** One part of the API as clients use it: what comes of it is compared with what was sent, not only read. */
interface Section {
  readonly name: string;
  /** What it sends. */
  readonly operations: readonly OperationName[];
  readonly run: (guide: Guide) => Promise<void>;
}

const plaintext = Buffer.from('a plaintext that nobody else may read');
const EncryptionContext = { purpose: 'Prüfung', __proto: 'x' };
const spki = (key: Buffer): KeyObject => createPublicKey({ key, format: 'der', type: 'spki' });

export const SECTIONS: readonly Section[] = [
  {
    name: 'the life of a key',
    operations: [
      'CreateKey',
      'DescribeKey',
      'ListKeys',
      'UpdateKeyDescription',
      'EnableKey',
      'DisableKey',
      'ScheduleKeyDeletion',
      'CancelKeyDeletion',
      'GetKeyLastUsage',
    ],
    async run({ call, refused, newKey }) {
      const { id: KeyId, arn } = await newKey({ Description: 'first', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
      await call('UpdateKeyDescription', { KeyId, Description: 'second' });
      expect((await call('DescribeKey', { KeyId: arn })).KeyMetadata).toMatchObject({
        KeyId,
        Description: 'second',
        KeyState: 'Enabled',
        Origin: 'AWS_KMS',
        KeySpec: 'SYMMETRIC_DEFAULT',
      });
      expect((await call('ListKeys', { Limit: 1000 })).Keys).toContainEqual({ KeyId, KeyArn: arn });
      await call('DisableKey', { KeyId });
      expect(await refused('Encrypt', { KeyId, Plaintext: plaintext })).toBe('DisabledException');
      await call('EnableKey', { KeyId });
      await call('Encrypt', { KeyId, Plaintext: plaintext });
      const { KeyLastUsage, KeyCreationDate } = await call('GetKeyLastUsage', { KeyId });
      expect(KeyLastUsage.Operation).toBe('Encrypt');
      expect(KeyLastUsage.Timestamp).toBeGreaterThanOrEqual(Math.floor(KeyCreationDate));
      const scheduled = await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
      expect(scheduled).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
      expect(await refused('Encrypt', { KeyId, Plaintext: plaintext })).toBe('KMSInvalidStateException');
      expect(await call('CancelKeyDeletion', { KeyId })).toEqual({ KeyId: arn });
      expect((await call('DescribeKey', { KeyId })).KeyMetadata.KeyState).toBe('Disabled');
    },
  },
  {
    name: 'encryption',
    operations: ['Encrypt', 'Decrypt', 'ReEncrypt'],
    async run({ call, refused, newKey }) {
      const { id: KeyId, arn } = await newKey();
      const other = await newKey();
      const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: plaintext, EncryptionContext });
      expect(await call('Decrypt', { CiphertextBlob, EncryptionContext })).toMatchObject({
        Plaintext: plaintext,
        KeyId: arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      });
      expect(await refused('Decrypt', { CiphertextBlob })).toBe('InvalidCiphertextException');
      const moved = await call('ReEncrypt', {
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: other.id,
      });
      expect(moved).toMatchObject({ SourceKeyId: arn, KeyId: other.arn });
      expect((await call('Decrypt', { CiphertextBlob: moved.CiphertextBlob })).Plaintext).toEqual(plaintext);
      expect(await refused('Encrypt', { KeyId, Plaintext: plaintext, DryRun: true })).toBe('DryRunOperationException');
    },
  },
  {
    name: 'data keys',
    operations: ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateRandom'],
    async run({ call, newKey }) {
      const { id: KeyId } = await newKey();
      const dataKey = await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
      expect(dataKey.Plaintext).toHaveLength(32);
      expect((await call('Decrypt', { CiphertextBlob: dataKey.CiphertextBlob })).Plaintext).toEqual(dataKey.Plaintext);
      const kept = await call('GenerateDataKeyWithoutPlaintext', { KeyId, NumberOfBytes: 64 });
      expect(kept).not.toHaveProperty('Plaintext');
      expect((await call('Decrypt', { CiphertextBlob: kept.CiphertextBlob })).Plaintext).toHaveLength(64);
      expect((await call('GenerateRandom', { NumberOfBytes: 100 })).Plaintext).toHaveLength(100);
    },
  },
  {
    name: 'attested recipients',
    operations: ['Decrypt', 'GenerateDataKey', 'GenerateDataKeyPair', 'GenerateRandom', 'DeriveSharedSecret'],
    async run({ call, refused, newKey }) {
      const documentOf = (timestamp: number) =>
        attestationDocument({ nowMs: ENCLAVES_SINCE_MS, payload: { timestamp } });
      const KeyEncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
      const Recipient = { KeyEncryptionAlgorithm, AttestationDocument: documentOf(Date.now()) };
      const { id: KeyId } = await newKey();
      const dataKey = await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient });
      expect(dataKey).not.toHaveProperty('Plaintext');
      const { CiphertextBlob } = dataKey;
      const opened = await call('Decrypt', { CiphertextBlob, Recipient });
      expect(opened).not.toHaveProperty('Plaintext');
      const secrets = [dataKey, opened].map((answer) => openLikeTheSdk(answer.CiphertextForRecipient));
      expect(secrets[0]).toHaveLength(32);
      expect(secrets[0]).toEqual(secrets[1]);
      expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toEqual(secrets[0]);
      const pair = await call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256', Recipient });
      expect(pair).not.toHaveProperty('PrivateKeyPlaintext');
      const privateKey = openLikeTheSdk(pair.CiphertextForRecipient);
      const { Plaintext } = await call('Decrypt', { CiphertextBlob: pair.PrivateKeyCiphertextBlob });
      expect(Plaintext).toEqual(privateKey);
      const agreement = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
      const asked = { KeyId: agreement.id, KeyAgreementAlgorithm: 'ECDH', PublicKey: pair.PublicKey };
      const attested = await call('DeriveSharedSecret', { ...asked, Recipient });
      expect(attested).not.toHaveProperty('SharedSecret');
      const { SharedSecret } = await call('DeriveSharedSecret', asked);
      expect(openLikeTheSdk(attested.CiphertextForRecipient)).toEqual(SharedSecret);
      const old = { KeyEncryptionAlgorithm, AttestationDocument: documentOf(Date.now() - 600_000) };
      expect(await refused('GenerateRandom', { NumberOfBytes: 1, Recipient: old })).toBe('ValidationException');
    },
  },
  {
    name: 'data key pairs',
    operations: ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext'],
    async run({ call, newKey }) {
      const { id: KeyId } = await newKey();
      const pair = await call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' });
      const key = createPrivateKey({ key: pair.PrivateKeyPlaintext, format: 'der', type: 'pkcs8' });
      expect(createPublicKey(key as never).export({ format: 'der', type: 'spki' })).toEqual(pair.PublicKey);
      const opened = await call('Decrypt', { CiphertextBlob: pair.PrivateKeyCiphertextBlob });
      expect(opened.Plaintext).toEqual(pair.PrivateKeyPlaintext);
      const kept = await call('GenerateDataKeyPairWithoutPlaintext', { KeyId, KeyPairSpec: 'RSA_2048' });
      expect(kept).not.toHaveProperty('PrivateKeyPlaintext');
      expect(spki(kept.PublicKey).asymmetricKeyDetails?.modulusLength).toBe(2048);
    },
  },
  {
    name: 'asymmetric encryption',
    operations: ['Encrypt', 'Decrypt', 'GetPublicKey'],
    async run({ call, newKey }) {
      const { id: KeyId } = await newKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
      const { PublicKey, EncryptionAlgorithms } = await call('GetPublicKey', { KeyId });
      expect([...EncryptionAlgorithms].toSorted()).toEqual(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256']);
      const CiphertextBlob = publicEncrypt(
        { key: spki(PublicKey), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
        plaintext,
      );
      const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
      expect((await call('Decrypt', { KeyId, CiphertextBlob, EncryptionAlgorithm })).Plaintext).toEqual(plaintext);
      const theirs = await call('Encrypt', { KeyId, Plaintext: plaintext, EncryptionAlgorithm });
      const opened = await call('Decrypt', { KeyId, CiphertextBlob: theirs.CiphertextBlob, EncryptionAlgorithm });
      expect(opened.Plaintext).toEqual(plaintext);
    },
  },
  {
    name: 'signatures',
    operations: ['Sign', 'Verify', 'GetPublicKey'],
    async run({ call, refused, newKey }) {
      const { id: KeyId, arn } = await newKey({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' });
      const request = { KeyId, Message: plaintext, SigningAlgorithm: 'ECDSA_SHA_384' };
      const { Signature } = await call('Sign', request);
      const { PublicKey } = await call('GetPublicKey', { KeyId });
      expect(createVerify('sha384').update(plaintext).verify(spki(PublicKey), Signature)).toBe(true);
      expect(await call('Verify', { ...request, Signature })).toEqual({
        KeyId: arn,
        SignatureValid: true,
        SigningAlgorithm: 'ECDSA_SHA_384',
      });
      const Message = Buffer.from('another message');
      expect(await refused('Verify', { ...request, Message, Signature })).toBe('KMSInvalidSignatureException');
      const ed = await newKey({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
      const signed = await call('Sign', { KeyId: ed.id, Message, SigningAlgorithm: 'ED25519_SHA_512' });
      const edKey = spki((await call('GetPublicKey', { KeyId: ed.id })).PublicKey);
      expect(verify(null, Message, edKey, signed.Signature)).toBe(true);
    },
  },
  {
    name: 'message authentication',
    operations: ['GenerateMac', 'VerifyMac'],
    async run({ call, refused, newKey }) {
      const { id: KeyId, arn } = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
      const request = { KeyId, Message: plaintext, MacAlgorithm: 'HMAC_SHA_256' };
      const { Mac } = await call('GenerateMac', request);
      expect(Mac).toHaveLength(32);
      expect(await call('VerifyMac', { ...request, Mac })).toEqual({
        KeyId: arn,
        MacValid: true,
        MacAlgorithm: 'HMAC_SHA_256',
      });
      expect(await refused('VerifyMac', { ...request, Mac: randomBytes(32) })).toBe('KMSInvalidMacException');
    },
  },
  {
    name: 'key agreement',
    operations: ['DeriveSharedSecret'],
    async run({ call, newKey }) {
      const { id: KeyId, arn } = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
      const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const PublicKey = ours.publicKey.export({ format: 'der', type: 'spki' });
      const derived = await call('DeriveSharedSecret', { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey });
      const theirs = spki((await call('GetPublicKey', { KeyId })).PublicKey);
      expect(derived).toEqual({
        KeyId: arn,
        KeyAgreementAlgorithm: 'ECDH',
        KeyOrigin: 'AWS_KMS',
        SharedSecret: diffieHellman({ privateKey: ours.privateKey, publicKey: theirs }),
      });
    },
  },
  {
    name: 'encapsulation',
    operations: ['Encapsulate', 'Decapsulate'],
    async run({ call, newKey }) {
      const { id: KeyId } = await newKey({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
      const made = await call('Encapsulate', { KeyId, EncapsulationAlgorithm: 'ML_KEM' });
      expect([made.SharedSecret.length, made.SharedSecretCiphertextBlob.length]).toEqual([32, 1088]);
      const { SharedSecretCiphertextBlob } = made;
      const opened = await call('Decapsulate', { KeyId, SharedSecretCiphertextBlob, EncapsulationAlgorithm: 'ML_KEM' });
      expect(opened.SharedSecret).toEqual(made.SharedSecret);
    },
  },
  {
    name: 'imported material',
    operations: ['GetParametersForImport', 'ImportKeyMaterial', 'DeleteImportedKeyMaterial'],
    async run({ call, refused, newKey, keep }) {
      const { id: KeyId, arn } = await newKey({ Origin: 'EXTERNAL' });
      const material = randomBytes(32);
      keep(material);
      const { PublicKey, ImportToken } = await call('GetParametersForImport', {
        KeyId,
        WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
        WrappingKeySpec: 'RSA_2048',
      });
      const key = spki(PublicKey);
      const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material);
      const bring = { KeyId, ImportToken, EncryptedKeyMaterial: wrapped, ValidTo: new Date(Date.now() + 86_400_000) };
      const imported = await call('ImportKeyMaterial', bring);
      const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: plaintext });
      expect(await call('DeleteImportedKeyMaterial', { KeyId })).toEqual({
        KeyId: arn,
        KeyMaterialId: imported.KeyMaterialId,
      });
      expect(await refused('Decrypt', { CiphertextBlob })).toBe('KMSInvalidStateException');
      await call('ImportKeyMaterial', bring);
      expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toEqual(plaintext);
    },
  },
  {
    name: 'rotation',
    operations: [
      'EnableKeyRotation',
      'DisableKeyRotation',
      'GetKeyRotationStatus',
      'RotateKeyOnDemand',
      'ListKeyRotations',
    ],
    async run({ call, newKey }) {
      const { id: KeyId, arn } = await newKey();
      const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: plaintext });
      await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
      expect(await call('GetKeyRotationStatus', { KeyId })).toMatchObject({
        KeyId,
        KeyRotationEnabled: true,
        RotationPeriodInDays: 90,
      });
      await call('DisableKeyRotation', { KeyId });
      expect((await call('GetKeyRotationStatus', { KeyId })).KeyRotationEnabled).toBe(false);
      expect(await call('RotateKeyOnDemand', { KeyId })).toEqual({ KeyId: arn });
      const { Rotations } = await call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
      expect(Rotations.map(({ KeyMaterialState }) => KeyMaterialState).toSorted()).toEqual(['CURRENT', 'NON_CURRENT']);
      expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toEqual(plaintext);
    },
  },
  {
    name: 'aliases',
    operations: ['CreateAlias', 'UpdateAlias', 'DeleteAlias', 'ListAliases'],
    async run({ call, refused, newKey }) {
      const [first, second] = [await newKey(), await newKey()];
      const AliasName = 'alias/tour';
      await call('CreateAlias', { AliasName, TargetKeyId: first.id });
      expect((await call('Encrypt', { KeyId: AliasName, Plaintext: plaintext })).KeyId).toBe(first.arn);
      await call('UpdateAlias', { AliasName, TargetKeyId: second.id });
      expect((await call('Encrypt', { KeyId: AliasName, Plaintext: plaintext })).KeyId).toBe(second.arn);
      expect((await call('ListAliases', { KeyId: second.id })).Aliases).toMatchObject([
        { AliasName, TargetKeyId: second.id },
      ]);
      await call('DeleteAlias', { AliasName });
      expect(await refused('DescribeKey', { KeyId: AliasName })).toBe('NotFoundException');
    },
  },
  {
    name: 'grants',
    operations: ['CreateGrant', 'ListGrants', 'ListRetirableGrants', 'RetireGrant', 'RevokeGrant'],
    async run({ call, newKey, accountId }) {
      const { id: KeyId, arn } = await newKey();
      const GranteePrincipal = `arn:aws:iam::${accountId}:root`;
      const RetiringPrincipal = GranteePrincipal;
      const request = { KeyId, GranteePrincipal, RetiringPrincipal, Operations: ['Encrypt', 'Decrypt'] };
      const Constraints = { EncryptionContextSubset: { purpose: 'tour' } };
      const first = await call('CreateGrant', { ...request, Constraints, Name: 'tour' });
      const again = await call('CreateGrant', { ...request, Constraints, Name: 'tour' });
      expect(again.GrantId).toBe(first.GrantId);
      const second = await call('CreateGrant', request);
      const { Grants } = await call('ListGrants', { KeyId });
      expect(Grants.map(({ GrantId }) => GrantId).toSorted()).toEqual([first.GrantId, second.GrantId].toSorted());
      expect(Grants.find(({ Name }) => Name === 'tour')).toMatchObject({ KeyId: arn, Constraints });
      expect((await call('ListRetirableGrants', { RetiringPrincipal })).Grants.length).toBeGreaterThanOrEqual(2);
      const used = { KeyId, Plaintext: plaintext, GrantTokens: [first.GrantToken, again.GrantToken] };
      expect((await call('Encrypt', used)).KeyId).toBe(arn);
      await call('RetireGrant', { GrantToken: first.GrantToken });
      await call('RevokeGrant', { KeyId, GrantId: second.GrantId });
      expect((await call('ListGrants', { KeyId })).Grants).toEqual([]);
    },
  },
  {
    name: 'policies and tags',
    operations: ['GetKeyPolicy', 'PutKeyPolicy', 'ListKeyPolicies', 'TagResource', 'UntagResource', 'ListResourceTags'],
    async run({ call, refused, newKey }) {
      const { id: KeyId } = await newKey();
      const { Policy, PolicyName } = await call('GetKeyPolicy', { KeyId });
      expect(PolicyName).toBe('default');
      await call('PutKeyPolicy', { KeyId, Policy });
      expect(await refused('PutKeyPolicy', { KeyId, Policy: '{' })).toBe('MalformedPolicyDocumentException');
      expect((await call('ListKeyPolicies', { KeyId })).PolicyNames).toEqual(['default']);
      const Tags = [
        { TagKey: '__proto__', TagValue: 'a' },
        { TagKey: 'b', TagValue: '' },
      ];
      await call('TagResource', { KeyId, Tags });
      expect((await call('ListResourceTags', { KeyId })).Tags).toEqual(Tags);
      await call('UntagResource', { KeyId, TagKeys: ['b', 'unknown'] });
      expect((await call('ListResourceTags', { KeyId })).Tags).toEqual(Tags.slice(0, 1));
    },
  },
  {
    name: 'multi-Region keys',
    operations: ['ReplicateKey', 'UpdatePrimaryRegion'],
    async run({ call, newKey, region, secondRegion }) {
      const { id: KeyId, arn } = await newKey({ MultiRegion: true });
      expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
      const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: plaintext });
      const { ReplicaKeyMetadata } = await call('ReplicateKey', { KeyId, ReplicaRegion: secondRegion });
      expect(ReplicaKeyMetadata.Arn).toBe(arn.replace(`:${region}:`, `:${secondRegion}:`));
      const opened = await call('Decrypt', { CiphertextBlob }, secondRegion);
      expect(opened).toMatchObject({ Plaintext: plaintext, KeyId: ReplicaKeyMetadata.Arn });
      await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: secondRegion });
      const { KeyMetadata } = await call('DescribeKey', { KeyId });
      expect(KeyMetadata.MultiRegionConfiguration).toMatchObject({
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: { Region: secondRegion },
      });
    },
  },
  {
    name: 'custom key stores',
    operations: [
      'CreateCustomKeyStore',
      'ConnectCustomKeyStore',
      'DisconnectCustomKeyStore',
      'DescribeCustomKeyStores',
      'UpdateCustomKeyStore',
      'DeleteCustomKeyStore',
    ],
    async run({ call, refused }) {
      const CustomKeyStoreId = 'cks-0123456789abcdef0';
      const XksProxyAuthenticationCredential = {
        AccessKeyId: 'ABCDEFGHIJKLMNOPQRST',
        RawSecretAccessKey: randomBytes(32).toString('base64').slice(0, 43),
      };
      const created = await refused('CreateCustomKeyStore', {
        CustomKeyStoreName: 'tour',
        CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
        XksProxyConnectivity: 'PUBLIC_ENDPOINT',
        XksProxyUriEndpoint: 'https://xks.invalid',
        XksProxyUriPath: '/kms/xks/v1',
        XksProxyAuthenticationCredential,
      });
      expect(created).toMatch(/^XksProxy/);
      expect((await call('DescribeCustomKeyStores', {})).CustomKeyStores).toEqual([]);
      const unknown = { CustomKeyStoreId };
      for (const operation of ['ConnectCustomKeyStore', 'DisconnectCustomKeyStore', 'DeleteCustomKeyStore'] as const)
        expect([operation, await refused(operation, unknown)]).toEqual([operation, 'CustomKeyStoreNotFoundException']);
      const renamed = { CustomKeyStoreId, NewCustomKeyStoreName: 'another' };
      expect(await refused('UpdateCustomKeyStore', renamed)).toBe('CustomKeyStoreNotFoundException');
    },
  },
];

/** What sections go by. */
export function guideOf(client: TourClient, place: Place, keep: (secret: Buffer) => void = () => {}): Guide {
  const call: Guide['call'] = (operation, input, region) => client.call(operation, input, region);
  return {
    ...place,
    call,
    keep,
    async refused(operation, input) {
      const answer = await client.call(operation, input).catch((error: unknown) => error);
      if (answer instanceof Refusal) return answer.code;
      throw answer instanceof Error ? answer : new Error(`${operation} was not refused`);
    },
    async newKey(input = {}) {
      const { KeyMetadata } = await call('CreateKey', input);
      return { id: KeyMetadata.KeyId, arn: KeyMetadata.Arn };
    },
  };
}
