import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '../../bytes/bytes.ts';
import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import type { AwsKmsConnection } from '../../clients/aws-kms/connection.ts';
import { EgressGuard } from '../../clients/egress.ts';
import { KeyProtectClient } from '../../clients/key-protect/client.ts';
import { readConfig } from '../../config/config.ts';
import { startKeystead, type Keystead } from '../../server.ts';

/** A whole Keystead server in this process, with the official SDK to manage its keys. */
export class KeysteadFixture {
  readonly url: string;
  readonly folder: string;
  readonly apiKey: string;
  readonly region: string;
  readonly accountId: string;
  /** For clients of IBM Key Protect. */
  readonly instanceId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly kms: KMSClient;
  readonly #server: Keystead;

  private constructor(server: Keystead, folder: string) {
    if (server.first === undefined) throw new Error('the server has no first credentials');
    const { region, accountId, instanceId, accessKeyId, secretAccessKey, apiKey } = server.first;
    this.#server = server;
    this.folder = folder;
    this.url = server.url;
    this.apiKey = apiKey;
    this.region = region;
    this.accountId = accountId;
    this.instanceId = instanceId;
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    this.kms = new KMSClient({ region, endpoint: server.url, credentials: { accessKeyId, secretAccessKey } });
  }

  /** `settings`: what its operator sets besides. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<KeysteadFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'keystead-server-'));
    for (const name of ['sources', 'vaults']) mkdirSync(join(folder, name));
    const config = readConfig({
      KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
      KEYSTEAD_DATA: join(folder, 'data'),
      KEYSTEAD_SEAL: join(folder, 'seal', 'key'),
      KEYSTEAD_VAULT_ROOTS: join(folder, 'vaults'),
      KEYSTEAD_SOURCE_ROOTS: join(folder, 'sources'),
      KEYSTEAD_LOG_LEVEL: 'silent',
      ...settings,
    });
    const nothing = (): void => undefined;
    return new KeysteadFixture(await startKeystead(config, { info: nothing, warn: nothing, error: nothing }), folder);
  }

  async stop(): Promise<void> {
    this.kms.destroy();
    await this.#server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A key with material that is made here and imported; answers its ARN, and what brings it through its states. */
  async importedKey() {
    const { KeyMetadata } = await this.kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    const KeyId = KeyMetadata?.Arn as string;
    const material = randomBytes(32);
    const importMaterial = async (): Promise<void> => {
      const WrappingAlgorithm = 'RSAES_OAEP_SHA_256';
      const parameters = await this.kms.send(
        new GetParametersForImportCommand({ KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' }),
      );
      const key = createPublicKey({ key: Buffer.from(parameters.PublicKey!), format: 'der', type: 'spki' });
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const EncryptedKeyMaterial = publicEncrypt({ key, padding, oaepHash: 'sha256' }, material);
      const { ImportToken } = parameters;
      const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE';
      await this.kms.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel }));
    };
    await importMaterial();
    return {
      arn: KeyId,
      importMaterial,
      deleteMaterial: () => this.kms.send(new DeleteImportedKeyMaterialCommand({ KeyId })),
      disable: () => this.kms.send(new DisableKeyCommand({ KeyId })),
      enable: () => this.kms.send(new EnableKeyCommand({ KeyId })),
      scheduleDeletion: () => this.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
      cancelDeletion: () => this.kms.send(new CancelKeyDeletionCommand({ KeyId })),
    };
  }

  /** The CRN by which clients of IBM know a key of this ARN. */
  crnOf(arn: string): string {
    return `crn:v1:bluemix:public:kms:${this.region}:a/${this.accountId}:${this.instanceId}:key:${arn.split('/')[1]}`;
  }

  keyProtect(apiKey = this.apiKey): KeyProtectClient {
    const { region, instanceId: instance, url: endpoint } = this;
    const connection = { region, instance, endpoint, iamEndpoint: endpoint, apiKey: Buffer.from(apiKey) };
    return new KeyProtectClient(connection, new EgressGuard(), { maxAttempts: 2, backoffMs: 1 });
  }

  client(secret = this.secretAccessKey): AwsKmsClient {
    const secretAccessKey = bytesOf<'AwsSecretAccessKey'>(Buffer.from(secret));
    const credentials = { accessKeyId: this.accessKeyId, secretAccessKey };
    const connection: AwsKmsConnection = { region: this.region, endpoint: this.url, credentials };
    return new AwsKmsClient(connection, new EgressGuard(), { maxAttempts: 2 });
  }
}
