import { wipe, type Bytes } from '../../bytes/bytes.ts';
import { isSameIdentity } from '../../clients/aws/identity.ts';
import type { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import { failureOfState, failureOfText, meaningOf } from './aws-kms-errors.ts';
import { parseKeysteadArn } from './keystead-arn.ts';
import { encryptionContext, type KeyContext } from './context.ts';
import { MasterKeyError } from './master-key-error.ts';
import type { GeneratedDataKey, MasterKey, MasterKeyDescription, MasterKeyFacts } from './master-key.ts';
import { rewrapHere } from './rewrap-here.ts';

/** `CiphertextBlob` of the API: 1 to 6144 bytes. */
const MAX_WRAPPED = 6144;
const DATA_KEY_LENGTH = 32;

/** The ARN of one key, taken apart. */
export interface KeyArn {
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
}

const KEY_ARN = /^arn:aws(?:-[a-z]+)*:kms:([a-z]{2}(?:-[a-z]+)+-\d):(\d{12}):key\/[A-Za-z0-9-]{1,256}$/;

/** Reads the ARN of a key; `undefined` for an alias, a bare id and everything else: those may come to mean another key. */
export function parseKeyArn(text: string): KeyArn | undefined {
  const match = KEY_ARN.exec(text);
  return match ? { arn: text, region: match[1] as string, accountId: match[2] as string } : undefined;
}

/** Whose data keys a master key wraps: what its probes tell the key's policy. */
export type KeyOwner = Pick<KeyContext, 'tenant' | 'environment'>;

/** In the place of what its provider leaves out of what it tells of a key. */
const UNSAID = 'what its provider does not say';

/** A key in AWS KMS, or in anything that speaks its protocol, Keystead itself included. */
export class AwsKmsMasterKey implements MasterKey {
  readonly capabilities = { contextConditions: true, serverSideRewrap: true };
  readonly client: AwsKmsClient;
  readonly #arn: KeyArn;
  readonly #provider: 'aws-kms' | 'keystead';
  readonly #probeContext: ReadonlyMap<string, string>;
  /** What was opened last, still wrapped: opening it again proves the key to a reader that may not make data keys. */
  #opened: { readonly wrapped: Bytes<'WrappedKey'>; readonly context: KeyContext } | undefined;

  /** @throws {TypeError} `arn` is not the ARN of a key */
  constructor(
    client: AwsKmsClient,
    arn: string,
    owner: KeyOwner,
    /** `keystead`: envelopes name it as a key that its server is asked for in process. The ciphertexts are the same. */
    { provider = 'aws-kms' }: { readonly provider?: 'aws-kms' | 'keystead' } = {},
  ) {
    const parsed = provider === 'keystead' ? parseKeysteadArn(arn) : parseKeyArn(arn);
    if (parsed === undefined) throw new TypeError('a master key is named by its key ARN');
    this.client = client;
    this.#arn = parsed;
    this.#provider = provider;
    this.#probeContext = new Map([
      ['keystead:environment', owner.environment],
      ['keystead:format', '1'],
      ['keystead:purpose', 'probe'],
      ['keystead:tenant', owner.tenant],
    ]);
  }

  describe(): MasterKeyDescription {
    const { arn, region } = this.#arn;
    return { provider: this.#provider, keyId: arn, region };
  }

  async inspect(): Promise<MasterKeyFacts> {
    const key = await this.#asking(() => this.client.describeKey(this.#arn.arn));
    const { arn: keyId, spec, usage, deletionDateMs } = key;
    return {
      keyId,
      state: failureOfState(key) ?? 'enabled',
      suitable: spec === 'SYMMETRIC_DEFAULT' && usage === 'ENCRYPT_DECRYPT',
      kind: `${spec || UNSAID} for ${usage || UNSAID}`,
      ...(deletionDateMs !== undefined && { deletionDateMs }),
    };
  }

  get clockSkewMs(): number | undefined {
    return this.client.clockSkewMs;
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  async generate(context: KeyContext): Promise<GeneratedDataKey> {
    return await this.#asking(() => this.client.generateDataKey(this.#arn.arn, encryptionContext(context)));
  }

  async wrap(dataKey: Bytes<'DataKey'>, context: KeyContext): Promise<Bytes<'WrappedKey'>> {
    return await this.#asking(() => this.client.encrypt(this.#arn.arn, dataKey, encryptionContext(context)));
  }

  async unwrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext): Promise<Bytes<'DataKey'>> {
    this.#refuseLength(wrapped);
    const dataKey = await this.#asking(() => this.client.decrypt(this.#arn.arn, wrapped, encryptionContext(context)));
    if (dataKey.length !== DATA_KEY_LENGTH) {
      wipe(dataKey);
      throw this.#error('wrong-context-or-tampered');
    }
    this.#opened = { wrapped, context };
    return dataKey;
  }

  async rewrap(wrapped: Bytes<'WrappedKey'>, context: KeyContext, to: MasterKey): Promise<Bytes<'WrappedKey'>> {
    if (to instanceof AwsKmsMasterKey && isSameConnection(this.client, to.client)) {
      this.#refuseLength(wrapped);
      const { arn } = to.#arn;
      return await this.#asking(
        () => this.client.reEncrypt(this.#arn.arn, wrapped, encryptionContext(context), arn),
        to,
      );
    }
    return await rewrapHere(this, wrapped, context, to);
  }

  async probe(): Promise<void> {
    const last = this.#opened;
    if (last !== undefined) return wipe(await this.unwrap(last.wrapped, last.context));
    const { dataKey } = await this.#asking(() => this.client.generateDataKey(this.#arn.arn, this.#probeContext));
    wipe(dataKey);
  }

  #refuseLength(wrapped: Bytes<'WrappedKey'>): void {
    if (wrapped.length < 1 || wrapped.length > MAX_WRAPPED) throw this.#error('wrong-context-or-tampered');
  }

  #error(code: MasterKeyError['code'], cause?: unknown, deletionDateMs?: number): MasterKeyError {
    return new MasterKeyError(code, this.#arn.arn, { cause, ...(deletionDateMs !== undefined && { deletionDateMs }) });
  }

  async #asking<T>(call: () => Promise<T>, to?: AwsKmsMasterKey): Promise<T> {
    try {
      return await call();
    } catch (error) {
      // ReEncrypt asks two keys at once. The answer names the one that refused by its ARN.
      const refusedByOther = to !== undefined && (error as Error).message?.includes(to.#arn.arn);
      throw await (refusedByOther ? to : this).#explain(error);
    }
  }

  /** Finds out what an error means, asking for the key's state where only that tells. */
  async #explain(error: unknown): Promise<MasterKeyError> {
    const meaning = meaningOf(error);
    if (meaning !== 'ask') return this.#error(meaning, error);
    try {
      const key = await this.client.describeKey(this.#arn.arn);
      const failure = failureOfState(key) ?? failureOfText(error);
      return this.#error(failure, error, failure === 'pending-deletion' ? key.deletionDateMs : undefined);
    } catch (describing) {
      const why = meaningOf(describing);
      return this.#error(why === 'deleted' ? why : failureOfText(error), error);
    }
  }
}

/** Whether one request, signed once, may name a key of both. */
function isSameConnection({ connection: a }: AwsKmsClient, { connection: b }: AwsKmsClient): boolean {
  if (a.region !== b.region || a.endpoint !== b.endpoint) return false;
  return isSameIdentity(a, b);
}
