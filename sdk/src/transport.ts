import { KeysteadError } from './error.ts';

export interface TransportOptions {
  /** Where the server is: `http://localhost:8420`. */
  readonly url: string;
  /**
   * Begins with `ks_`. Asked for with each request, so that whoever keeps it decides how long. Absent: a browser on the
   * server's own pages, whose cookie says who is signed in.
   */
  readonly apiKey?: string | (() => string);
  /** Another `fetch`, for tests and for hosts that have their own. */
  readonly fetch?: typeof globalThis.fetch;
  /** How long a request may take, in milliseconds. 30,000 by default. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** Sends requests and brings every failure into one form. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #base: string;

  constructor(options: TransportOptions, prefix: string) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, '') + prefix;
  }

  /** @throws {KeysteadError} */
  async send<Answer>(method: string, path: string, query?: object, body?: object): Promise<Answer> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const { response, text } = await this.#reached(async () => {
      const found = await this.#fetch(method, path, query, body, AbortSignal.timeout(timeoutMs));
      return { response: found, text: await found.text() };
    });
    const value = parse(text);
    if (!response.ok || value === undefined) throw refusalOf(response.status, value);
    return value as Answer;
  }

  /**
   * Asks for an answer that is read as it comes: only its beginning must come in time.
   *
   * @throws {KeysteadError}
   */
  async open(path: string, query?: object, signal?: AbortSignal): Promise<Response> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException('it took too long', 'TimeoutError')), timeoutMs);
    try {
      const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
      const response = await this.#reached(() => this.#fetch('GET', path, query, undefined, either));
      if (!response.ok) throw refusalOf(response.status, parse(await this.#reached(() => response.text())));
      return response;
    } finally {
      clearTimeout(timer);
    }
  }

  #fetch(method: string, path: string, query?: object, body?: object, signal?: AbortSignal): Promise<Response> {
    const { apiKey, fetch = globalThis.fetch } = this.#options;
    return fetch(this.#base + path + searchOf(query), {
      method,
      headers: {
        ...(apiKey !== undefined && { Authorization: `Bearer ${typeof apiKey === 'string' ? apiKey : apiKey()}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      credentials: 'same-origin',
      ...(signal && { signal }),
    });
  }

  /** Brings what kept an answer from coming into the form of all failures. */
  async #reached<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw new KeysteadError({
        status: 0,
        code: 'unreachable',
        message: `there is no answer from ${this.#options.url || 'the server'}: ${reasonOf(error)}`,
        action: 'Check that the server runs there and that the address is right.',
      });
    }
  }
}

function searchOf(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The error of an answer, or of one that is not this API's: a proxy's page, another server. */
function refusalOf(status: number, value: unknown): KeysteadError {
  const error = (value as { readonly error?: unknown } | undefined)?.error;
  if (error !== null && typeof error === 'object' && 'code' in error && 'message' in error) {
    return new KeysteadError({ status, ...(error as { code: string; message: string }) });
  }
  return new KeysteadError({
    status,
    code: 'not-keystead',
    message: `the answer (status ${status}) is not that of a Keystead admin API`,
    action: 'Check the address: a proxy or another server may be there.',
  });
}

function reasonOf(error: unknown): string {
  const { name, cause, message } = error as Error;
  if (name === 'TimeoutError') return 'it took too long';
  return (cause as { code?: string } | undefined)?.code ?? message;
}
