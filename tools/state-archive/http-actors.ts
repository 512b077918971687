import { Secret, TOTP } from 'otpauth';
import { Authenticator } from '../../src/protocols/admin/sign-in/authenticator.fixture.ts';
import type { Actor, HttpExpectation } from './expectation.ts';

/** An answer by plain HTTP, read. */
export interface HttpAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the server answers
  readonly body: any;
  /** What a browser keeps of it. */
  readonly cookie?: string;
}

/** A browser in which nobody has signed in. */
export const STRANGER = 'stranger';

/** Those who ask a server by plain HTTP, each with a token of its own where the wire wants one. */
export class HttpActors {
  readonly #url: string;
  readonly #instanceId: string;
  readonly #actors: Map<string, Actor>;
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #clock: () => number;

  /** @param clock - that of the server */
  constructor(url: string, instanceId: string, actors: Readonly<Record<string, Actor>>, clock = Date.now) {
    this.#url = url;
    this.#instanceId = instanceId;
    this.#actors = new Map(Object.entries(actors));
    this.#clock = clock;
  }

  /** Where browsers go: passkeys belong to names, not to addresses. */
  get origin(): string {
    return this.#url.replace('127.0.0.1', 'localhost');
  }

  /** All of them. */
  get actors(): Readonly<Record<string, Actor>> {
    return Object.fromEntries(this.#actors);
  }

  add(name: string, actor: Actor): void {
    this.#actors.set(name, actor);
  }

  async ask(asked: Omit<HttpExpectation, 'status' | 'output'>): Promise<HttpAnswer> {
    const { as, method, path, proof } = asked;
    const actor = this.#actor(as);
    const body = proof === undefined ? asked.body : { ...asked.body, ...(await this.#proofs[proof](actor)) };
    const isOfBrowser = actor.cookie !== undefined;
    const answer = await fetch((isOfBrowser ? this.origin : this.#url) + path, {
      method,
      headers: {
        ...(isOfBrowser ? { cookie: actor.cookie, origin: this.origin } : await this.#bearer(as, path)),
        'bluemix-instance': this.#instanceId,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const [cookie] = answer.headers.getSetCookie();
    return {
      status: answer.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      ...(cookie !== undefined && { cookie: cookie.slice(0, cookie.indexOf(';')) }),
    };
  }

  readonly #proofs = {
    // The code after the next one: whatever was used before, this one was not.
    code: ({ totp = '' }: Actor) => {
      const timestamp = this.#clock() + 30_000;
      return { code: new TOTP({ secret: Secret.fromBase32(totp) }).generate({ timestamp }) };
    },
    passkey: async ({ passkey }: Actor) => {
      const path = '/admin/v1/sign-in/passkey/start';
      const { body } = await this.ask({ as: STRANGER, method: 'POST', path });
      return { credential: new Authenticator(this.origin, passkey).get(body.options) };
    },
  } as const;

  async #bearer(as: string, path: string): Promise<Record<string, string>> {
    const bearer = path.startsWith('/admin/') ? this.#actor(as).apiKey : await this.token(as);
    return { authorization: `Bearer ${bearer}` };
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
    const actor = name === STRANGER ? { cookie: '' } : this.#actors.get(name);
    if (actor === undefined) throw new TypeError(`nobody is called ${name}`);
    return actor;
  }

  async #issue(apikey: string): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey });
    const answer = await fetch(`${this.#url}/identity/token`, { method: 'POST', body });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
