import { randomUUID } from 'node:crypto';
import { withInline } from '../../src/identity/holder.ts';
import { putPrincipal, type Member } from '../../src/identity/principal.ts';
import type { Tenant } from '../../src/identity/tenant.ts';
import { changeEntry } from '../../src/keys/key-space.fixture.ts';
import { sweepDueKeys } from '../../src/pipeline/sweep.ts';
import { World, type Account, type Actor } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import { keyProtectRoutes } from '../../src/protocols/key-protect/endpoint.ts';
import { one } from '../../src/protocols/key-protect/key-protect.fixture.ts';
import { PREFIX } from '../../src/protocols/key-protect/match.ts';
import { RequestMeter } from '../../src/pipeline/request-meter.ts';

/** What IBM's wire answers. */
export interface IbmAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  /** The code of a refusal, or the status. */
  readonly outcome: string | number;
}

/** Both APIs over one store, one clock and one pipeline: the same keys, and the same people. */
export class BothWires extends World {
  readonly #ibm = keyProtectRoutes({
    ...this.ports,
    pipeline: this.pipeline,
    clock: this.clock,
    unauthenticated: this.unauthenticated,
    meter: new RequestMeter(),
    onFault: (error) => this.faults.push(error),
    // The id of an access key stands for a token of its holder.
    tokens: { read: (token) => this.directory.byAccessKey(token) },
  });

  /** Sends a request to IBM's wire: `path` is below `/api/v2`, with its query. */
  async ibm(
    { instance, admin }: Account,
    method: string,
    path: string,
    body?: unknown,
    more: { readonly actor?: Actor; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<IbmAnswer> {
    const route = this.#ibm.find((candidate) => candidate.method === method);
    if (route === undefined) throw new TypeError(`no route for ${method}`);
    const { actor = admin, headers = {} } = more;
    const all = {
      authorization: `Bearer ${actor.accessKeyId}`,
      'bluemix-instance': instance.instanceId,
      ...headers,
    };
    const [below = '', query = ''] = path.split('?');
    const answer = await route.handler({
      method,
      path: PREFIX + below,
      query,
      rawHeaders: Object.entries(all).flat(),
      body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      remoteAddress: '127.0.0.1',
      isSecure: true,
      requestId: randomUUID(),
    });
    const parsed =
      answer.body.length === 0 ? undefined : (JSON.parse(answer.body.toString('utf8')) as IbmAnswer['body']);
    const code = parsed?.resources?.[0]?.reasons?.[0]?.code as string | undefined;
    return { status: answer.status, body: parsed, outcome: code ?? answer.status };
  }

  /** Makes a key on IBM's wire and answers its id. */
  async ibmKey(account: Account, resource: object = {}): Promise<string> {
    const { body } = await this.ibm(account, 'POST', '/keys', one('key', { name: 'a key', ...resource }));
    return body.resources[0].id as string;
  }

  /** Somebody whose only policy is this document. */
  async actorWith(tenant: Tenant, name: string, document: string): Promise<Actor> {
    const actor = await this.actor(tenant, name, []);
    const member = (await this.directory.member(tenant, actor.principal.id)) as Member;
    const { write } = putPrincipal(tenant, withInline(member, { name: 'own', document }, 2_048));
    await this.store.commit({ writes: [write], entries: [changeEntry(tenant.tenantId)] });
    return actor;
  }

  /** Does what is due. */
  sweep(): Promise<number> {
    return sweepDueKeys(this.store, this.directory, this.keys, this.clock(), this.random);
  }
}
