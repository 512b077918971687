import type { KMSClient } from '@aws-sdk/client-kms';
import { bytesOf, wipe, type Bytes } from '../../bytes/bytes.ts';
import { awsAddress, isAwsAddress } from '../aws/address.ts';
import { credentialProvider } from '../aws/credential-provider.ts';
import { clockSkewMs } from '../clock-skew.ts';
import { EgressRefusedError, type EgressGuard } from '../egress.ts';
import { DEFAULT_LIMITS, type AwsKmsConnection, type AwsKmsLimits } from './connection.ts';

type Sdk = typeof import('@aws-sdk/client-kms');
type Context = ReadonlyMap<string, string>;

/** What DescribeKey says of a key, as far as it matters to who uses it. */
export interface AwsKmsKey {
  readonly arn: string;
  /** `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, `Unavailable`, ...: KeyState of the API. */
  readonly state: string;
  readonly spec: string;
  readonly usage: string;
  readonly origin: string;
  readonly deletionDateMs?: number;
}

/**
 * The calls of the AWS KMS API that a vault makes, at AWS or at anything that speaks its protocol. Rejects with the
 * SDK's own errors. Answers are buffers that the caller owns and, where they are keys, wipes.
 * https://docs.aws.amazon.com/kms/latest/APIReference/
 */
export class AwsKmsClient {
  readonly #connection: AwsKmsConnection;
  readonly #guard: EgressGuard;
  readonly #limits: AwsKmsLimits;
  #opened: Promise<{ sdk: Sdk; client: KMSClient }> | undefined;
  #clockSkewMs: number | undefined;

  constructor(connection: AwsKmsConnection, guard: EgressGuard, limits: Partial<AwsKmsLimits> = {}) {
    this.#connection = connection;
    this.#guard = guard;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  get connection(): AwsKmsConnection {
    return this.#connection;
  }

  /** How far the server's clock is ahead of ours, in milliseconds, as of the last answer. Known to the second. */
  get clockSkewMs(): number | undefined {
    return this.#clockSkewMs;
  }

  async generateDataKey(
    keyId: string,
    context: Context,
  ): Promise<{ readonly dataKey: Bytes<'DataKey'>; readonly wrapped: Bytes<'WrappedKey'> }> {
    const { sdk, client } = await this.#open();
    const input = { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: Object.fromEntries(context) } as const;
    const { Plaintext, CiphertextBlob } = await client.send(new sdk.GenerateDataKeyCommand(input));
    return { dataKey: ownBytes(Plaintext), wrapped: ownBytes(CiphertextBlob) };
  }

  async encrypt(keyId: string, dataKey: Bytes<'DataKey'>, context: Context): Promise<Bytes<'WrappedKey'>> {
    const { sdk, client } = await this.#open();
    const input = { KeyId: keyId, Plaintext: dataKey, EncryptionContext: Object.fromEntries(context) };
    const { CiphertextBlob } = await client.send(new sdk.EncryptCommand(input));
    return ownBytes(CiphertextBlob);
  }

  async decrypt(keyId: string, wrapped: Bytes<'WrappedKey'>, context: Context): Promise<Bytes<'DataKey'>> {
    const { sdk, client } = await this.#open();
    const input = { KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: Object.fromEntries(context) };
    const { Plaintext } = await client.send(new sdk.DecryptCommand(input));
    return ownBytes(Plaintext);
  }

  /** Wraps for another key under the same context, without the data key coming here. */
  async reEncrypt(
    keyId: string,
    wrapped: Bytes<'WrappedKey'>,
    context: Context,
    toKeyId: string,
  ): Promise<Bytes<'WrappedKey'>> {
    const { sdk, client } = await this.#open();
    const pairs = Object.fromEntries(context);
    const input = {
      CiphertextBlob: wrapped,
      SourceKeyId: keyId,
      SourceEncryptionContext: pairs,
      DestinationKeyId: toKeyId,
      DestinationEncryptionContext: pairs,
    };
    const { CiphertextBlob } = await client.send(new sdk.ReEncryptCommand(input));
    return ownBytes(CiphertextBlob);
  }

  async describeKey(keyId: string): Promise<AwsKmsKey> {
    const { sdk, client } = await this.#open();
    const { KeyMetadata: key } = await client.send(new sdk.DescribeKeyCommand({ KeyId: keyId }));
    return {
      arn: key?.Arn ?? keyId,
      state: key?.KeyState ?? '',
      spec: key?.KeySpec ?? '',
      usage: key?.KeyUsage ?? '',
      origin: key?.Origin ?? '',
      ...(key?.DeletionDate && { deletionDateMs: key.DeletionDate.getTime() }),
    };
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    opened?.client.destroy();
  }

  #open(): Promise<{ sdk: Sdk; client: KMSClient }> {
    return (this.#opened ??= this.#connect());
  }

  async #connect(): Promise<{ sdk: Sdk; client: KMSClient }> {
    const { region, endpoint, stsEndpoint } = this.#connection;
    const { connectionTimeoutMs, requestTimeoutMs, maxAttempts } = this.#limits;
    const url = this.#guard.check(endpoint ?? awsAddress('kms', region) ?? '');
    // The API has one path. Any other would let whoever names the endpoint choose what is called there.
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      throw new EgressRefusedError(`The endpoint has more than a scheme, a host and a port: use ${url.origin}`);
    }
    // Loading the SDK takes a fifth of a second, which who never calls AWS need not pay.
    const sdk = await import('@aws-sdk/client-kms');
    const requestHandler = {
      ...this.#guard.agents(),
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    };
    const itself = endpoint === undefined || isAwsAddress(endpoint) ? awsAddress('sts', region) : endpoint;
    const credentials = await credentialProvider(this.#connection, this.#guard, () => ({
      region,
      endpoint: stsEndpoint ?? itself ?? '',
      maxAttempts,
      requestHandler,
    }));
    const client = new sdk.KMSClient({
      region,
      maxAttempts,
      retryMode: 'standard',
      requestHandler,
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials && { credentials }),
    });
    client.middlewareStack.add(
      (next) => async (input) => {
        const sentMs = Date.now();
        const result = await next(input);
        const { headers } = result.response as { headers?: Readonly<Record<string, string>> };
        this.#clockSkewMs = clockSkewMs(headers?.['date'], sentMs, Date.now()) ?? this.#clockSkewMs;
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'keysteadClockSkew' },
    );
    return { sdk, client };
  }
}

/** A copy of our own, so that wiping the SDK's array leaves nothing behind. */
function ownBytes<Kind extends string>(bytes: Uint8Array | undefined): Bytes<Kind> {
  if (bytes === undefined || bytes.length === 0)
    throw new Error('the key service answered without the bytes asked for');
  const own = bytesOf<Kind>(Buffer.from(bytes));
  wipe(bytes);
  return own;
}
