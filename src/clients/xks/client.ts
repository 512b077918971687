import { hash } from 'node:crypto';
import { decodeBase64 } from '../../bytes/base64.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import { parseStrictJson, StrictJsonError } from '../../bytes/strict-json.ts';
import { signedHeaders, type XksSigner } from './sign.ts';
import { XksTransportError, type XksReply, type XksTarget, type XksTransport } from './transport.ts';

/** What an external key makes of a message. */
export interface XksParts {
  readonly ciphertext: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly metadata: Buffer;
}

/** A proxy, and who asks it. */
export interface XksConnection {
  readonly target: XksTarget;
  /** `[/prefix]/kms/xks/v1`. */
  readonly uriPath: string;
  readonly signer: XksSigner;
}

/** What goes with a request: `requestMetadata` of the specification. */
export interface XksRequestMetadata {
  readonly awsPrincipalArn: string;
  readonly kmsOperation: string;
  readonly kmsRequestId: string;
  readonly kmsKeyArn?: string;
}

/** Error names of the specification, and what they are here. */
const FAILURES = {
  ValidationException: 'validation',
  InvalidStateException: 'invalid-state',
  InvalidCiphertextException: 'invalid-ciphertext',
  InvalidKeyUsageException: 'invalid-key-usage',
  AuthenticationFailedException: 'authentication',
  AccessDeniedException: 'access-denied',
  KeyNotFoundException: 'key-not-found',
  InvalidUriPathException: 'invalid-path',
  ThrottlingException: 'throttled',
  InternalException: 'internal',
  UnsupportedOperationException: 'unsupported',
  DependencyTimeoutException: 'dependency-timeout',
} as const;

/** Why a call gave nothing. */
export class XksCallError extends Error {
  override readonly name = 'XksCallError';
  readonly failure: (typeof FAILURES)[keyof typeof FAILURES] | XksTransportError['failure'] | 'no-key-manager';

  constructor(failure: XksCallError['failure'], note: string) {
    super(note);
    this.failure = failure;
  }
}

type Members = ReadonlyMap<string, unknown>;

/** The calls of the External Key Store Proxy API Specification, version 1.0.3, as AWS KMS makes them. */
export class XksClient {
  readonly #transport: XksTransport;
  readonly #clock: () => number;

  constructor(transport: XksTransport, clock: () => number) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** GetHealthStatus. @throws {XksCallError} also where no key manager works */
  async health(connection: XksConnection, requestMetadata: XksRequestMetadata): Promise<void> {
    const { kmsRequestId, kmsOperation } = requestMetadata;
    const answer = await this.#call(connection, 'health', { requestMetadata: { kmsRequestId, kmsOperation } });
    const fleet = answer.get('ekmFleetDetails');
    const size = answer.get('xksProxyFleetSize');
    const texts = ['xksProxyVendor', 'xksProxyModel', 'ekmVendor'].map((name) => answer.get(name));
    const isWhole =
      Number.isSafeInteger(size) && (size as number) > 0 && texts.every((text) => typeof text === 'string');
    if (!isWhole || !Array.isArray(fleet) || fleet.length < 1 || fleet.length > 10) throw malformed('health');
    const states = fleet.map((one: unknown) => (one as { readonly healthStatus?: unknown } | null)?.healthStatus);
    if (!states.every((state) => state === 'ACTIVE' || state === 'DEGRADED' || state === 'UNAVAILABLE'))
      throw malformed('healthStatus');
    if (states.every((state) => state === 'UNAVAILABLE'))
      throw new XksCallError('no-key-manager', 'every key manager is UNAVAILABLE');
  }

  /** GetKeyMetadata. @throws {XksCallError} */
  async keyMetadata(
    connection: XksConnection,
    xksKeyId: string,
    requestMetadata: XksRequestMetadata,
  ): Promise<{ readonly spec: string; readonly usages: readonly string[]; readonly isEnabled: boolean }> {
    const answer = await this.#call(connection, `keys/${xksKeyId}/metadata`, { requestMetadata });
    const [spec, usages, status] = [answer.get('keySpec'), answer.get('keyUsage'), answer.get('keyStatus')];
    const areUsages = Array.isArray(usages) && usages.length <= 10 && usages.every((one) => typeof one === 'string');
    if (typeof spec !== 'string' || !areUsages || (status !== 'ENABLED' && status !== 'DISABLED'))
      throw malformed('key metadata');
    return { spec, usages: usages as string[], isEnabled: status === 'ENABLED' };
  }

  /** Encrypt, with the integrity value asked for and checked. @throws {XksCallError} */
  async encrypt(
    connection: XksConnection,
    xksKeyId: string,
    requestMetadata: XksRequestMetadata,
    plaintext: Uint8Array,
    aad: Uint8Array,
  ): Promise<XksParts> {
    const answer = await this.#call(connection, `keys/${xksKeyId}/encrypt`, {
      requestMetadata,
      additionalAuthenticatedData: base64(aad),
      plaintext: base64(plaintext),
      encryptionAlgorithm: 'AES_GCM',
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    });
    const parts = {
      ciphertext: bytesOf(answer, 'ciphertext'),
      iv: bytesOf(answer, 'initializationVector'),
      tag: bytesOf(answer, 'authenticationTag'),
      metadata: answer.has('ciphertextMetadata') ? bytesOf(answer, 'ciphertextMetadata') : Buffer.alloc(0),
    };
    const { metadata, iv, ciphertext, tag } = parts;
    if (ciphertext.length !== plaintext.byteLength) throw malformed('ciphertext');
    if ((iv.length !== 12 && iv.length !== 16) || tag.length !== 16 || metadata.length > 20) throw malformed('lengths');
    const value = hash('sha256', Buffer.concat([aad, metadata, iv, ciphertext, tag]), 'buffer');
    if (!constantTimeEqual(value, bytesOf(answer, 'ciphertextDataIntegrityValue'))) throw malformed('integrity value');
    return parts;
  }

  /** Decrypt. The caller wipes what it gets. @throws {XksCallError} */
  async decrypt(
    connection: XksConnection,
    xksKeyId: string,
    requestMetadata: XksRequestMetadata,
    { ciphertext, iv, tag, metadata }: XksParts,
    aad: Uint8Array,
  ): Promise<Buffer> {
    const answer = await this.#call(connection, `keys/${xksKeyId}/decrypt`, {
      requestMetadata,
      additionalAuthenticatedData: base64(aad),
      encryptionAlgorithm: 'AES_GCM',
      ciphertext: base64(ciphertext),
      ...(metadata.length > 0 && { ciphertextMetadata: base64(metadata) }),
      initializationVector: base64(iv),
      authenticationTag: base64(tag),
    });
    const plaintext = bytesOf(answer, 'plaintext');
    if (plaintext.length !== ciphertext.length) throw malformed('plaintext');
    return plaintext;
  }

  async #call({ target, uriPath, signer }: XksConnection, call: string, request: object): Promise<Members> {
    const path = `${uriPath}/${call}`;
    const body = Buffer.from(JSON.stringify(request), 'utf8');
    const { host } = new URL(target.endpoint);
    let reply: XksReply;
    try {
      reply = await this.#transport(target, path, signedHeaders(host, path, body, signer, this.#clock()), body);
    } catch (error) {
      throw error instanceof XksTransportError ? new XksCallError(error.failure, error.message) : error;
    } finally {
      body.fill(0);
    }
    const answer = membersOf(reply);
    if (reply.status === 200) return answer;
    const name = answer.get('errorName');
    if (typeof name !== 'string' || !Object.hasOwn(FAILURES, name)) throw malformed(`status ${reply.status}`);
    throw new XksCallError(FAILURES[name as keyof typeof FAILURES], noteOf(name, answer.get('errorMessage')));
  }
}

function membersOf({ status, body }: XksReply): Members {
  try {
    const value = parseStrictJson(body, 8);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return new Map(Object.entries(value));
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
  }
  throw malformed(`an answer with status ${status} that is no JSON object`);
}

function bytesOf(answer: Members, name: string): Buffer {
  const value = answer.get(name);
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
  if (bytes === undefined) throw malformed(name);
  return bytes;
}

/** What the proxy says of a refusal, fit for a log. */
function noteOf(name: string, message: unknown): string {
  return typeof message === 'string' ? `${name}: ${message.slice(0, 512).replaceAll(/[^\x20-\x7e]/g, '?')}` : name;
}

function malformed(what: string): XksCallError {
  return new XksCallError('malformed-answer', what);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
