import { randomBytes } from 'node:crypto';
import { KeysteadClient } from '@keystead/sdk';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { bearer } from '../conformance/key-protect-client.fixture.ts';
import type { ServerProcess } from '../process/server-process.ts';

export const SERVICE = 'storage.example.com';
const CRN = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1234:5678:bucket:photos';
const HOUR = 3_600_000;
/** How often the import token may be retrieved. */
export const RETRIEVALS = 5;

/** An answer of IBM's wire, and under which id it stands in the log. */
interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes are what is tested
  readonly body: any;
  readonly requestId: string;
}

export interface Step {
  readonly name: string;
  /** How far the clock is turned before it. */
  readonly laterMs?: number;
  readonly run: (user: KeyProtectUser) => Promise<void>;
}

/** One who uses the API of IBM Key Protect, and a service beside it. What was answered is kept. */
export class KeyProtectUser {
  readonly #first: FirstCredentials;
  readonly #serviceKey: string;
  #url = '';
  #tokens = { owner: '', service: '' };
  /** Ids of every answered request. */
  readonly answered: string[] = [];
  /** What was left after each retrieval of the import token. */
  readonly retrievals: number[] = [];
  readonly wrapped: { readonly plaintext: string; readonly ciphertext: string }[] = [];
  keyId = '';

  constructor(first: FirstCredentials, serviceKey: string) {
    this.#first = first;
    this.#serviceKey = serviceKey;
  }

  /** Goes to a server, or comes again when tokens have run out. */
  async reach(url: string): Promise<void> {
    this.#url = url;
    const [owner, service] = [await bearer(url, this.#first.apiKey), await bearer(url, this.#serviceKey)];
    this.#tokens = { owner, service };
  }

  async send(method: string, path: string, body?: object, who: 'owner' | 'service' = 'owner'): Promise<Answer> {
    const answer = await fetch(`${this.#url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#tokens[who]}`, 'bluemix-instance': this.#first.instanceId },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const requestId = answer.headers.get('correlation-id') ?? '';
    this.answered.push(requestId);
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), requestId };
  }

  /** A change that must be done. */
  async change(status: number, ...request: Parameters<KeyProtectUser['send']>): Promise<Answer> {
    const answer = await this.send(...request);
    if (answer.status !== status) throw new Error(`${request[0]} ${request[1]}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async retrieve(): Promise<void> {
    const { body } = await this.change(200, 'GET', '/import_token');
    this.retrievals.push(body.remainingRetrievals as number);
  }

  /** Runs steps until the server is gone; answers how many were answered. */
  async runUntilKilled(server: ServerProcess, each: () => Promise<void> = async () => {}): Promise<number> {
    for (const [at, { run, laterMs = 0 }] of STEPS.entries()) {
      try {
        if (laterMs > 0) await server.shift(laterMs);
        if (laterMs > HOUR) await this.reach(server.url);
        await run(this);
      } catch (error) {
        if (isConnectionLost(error)) return at;
        throw error;
      }
      await each();
    }
    return STEPS.length;
  }

  /** All that there is to see, without what differs from one run to the next. */
  async look(): Promise<unknown> {
    const { body } = await this.send('GET', '/keys?state=0,1,2,3,5');
    const keys = ((body.resources ?? []) as Record<string, unknown>[]).map((key) => ({
      state: key['state'],
      ring: key['keyRingID'],
      aliases: key['aliases'],
      imported: key['imported'],
      deleted: key['deleted'],
      isRotated: 'lastRotateDate' in key,
    }));
    const below = `/keys/${this.keyId === '' ? (body.resources?.[0]?.id ?? 'none') : this.keyId}`;
    const list = async (path: string, field: string) => {
      const answer = await this.send('GET', path);
      const resources = (answer.body.resources ?? []) as Record<string, unknown>[];
      return answer.status === 200 ? resources.map((one) => one[field]) : answer.status;
    };
    const versions = await list(`${below}/versions?allKeyStates=true`, 'id');
    const unwrapped = [];
    for (const { plaintext, ciphertext } of this.wrapped) {
      const opened = await this.send('POST', `${below}/actions/unwrap`, { ciphertext });
      unwrapped.push(opened.status === 200 ? opened.body.plaintext === plaintext : opened.status);
    }
    return {
      keys,
      versions: typeof versions === 'number' ? versions : versions.length,
      registrations: await list(`${below}/registrations`, 'resourceCrn'),
      unwrapped,
      events: await this.#events(below.slice('/keys/'.length)),
    };
  }

  async #events(keyId: string): Promise<unknown> {
    const admin = new KeysteadClient({ url: this.#url, apiKey: this.#first.apiKey });
    return admin.listKeyEvents(this.#first.region, keyId).then(
      ({ items }) => items.map(({ kind }) => kind),
      (error: { code?: string }) => error.code,
    );
  }
}

export const enveloped = (kind: string, resource: object) => ({
  metadata: { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: 1 },
  resources: [resource],
});
/** The server was gone before it had answered, or while it did. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message);
}

const material = () => randomBytes(32).toString('base64');

async function wrap(user: KeyProtectUser): Promise<void> {
  const plaintext = material();
  const { body } = await user.change(200, 'POST', `/keys/${user.keyId}/actions/wrap`, { plaintext });
  user.wrapped.push({ plaintext, ciphertext: body.ciphertext as string });
}

/** What the steps begin with: an import token, which takes long to make, and a ring. */
export async function prepare(user: KeyProtectUser): Promise<void> {
  await user.change(200, 'POST', '/import_token', { expiration: 86_400, maxAllowedRetrievals: RETRIEVALS });
  await user.change(201, 'POST', '/key_rings/other');
}

/** In the order in which they are done: retrievals of an import token, and the life of one key. */
export const STEPS: readonly Step[] = [
  { name: 'retrieve it', run: (user) => user.retrieve() },
  { name: 'retrieve it again', run: (user) => user.retrieve() },
  {
    name: 'create with material',
    async run(user) {
      const resource = { name: 'photos', aliases: ['photos'], extractable: false, payload: material() };
      const { body } = await user.change(201, 'POST', '/keys', enveloped('key', resource));
      user.keyId = body.resources[0].id as string;
    },
  },
  { name: 'wrap', run: wrap },
  {
    name: 'register',
    async run(user) {
      const path = `/keys/${user.keyId}/registrations/${encodeURIComponent(CRN)}`;
      await user.change(201, 'POST', path, enveloped('registration_input', {}), 'service');
    },
  },
  {
    name: 'rotate with material',
    run: async (user) =>
      void (await user.change(204, 'POST', `/keys/${user.keyId}/actions/rotate`, { payload: material() })),
  },
  { name: 'wrap by the new version', run: wrap },
  {
    name: 'move to another ring',
    run: async (user) => void (await user.change(200, 'PATCH', `/keys/${user.keyId}`, { keyRingID: 'other' })),
  },
  {
    name: 'delete by force',
    run: async (user) => void (await user.change(204, 'DELETE', `/keys/${user.keyId}?force=true`)),
  },
  {
    name: 'restore',
    laterMs: 30_000,
    run: async (user) => void (await user.change(201, 'POST', `/keys/${user.keyId}/restore`)),
  },
  { name: 'delete', run: async (user) => void (await user.change(204, 'DELETE', `/keys/${user.keyId}`)) },
  {
    name: 'purge',
    laterMs: 4 * HOUR,
    run: async (user) => void (await user.change(204, 'DELETE', `/keys/${user.keyId}/purge`)),
  },
];
