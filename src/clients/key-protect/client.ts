import { setTimeout as pause } from 'node:timers/promises';
import { decodeBase64 } from '../../bytes/base64.ts';
import { bytesOf, wipe, type Bytes } from '../../bytes/bytes.ts';
import { EgressRefusedError, type EgressGuard } from '../egress.ts';
import { KeyProtectApiError } from './api-error.ts';
import { DEFAULT_KEY_PROTECT_LIMITS, type KeyProtectConnection, type KeyProtectLimits } from './connection.ts';
import { exchangeWith, type Ask, type Exchange, type Reply } from './exchange.ts';
import { IamTokens } from './tokens.ts';

const IAM = 'https://iam.cloud.ibm.com';

/** What Key Protect says of a key, as far as it matters to who uses it. */
export interface KeyProtectKey {
  readonly crn: string;
  /** 0 pre-active, 1 active, 2 suspended, 3 deactivated, 5 destroyed: NIST's numbers. */
  readonly state: number;
  /** A standard key can be read: it is no root key and wraps nothing. */
  readonly extractable: boolean;
  /** Its material was brought by its owner. */
  readonly imported: boolean;
  readonly restoreAllowed: boolean;
  /** Until when a deleted key can be brought back, milliseconds since 1970. */
  readonly restorableUntilMs?: number;
}

/** What a resource's registration says. */
export interface KeyProtectRegistration {
  readonly description: string;
  readonly preventsDeletion: boolean;
}

/**
 * The calls of the IBM Key Protect API, version 2, that a vault makes, at IBM Cloud or at anything that speaks its
 * protocol. Rejects with {@link KeyProtectApiError} for an answer that is none of success, with what the runtime says
 * where none came. Answers are buffers that the caller owns and, where they are keys, wipes; the wire is JSON, so a key
 * is a string of the runtime's for as long as a call takes.
 * https://cloud.ibm.com/apidocs/key-protect
 */
export class KeyProtectClient {
  readonly connection: KeyProtectConnection;
  readonly #guard: EgressGuard;
  readonly #limits: KeyProtectLimits;
  #opened: { readonly keys: Exchange; readonly tokens: IamTokens; readonly close: () => void } | undefined;
  #clockSkewMs: number | undefined;

  constructor(connection: KeyProtectConnection, guard: EgressGuard, limits: Partial<KeyProtectLimits> = {}) {
    this.connection = connection;
    this.#guard = guard;
    this.#limits = { ...DEFAULT_KEY_PROTECT_LIMITS, ...limits };
  }

  /** How far the server's clock is ahead of ours, in milliseconds, as of the last answer. Known to the second. */
  get clockSkewMs(): number | undefined {
    return this.#clockSkewMs;
  }

  /** A new data key of 256 bits: wrapped without a plaintext, the service makes it. */
  async generate(
    keyId: string,
    aad: readonly string[],
  ): Promise<{ readonly dataKey: Bytes<'DataKey'>; readonly wrapped: Bytes<'WrappedKey'> }> {
    const body = await this.#act(keyId, 'wrap', { aad });
    return { dataKey: base64Of(body, 'plaintext'), wrapped: textOf(body, 'ciphertext') };
  }

  async wrap(keyId: string, dataKey: Bytes<'DataKey'>, aad: readonly string[]): Promise<Bytes<'WrappedKey'>> {
    const body = await this.#act(keyId, 'wrap', { plaintext: dataKey.toString('base64'), aad });
    return textOf(body, 'ciphertext');
  }

  async unwrap(keyId: string, wrapped: Bytes<'WrappedKey'>, aad: readonly string[]): Promise<Bytes<'DataKey'>> {
    const body = await this.#act(keyId, 'unwrap', { ciphertext: wrapped.toString('latin1'), aad });
    return base64Of(body, 'plaintext');
  }

  /** Wraps under the newest version of the same key, without the data key coming here. */
  async rewrap(keyId: string, wrapped: Bytes<'WrappedKey'>, aad: readonly string[]): Promise<Bytes<'WrappedKey'>> {
    const body = await this.#act(keyId, 'rewrap', { ciphertext: wrapped.toString('latin1'), aad });
    return textOf(body, 'ciphertext');
  }

  /** By id or alias. */
  async describe(keyId: string): Promise<KeyProtectKey> {
    const body = await this.#ask(`/keys/${encodeURIComponent(keyId)}/metadata`, { method: 'GET', headers: {} });
    const key = (body as { readonly resources?: readonly Readonly<Record<string, unknown>>[] })?.resources?.[0] ?? {};
    const restorableUntilMs = Date.parse(String(key['restoreExpirationDate']));
    if (typeof key['crn'] !== 'string' || typeof key['state'] !== 'number')
      throw new KeyProtectApiError(200, undefined);
    return {
      crn: key['crn'],
      state: key['state'],
      extractable: key['extractable'] === true,
      imported: key['imported'] === true,
      restoreAllowed: key['restoreAllowed'] === true,
      ...(!Number.isNaN(restorableUntilMs) && { restorableUntilMs }),
    };
  }

  /** Says that the key protects a resource. What is registered already is refused (409). */
  async register(keyId: string, resourceCrn: string, wanted: KeyProtectRegistration): Promise<void> {
    const resource = { description: wanted.description, preventKeyDeletion: wanted.preventsDeletion };
    const collectionType = 'application/vnd.ibm.kms.registration_input+json';
    await this.#ask(registrationPath(keyId, resourceCrn), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ metadata: { collectionType, collectionTotal: 1 }, resources: [resource] })),
    });
  }

  async deregister(keyId: string, resourceCrn: string): Promise<void> {
    await this.#ask(registrationPath(keyId, resourceCrn), { method: 'DELETE', headers: {} });
  }

  /** Ends its connections. */
  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  async #act(keyId: string, action: 'wrap' | 'unwrap' | 'rewrap', input: object): Promise<unknown> {
    const body = Buffer.from(JSON.stringify(input), 'latin1');
    try {
      const headers = { 'content-type': `application/vnd.ibm.kms.key_action_${action}+json` };
      return await this.#ask(`/keys/${encodeURIComponent(keyId)}/actions/${action}`, { method: 'POST', headers, body });
    } finally {
      wipe(body);
    }
  }

  /** Asks again after what may pass: 429, 5xx, a broken connection; and once with a new token after a 401. */
  async #ask(path: string, ask: Ask): Promise<unknown> {
    const { maxAttempts, backoffMs } = this.#limits;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(path, ask);
      } catch (error) {
        const status = error instanceof KeyProtectApiError ? error.status : undefined;
        if (status === 401 && !renewed) {
          renewed = true;
          continue;
        }
        const mayPass =
          status === undefined ? !isRefusedHere(error) : status === 429 || (status >= 500 && status !== 501);
        if (!mayPass || attempt >= maxAttempts) throw error;
        await pause(backoffMs * 2 ** (attempt - 1) * (0.5 + Math.random()));
      }
    }
  }

  async #once(path: string, ask: Ask): Promise<unknown> {
    const { keys, tokens } = this.#open();
    const token = await tokens.take();
    const sentMs = Date.now();
    const reply = await keys(`/api/v2${path}`, {
      ...ask,
      headers: { ...ask.headers, authorization: `Bearer ${token}`, 'bluemix-instance': this.connection.instance },
    });
    this.#clockSkewMs = skewOf(reply, sentMs) ?? this.#clockSkewMs;
    if (reply.status >= 200 && reply.status < 300) return reply.body;
    if (reply.status === 401) tokens.forget(token);
    throw KeyProtectApiError.from(reply.status, reply.body);
  }

  #open() {
    if (this.#opened !== undefined) return this.#opened;
    const { region, endpoint = `https://${region}.kms.cloud.ibm.com`, iamEndpoint = IAM, apiKey } = this.connection;
    const { requestTimeoutMs } = this.#limits;
    const keys = exchangeWith(this.#guard, endpoint, requestTimeoutMs);
    const iam = exchangeWith(this.#guard, iamEndpoint, requestTimeoutMs);
    const close = (): void => {
      keys.close();
      iam.close();
    };
    return (this.#opened = { keys: keys.exchange, tokens: new IamTokens(iam.exchange, apiKey), close });
  }
}

function registrationPath(keyId: string, resourceCrn: string): string {
  return `/keys/${encodeURIComponent(keyId)}/registrations/${encodeURIComponent(resourceCrn)}`;
}

/** What this side does not let out stays refused, however often it is tried. */
function isRefusedHere(error: unknown): boolean {
  return error instanceof EgressRefusedError;
}

/** Zero within what the header can tell (whole seconds) and the time that the call took. */
function skewOf({ serverMs }: Reply, sentMs: number): number | undefined {
  if (serverMs === undefined) return undefined;
  if (serverMs + 999 < sentMs) return serverMs + 999 - sentMs;
  return Math.max(0, serverMs - Date.now());
}

function memberOf(body: unknown, name: string): string {
  const value = (body as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (typeof value !== 'string' || value === '') throw new KeyProtectApiError(200, undefined);
  return value;
}

/** A ciphertext is kept as it was answered: what is in it is the service's own affair. */
function textOf(body: unknown, name: string): Bytes<'WrappedKey'> {
  return bytesOf(Buffer.from(memberOf(body, name), 'utf8'));
}

function base64Of(body: unknown, name: string): Bytes<'DataKey'> {
  const bytes = decodeBase64(memberOf(body, name));
  if (bytes === undefined) throw new KeyProtectApiError(200, undefined);
  return bytesOf(bytes);
}
