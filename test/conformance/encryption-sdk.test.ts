import { randomBytes } from 'node:crypto';
import {
  AwsKmsMrkAwareSymmetricDiscoveryKeyringNode,
  AwsKmsMrkAwareSymmetricKeyringNode,
  buildClient,
  CommitmentPolicy,
  KmsKeyringNode,
  MultiKeyringNode,
  type KeyringNode,
  type KmsKeyringNodeInput,
} from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

const SECOND_REGION = 'eu-west-1';
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const message = randomBytes(10_000);
const encryptionContext = { purpose: 'Prüfung', stage: 'test' };

let server: RunningInstallation;
let kms: KMS;
const clientIn = (region: string): KMS => {
  const { accessKeyId, secretAccessKey } = server.first;
  return new KMS({ endpoint: server.url, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
};

beforeAll(async () => {
  server = await startInstallation();
  await new KeysteadClient({ url: server.url, apiKey: server.first.apiKey }).addRegion({ region: SECOND_REGION });
  kms = clientIn(server.first.region);
});
afterAll(async () => {
  for (const client of [kms, ...clients.values()]) client.destroy();
  await server.close();
});

async function newKey(input: object = {}): Promise<string> {
  const { KeyMetadata } = await kms.createKey(input);
  return KeyMetadata?.Arn as string;
}

type Supplier = NonNullable<KmsKeyringNodeInput['clientProvider']>;
type Client = Exclude<ReturnType<Supplier>, false>;
/** Its types are of a time when members that are not there had no `undefined`. */
const asItsOwn = (client: KMS): Client => client as unknown as Client;
const clients = new Map<string, KMS>();
/** Asked by the SDK, with the region that it read from an ARN. */
const clientProvider: Supplier = (region) => {
  const client = clients.get(region) ?? clientIn(region);
  clients.set(region, client);
  return asItsOwn(client);
};

async function sealed(keyring: KeyringNode): Promise<Buffer> {
  return (await encrypt(keyring, message, { encryptionContext })).result;
}

async function opened(keyring: KeyringNode, result: Buffer): Promise<Buffer> {
  const { plaintext, messageHeader } = await decrypt(keyring, result);
  expect(messageHeader.encryptionContext).toMatchObject(encryptionContext);
  return plaintext;
}

describe('the AWS Encryption SDK', () => {
  it('seals and opens a message under a key', async () => {
    const generatorKeyId = await newKey();
    const keyring = new KmsKeyringNode({ generatorKeyId, clientProvider });
    expect(await opened(keyring, await sealed(keyring))).toEqual(message);
  });

  it('seals under two keys, of which either opens', async () => {
    const [first, second] = [await newKey(), await newKey()];
    const result = await sealed(new KmsKeyringNode({ generatorKeyId: first, keyIds: [second], clientProvider }));
    await kms.disableKey({ KeyId: first });
    expect(await opened(new KmsKeyringNode({ keyIds: [second], clientProvider }), result)).toEqual(message);
    await expect(decrypt(new KmsKeyringNode({ keyIds: [first], clientProvider }), result)).rejects.toThrow(
      `${first} is disabled.`,
    );
  });

  it('seals under two keyrings at once', async () => {
    const generator = new KmsKeyringNode({ generatorKeyId: await newKey(), clientProvider });
    const child = new KmsKeyringNode({ keyIds: [await newKey()], clientProvider });
    const result = await sealed(new MultiKeyringNode({ generator, children: [child] }));
    expect(await opened(child, result)).toEqual(message);
  });

  it('finds by itself which key to ask, within an account', async () => {
    const { accountId } = server.first;
    const result = await sealed(new KmsKeyringNode({ generatorKeyId: await newKey(), clientProvider }));
    const discoverIn = (accountID: string) =>
      new KmsKeyringNode({
        discovery: true,
        discoveryFilter: { accountIDs: [accountID], partition: 'aws' },
        clientProvider,
      });
    expect(await opened(discoverIn(accountId), result)).toEqual(message);
    await expect(decrypt(discoverIn('000000000000'), result)).rejects.toThrow('unencryptedDataKey has not been set');
  });

  it('uses an alias to seal', async () => {
    const arn = await newKey();
    await kms.createAlias({ AliasName: 'alias/sealing', TargetKeyId: arn });
    const alias = arn.replace(/:key\/.*/, ':alias/sealing');
    const result = await sealed(new KmsKeyringNode({ generatorKeyId: alias, clientProvider }));
    expect(await opened(new KmsKeyringNode({ keyIds: [arn], clientProvider }), result)).toEqual(message);
  });

  it('does not open what was changed, nor with a key that is not meant', async () => {
    const keyring = new KmsKeyringNode({ generatorKeyId: await newKey(), clientProvider });
    const result = await sealed(keyring);
    result.writeUInt8(result.readUInt8(result.length - 1) ^ 1, result.length - 1);
    await expect(decrypt(keyring, result)).rejects.toThrow('Invalid Signature');
    const stranger = new KmsKeyringNode({ keyIds: [await newKey()], clientProvider });
    await expect(decrypt(stranger, await sealed(keyring))).rejects.toThrow('unencryptedDataKey has not been set');
  });

  it('opens in one region what was sealed in another', async () => {
    const keyId = await newKey({ MultiRegion: true });
    await kms.replicateKey({ KeyId: keyId, ReplicaRegion: SECOND_REGION });
    const there = clientIn(SECOND_REGION);
    const result = await sealed(new AwsKmsMrkAwareSymmetricKeyringNode({ client: asItsOwn(kms), keyId }));
    const replicaArn = keyId.replace(`:${server.first.region}:`, `:${SECOND_REGION}:`);
    const keyrings = [
      new AwsKmsMrkAwareSymmetricKeyringNode({ client: asItsOwn(there), keyId: replicaArn }),
      new AwsKmsMrkAwareSymmetricDiscoveryKeyringNode({ client: asItsOwn(there) }),
    ];
    for (const keyring of keyrings) expect(await opened(keyring, result)).toEqual(message);
    there.destroy();
  });

  it('left no fault in the log of the server', () => expect(server.errors).toEqual([]));
});
