import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyRotationCommand,
  EncapsulateCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateMacCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  SignCommand,
  TagResourceCommand,
  type CreateKeyCommandInput,
  type KMSClient,
  type KeySpec,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { Expectation } from './expectation.ts';

/** The two regions that an archived state has. */
export const REGIONS = ['eu-central-1', 'eu-west-1'] as const;

/** What a scene works with: a client of the first region, and the account that it acts for. */
export interface Stage {
  readonly kms: KMSClient;
  readonly accountId: string;
}

/** Things that are done to a state before it is archived, and how one sees later that they are there. */
export interface Scene {
  /** The first version of the archive that has it. */
  readonly since: number;
  play(stage: Stage): Promise<readonly Expectation[]>;
}

export const CONTEXT = { purpose: 'archive', Größe: 'ﬁ' };

export async function make(kms: KMSClient, input: CreateKeyCommandInput): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return KeyMetadata?.KeyId ?? '';
}

export async function sealed(kms: KMSClient, KeyId: string, length = 32): Promise<Expectation> {
  const Plaintext = new Uint8Array(randomBytes(length));
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: CONTEXT }));
  return { operation: 'Decrypt', input: { CiphertextBlob, EncryptionContext: CONTEXT }, output: { Plaintext } };
}

async function bring(kms: KMSClient, KeyId: string, material: Buffer, more: object = {}): Promise<void> {
  const wanted = { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const;
  const { PublicKey, ImportToken } = await kms.send(new GetParametersForImportCommand(wanted));
  const key = createPublicKey({ key: Buffer.from(PublicKey as Uint8Array), format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const EncryptedKeyMaterial = publicEncrypt({ key, padding, oaepHash: 'sha256' }, material);
  const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE' as const;
  await kms.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel, ...more }));
}

const SIGNERS: Readonly<Partial<Record<KeySpec, SigningAlgorithmSpec>>> = {
  RSA_2048: 'RSASSA_PSS_SHA_256',
  ECC_NIST_P256: 'ECDSA_SHA_256',
  ECC_NIST_P384: 'ECDSA_SHA_384',
  ECC_NIST_P521: 'ECDSA_SHA_512',
  ECC_SECG_P256K1: 'ECDSA_SHA_256',
  ECC_NIST_EDWARDS25519: 'ED25519_SHA_512',
  ML_DSA_44: 'ML_DSA_SHAKE_256',
  ML_DSA_65: 'ML_DSA_SHAKE_256',
  ML_DSA_87: 'ML_DSA_SHAKE_256',
  SM2: 'SM2DSA',
};

/** In the order in which they are played. */
export const SCENES: readonly Scene[] = [
  {
    // A key with a history: names, tags, a policy, four materials with a ciphertext of each.
    since: 1,
    async play({ kms }) {
      const KeyId = await make(kms, { Description: 'history', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
      await kms.send(new CreateAliasCommand({ AliasName: 'alias/history', TargetKeyId: KeyId }));
      await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'é', TagValue: '' }] }));
      const expected = [await sealed(kms, KeyId, 1)];
      for (const length of [16, 17, 4096]) {
        await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
        expected.push(await sealed(kms, 'alias/history', length));
      }
      const dataKey = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
      const { CiphertextBlob, Plaintext } = dataKey;
      const metadata = { KeyId, KeyState: 'Enabled', Description: 'history' };
      return [
        ...expected,
        { operation: 'Decrypt', input: { CiphertextBlob }, output: { Plaintext } },
        { operation: 'DescribeKey', input: { KeyId: 'alias/history' }, output: { KeyMetadata: metadata } },
        {
          operation: 'Decrypt',
          input: { ...expected[0]?.input, EncryptionContext: {} },
          error: 'InvalidCiphertextException',
        },
      ];
    },
  },
  {
    // Material that its owner brought, twice: one that encrypts and one that it replaced.
    since: 1,
    async play({ kms }) {
      const KeyId = await make(kms, { Origin: 'EXTERNAL' });
      await bring(kms, KeyId, randomBytes(32));
      const first = await sealed(kms, KeyId);
      await bring(kms, KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL', KeyMaterialDescription: 'second' });
      await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
      return [first, await sealed(kms, KeyId)];
    },
  },
  {
    // A key that is switched off stays so.
    since: 1,
    async play({ kms }) {
      const KeyId = await make(kms, {});
      const { input } = await sealed(kms, KeyId);
      await kms.send(new DisableKeyCommand({ KeyId }));
      return [{ operation: 'Decrypt', input, error: 'DisabledException' }];
    },
  },
  {
    since: 2,
    async play({ kms }) {
      const made = Object.entries(SIGNERS).map(async ([spec, SigningAlgorithm]) => {
        const KeyId = await make(kms, { KeySpec: spec as KeySpec, KeyUsage: 'SIGN_VERIFY' });
        const Message = new Uint8Array(randomBytes(64));
        const { Signature } = await kms.send(new SignCommand({ KeyId, Message, SigningAlgorithm }));
        const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
        const verified = { KeyId, Message, SigningAlgorithm, Signature };
        return [
          { operation: 'Verify', input: verified, output: { SignatureValid: true } },
          { operation: 'GetPublicKey', input: { KeyId }, output: { PublicKey } },
          { operation: 'Sign', input: { KeyId, Message, SigningAlgorithm }, output: { SigningAlgorithm } },
        ];
      });
      return (await Promise.all(made)).flat();
    },
  },
  {
    since: 2,
    async play({ kms }) {
      const KeyId = await make(kms, { KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC' });
      const input = { KeyId, MacAlgorithm: 'HMAC_SHA_384', Message: new Uint8Array(randomBytes(64)) } as const;
      const { Mac } = await kms.send(new GenerateMacCommand(input));
      return [{ operation: 'VerifyMac', input: { ...input, Mac }, output: { MacValid: true } }];
    },
  },
  {
    since: 2,
    async play({ kms }) {
      const KeyId = await make(kms, { KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
      const algorithm = { KeyId, EncapsulationAlgorithm: 'ML_KEM' } as const;
      const { SharedSecret, SharedSecretCiphertextBlob } = await kms.send(new EncapsulateCommand(algorithm));
      const input = { ...algorithm, SharedSecretCiphertextBlob };
      return [{ operation: 'Decapsulate', input, output: { SharedSecret } }];
    },
  },
  {
    since: 2,
    async play({ kms }) {
      const KeyId = await make(kms, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
      const input = { KeyId, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const;
      const Plaintext = new Uint8Array(randomBytes(190));
      const { CiphertextBlob } = await kms.send(new EncryptCommand({ ...input, Plaintext }));
      return [{ operation: 'Decrypt', input: { ...input, CiphertextBlob }, output: { Plaintext } }];
    },
  },
  {
    // Related keys of two regions that were rotated together.
    since: 2,
    async play({ kms }) {
      const KeyId = await make(kms, { MultiRegion: true });
      await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: REGIONS[1] }));
      const first = await sealed(kms, KeyId);
      await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
      const second = await sealed(kms, KeyId);
      const configuration = { MultiRegionKeyType: 'PRIMARY' };
      return [
        first,
        second,
        {
          operation: 'DescribeKey',
          input: { KeyId },
          output: { KeyMetadata: { MultiRegionConfiguration: configuration } },
        },
      ];
    },
  },
  {
    since: 2,
    async play({ kms }) {
      const KeyId = await make(kms, {});
      await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 2560 }));
      const output = { KeyRotationEnabled: true, RotationPeriodInDays: 2560 };
      return [{ operation: 'GetKeyRotationStatus', input: { KeyId }, output }];
    },
  },
  {
    since: 2,
    async play({ kms, accountId }) {
      const KeyId = await make(kms, {});
      const GranteePrincipal = `arn:aws:iam::${accountId}:root`;
      const wanted = { KeyId, GranteePrincipal, Operations: ['Decrypt' as const], Name: 'archived' };
      const { GrantId } = await kms.send(new CreateGrantCommand(wanted));
      return [{ operation: 'ListGrants', input: { KeyId }, output: { Grants: [{ GrantId, Name: 'archived' }] } }];
    },
  },
];
