import { KeyProtectApiError } from './api-error.ts';
import type { Exchange } from './exchange.ts';

/** What an API key becomes: a bearer token of an hour, asked for again before it ends. */
export class IamTokens {
  readonly #exchange: Exchange;
  readonly #apiKey: Buffer;
  #token: { readonly text: string; readonly untilMs: number } | undefined;
  #asked: Promise<string> | undefined;

  constructor(exchange: Exchange, apiKey: Buffer) {
    this.#exchange = exchange;
    this.#apiKey = apiKey;
  }

  /** @throws {KeyProtectApiError} the API key is not taken */
  async take(): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#token.untilMs) return this.#token.text;
    return await (this.#asked ??= this.#ask().finally(() => void (this.#asked = undefined)));
  }

  /** The token was refused: the next one is a new one. */
  forget(text: string): void {
    if (this.#token?.text === text) this.#token = undefined;
  }

  /** https://cloud.ibm.com/apidocs/iam-identity-token-api#gettoken-apikey */
  async #ask(): Promise<string> {
    const sentMs = performance.now();
    const form = new URLSearchParams({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      // The form is text: the key is a string for as long as it is sent.
      apikey: this.#apiKey.toString('latin1'),
      response_type: 'cloud_iam',
    });
    const { status, body } = await this.#exchange('/identity/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString(), 'latin1'),
    });
    if (status !== 200) throw KeyProtectApiError.from(status, body);
    const { access_token: text, expires_in: seconds } = (body ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof text !== 'string' || typeof seconds !== 'number') throw new KeyProtectApiError(status, undefined);
    // A fifth of its time is left for calls that are under way, as IBM's own clients have it.
    this.#token = { text, untilMs: sentMs + seconds * 800 };
    return text;
  }
}
