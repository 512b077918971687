import { get, type IncomingMessage } from 'node:http';

/** As a browser goes to a page: `fetch` would say that a script asks. */
export function navigate(url: URL, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...headers };
    get(url, { headers: navigation, agent: false }, (response) => {
      response.resume();
      resolve(response);
    }).on('error', reject);
  });
}

/** A browser at a server: it keeps cookies, and follows no redirect by itself. */
export class NavigatingBrowser {
  readonly jar = new Map<string, string>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async go(url: string, headers: Record<string, string> = {}): Promise<{ status: number; location: string }> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await navigate(new URL(url, this.#url), { cookie, ...headers });
    for (const set of response.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) as unknown as [string, string, string];
      if (value === '') this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return { status: response.statusCode ?? 0, location: response.headers.location ?? '' };
  }

  /** Asks the API from a page of the server. */
  async ask(method: string, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const cookie = `keystead=${this.jar.get('keystead') ?? ''}`;
    const headers = { cookie, ...(method !== 'GET' && { origin: this.#url }) };
    const response = await fetch(`${this.#url}/admin/v1${path}`, { method, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  whoAmI(): Promise<{ status: number; body: Record<string, unknown> }> {
    return this.ask('GET', '/whoami');
  }
}
