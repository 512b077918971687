import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  ListAliasesCommand,
  RotateKeyOnDemandCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { constants, createPublicKey, publicEncrypt, randomBytes, randomInt } from 'node:crypto';

/** What a key must be, as far as the server has acknowledged. */
interface KnownKey {
  readonly arn: string;
  /** Unknown while a change is under way that was not answered. */
  state: 'Enabled' | 'Disabled' | 'PendingImport' | 'unknown';
  readonly ciphertexts: { readonly blob: Uint8Array; readonly plaintext: Buffer }[];
  readonly aliases: string[];
  readonly imported: boolean;
}

type Step = (workload: Workload) => Promise<void>;

/**
 * Asks a server for one change or use after the other, and keeps what was acknowledged. After the server was killed and
 * started again, {@link verify} finds all of it.
 */
export class Workload {
  readonly keys: KnownKey[] = [];
  /** Request ids of every answer that came. */
  readonly answered: string[] = [];
  #client: KMSClient;

  constructor(client: KMSClient) {
    this.#client = client;
  }

  /** Goes on with the server that was started again. */
  reconnect(client: KMSClient): void {
    this.#client = client;
  }

  /** Runs steps until the server is gone. */
  async runUntilKilled(): Promise<void> {
    for (;;) {
      const step = STEPS[randomInt(STEPS.length)] as Step;
      try {
        await step(this);
      } catch (error) {
        if (isConnectionLost(error)) return;
        throw error;
      }
    }
  }

  async send<Output extends { $metadata: { requestId?: string } }>(command: unknown): Promise<Output> {
    const output = (await this.#client.send(command as never)) as unknown as Output;
    if (output.$metadata.requestId !== undefined) this.answered.push(output.$metadata.requestId);
    return output;
  }

  pick(fits: (key: KnownKey) => boolean): KnownKey | undefined {
    const fitting = this.keys.filter(fits);
    return fitting[randomInt(Math.max(1, fitting.length))];
  }

  /** Every acknowledged write is there, and nothing is half there. */
  async verify(): Promise<void> {
    const aliases = new Map<string, string | undefined>();
    let marker: string | undefined;
    do {
      const page = (await this.#client.send(new ListAliasesCommand({ Limit: 100, Marker: marker }))) as {
        Aliases?: { AliasName?: string; TargetKeyId?: string }[];
        NextMarker?: string;
      };
      for (const { AliasName, TargetKeyId } of page.Aliases ?? []) aliases.set(AliasName as string, TargetKeyId);
      marker = page.NextMarker;
    } while (marker !== undefined);
    for (const key of this.keys) {
      const { KeyMetadata } = await this.#client.send(new DescribeKeyCommand({ KeyId: key.arn }));
      if (key.state !== 'unknown' && KeyMetadata?.KeyState !== key.state) {
        throw new Error(`${key.arn} is ${KeyMetadata?.KeyState}, acknowledged was ${key.state}`);
      }
      key.state = KeyMetadata?.KeyState as KnownKey['state'];
      for (const alias of key.aliases) {
        if (!key.arn.endsWith(aliases.get(alias) ?? 'nowhere'))
          throw new Error(`${alias} was acknowledged and is lost`);
      }
      if (key.state !== 'Enabled') continue;
      for (const { blob, plaintext } of key.ciphertexts) {
        const { Plaintext } = await this.#client.send(new DecryptCommand({ CiphertextBlob: blob }));
        if (!plaintext.equals(Plaintext as Uint8Array))
          throw new Error(`a ciphertext of ${key.arn} opens to something else`);
      }
    }
  }
}

const create: Step = async (workload) => {
  const { KeyMetadata } = await workload.send<{ KeyMetadata: { Arn: string } } & Answer>(new CreateKeyCommand({}));
  workload.keys.push({ arn: KeyMetadata.Arn, state: 'Enabled', ciphertexts: [], aliases: [], imported: false });
};

const encrypt: Step = async (workload) => {
  const key = workload.pick(({ state }) => state === 'Enabled');
  if (!key) return;
  const plaintext = randomBytes(randomInt(1, 100));
  const command = new EncryptCommand({ KeyId: key.arn, Plaintext: plaintext });
  const { CiphertextBlob } = await workload.send<{ CiphertextBlob: Uint8Array } & Answer>(command);
  key.ciphertexts.push({ blob: CiphertextBlob, plaintext });
};

const alias: Step = async (workload) => {
  const key = workload.pick(({ aliases }) => aliases.length < 40);
  if (!key) return;
  const name = `alias/${randomBytes(8).toString('hex')}`;
  await workload.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: key.arn }));
  key.aliases.push(name);
};

const rotate: Step = async (workload) => {
  const key = workload.pick(({ state, imported }) => state === 'Enabled' && !imported);
  if (!key) return;
  await workload.send(new RotateKeyOnDemandCommand({ KeyId: key.arn })).catch((error: Error) => {
    if (error.name !== 'LimitExceededException') throw error;
  });
};

const toggle: Step = async (workload) => {
  const key = workload.pick(({ state }) => state === 'Enabled' || state === 'Disabled');
  if (!key) return;
  const wasEnabled = key.state === 'Enabled';
  key.state = 'unknown';
  const command = wasEnabled ? new DisableKeyCommand({ KeyId: key.arn }) : new EnableKeyCommand({ KeyId: key.arn });
  await workload.send(command);
  key.state = wasEnabled ? 'Disabled' : 'Enabled';
};

const bring: Step = async (workload) => {
  const { KeyMetadata } = await workload.send<{ KeyMetadata: { Arn: string } } & Answer>(
    new CreateKeyCommand({ Origin: 'EXTERNAL' }),
  );
  const key: KnownKey = { arn: KeyMetadata.Arn, state: 'PendingImport', ciphertexts: [], aliases: [], imported: true };
  workload.keys.push(key);
  const parameters = await workload.send<{ PublicKey: Uint8Array; ImportToken: Uint8Array } & Answer>(
    new GetParametersForImportCommand({
      KeyId: key.arn,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    }),
  );
  const wrapped = publicEncrypt(
    {
      key: createPublicKey({ key: Buffer.from(parameters.PublicKey), format: 'der', type: 'spki' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
    },
    randomBytes(32),
  );
  key.state = 'unknown';
  await workload.send(
    new ImportKeyMaterialCommand({
      KeyId: key.arn,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial: wrapped,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  );
  key.state = 'Enabled';
};

/** Uses come often, imports seldom: as in life. */
const STEPS: readonly Step[] = [
  create,
  encrypt,
  encrypt,
  encrypt,
  encrypt,
  encrypt,
  alias,
  alias,
  rotate,
  toggle,
  toggle,
  bring,
];

interface Answer {
  $metadata: { requestId?: string };
}

function isConnectionLost(error: unknown): boolean {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  return (
    /ECONNREFUSED|ECONNRESET|EPIPE/.test(`${code} ${name} ${message}`) || /socket hang up|aborted/.test(message ?? '')
  );
}
