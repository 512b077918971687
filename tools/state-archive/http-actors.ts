import type { Actor, HttpExpectation } from './expectation.ts';

/** An answer by plain HTTP, read. */
export interface HttpAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the server answers
  readonly body: any;
}

/** Those who ask a server by plain HTTP, each with a token of its own where the wire wants one. */
export class HttpActors {
  readonly #url: string;
  readonly #instanceId: string;
  readonly #actors: Map<string, Actor>;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(url: string, instanceId: string, actors: Readonly<Record<string, Actor>>) {
    this.#url = url;
    this.#instanceId = instanceId;
    this.#actors = new Map(Object.entries(actors));
  }

  /** All of them. */
  get actors(): Readonly<Record<string, Actor>> {
    return Object.fromEntries(this.#actors);
  }

  add(name: string, actor: Actor): void {
    this.#actors.set(name, actor);
  }

  async ask({ as, method, path, body }: Pick<HttpExpectation, 'as' | 'method' | 'path' | 'body'>): Promise<HttpAnswer> {
    const bearer = path.startsWith('/admin/') ? this.#actor(as).apiKey : await this.token(as);
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${bearer}`,
        'bluemix-instance': this.#instanceId,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  /** An IAM token of somebody. */
  token(name: string): Promise<string> {
    const { token, apiKey = '' } = this.#actor(name);
    const known = token === undefined ? this.#tokens.get(name) : Promise.resolve(token);
    const bearer = known ?? this.#issue(apiKey);
    this.#tokens.set(name, bearer);
    return bearer;
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new TypeError(`nobody is called ${name}`);
    return actor;
  }

  async #issue(apikey: string): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey });
    const answer = await fetch(`${this.#url}/identity/token`, { method: 'POST', body });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
