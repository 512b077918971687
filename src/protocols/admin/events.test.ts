import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Tenant } from '../../identity/tenant.ts';
import { thisOwner } from '../../vault/runs/owner.ts';
import { ProgressBoard } from '../../vault/runs/progress-board.ts';
import { putRun } from '../../vault/runs/run-record.ts';
import { runId, type Run } from '../../vault/runs/run.ts';
import { putAlert } from '../../vault/alerts/alert-record.ts';
import { alertFor } from '../../vault/alerts/alert.ts';
import { StoreFullError } from '../../records/ports.ts';
import { adminHouse, type AdminHouse } from './admin.fixture.ts';
import { ADMIN_PREFIX } from './api.ts';
import { EventHub, MAX_STREAMS, MAX_STREAMS_OF_CREDENTIAL } from './events/event-hub.ts';

const ENVIRONMENT = '6a1f2f5e-7a39-4b1b-9d0b-0d3f7d1d2c11';

/** A stream as a client reads it. */
class Listening {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';
  isOver = false;
  /** The names of the events that were read so far. */
  readonly heard: string[] = [];

  readonly response: Response;

  constructor(response: Response) {
    this.response = response;
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  /** Reads on until an event of this kind fits; `undefined` when the stream ends. */
  async next(name: string, fits: (data: Record<string, unknown>) => boolean = () => true) {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const [, found, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        if (found !== undefined) this.heard.push(found);
        const said = block.startsWith(':') ? {} : (JSON.parse(data ?? '{}') as Record<string, unknown>);
        if ((found === name || (name === ':' && block.startsWith(': alive'))) && fits(said)) return said;
        continue;
      }
      const { value, done } = await this.#reader.read().catch(() => ({ value: undefined, done: true }));
      if (done) {
        this.isOver = true;
        return undefined;
      }
      this.#text += Buffer.from(value as Uint8Array).toString('utf8');
    }
  }

  close(): Promise<void> {
    return this.#reader.cancel().catch(() => {});
  }
}

describe('the stream of events', () => {
  let house: AdminHouse;
  let administrator: string;
  const open: Listening[] = [];

  beforeAll(async () => {
    house = await adminHouse();
    administrator = (await house.member(['administrator'])).apiKey;
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    while (house.services.events.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });
  afterAll(() => house.close());

  async function listen(apiKey = administrator): Promise<Listening> {
    const response = await fetch(`${house.url}${ADMIN_PREFIX}/events`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(response.status).toBe(200);
    const one = new Listening(response);
    open.push(one);
    return one;
  }

  function run(more: Partial<Run> = {}, tenant: Tenant = house.tenant): Run {
    const nowMs = house.services.clock();
    const id = runId(nowMs, house.services.random);
    return {
      tenantId: tenant.tenantId,
      id,
      revision: 0,
      environmentId: ENVIRONMENT,
      kind: 'backup',
      subject: { source: '/srv/records' },
      locks: { holds: [`source/${id}`] },
      state: 'running',
      startedBy: 'arn:test',
      owner: thisOwner(),
      startedAtMs: nowMs,
      ...more,
    };
  }

  const begin = async (one: Run, tenant = house.tenant) => {
    await house.commit(putRun(tenant.tenantKey, undefined, one));
    return { ...one, revision: 1 };
  };

  it('tells of a run: that it began, how far it is, and how it ended', async () => {
    const stream = await listen();
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    const one = await begin(run());
    expect(await stream.next('run')).toMatchObject({ runId: one.id, state: 'running', environmentId: ENVIRONMENT });
    const board = new ProgressBoard(join(house.scratch, 'cache', 'progress'));
    board.note(one.id, { phase: 'read', files: 3, bytes: 4096, rate: 10, atMs: house.services.clock() });
    expect(await stream.next('run')).toMatchObject({
      runId: one.id,
      progress: { phase: 'read', files: 3, bytes: 4096 },
    });
    const after: Run = {
      ...one,
      state: 'failed',
      endedAtMs: one.startedAtMs + 5,
      problem: { code: 'x', message: 'y' },
    };
    await house.commit(putRun(house.tenant.tenantKey, one, after));
    expect(await stream.next('run')).toMatchObject({ runId: one.id, state: 'failed', problem: { code: 'x' } });
  });

  it('tells of alerts, and that something changed', async () => {
    const stream = await listen();
    await stream.next('changed');
    house.setClock(house.services.clock() + 10);
    const fields = {
      tenantId: house.tenant.tenantId,
      id: runId(house.services.clock(), house.services.random),
      channelId: ENVIRONMENT,
    };
    const alert = alertFor({ ...fields, facts: { kind: 'run-failed' } }, house.services.clock());
    await house.commit(putAlert(house.tenant.tenantKey, undefined, alert));
    expect(await stream.next('changed')).toEqual({});
    expect(await stream.next('alert')).toMatchObject({ alertId: fields.id, kind: 'run-failed' });
  });

  it('tells nobody what they may not see, nor what is of another tenant', async () => {
    const policies = ['key-user'] as const;
    const [narrow, other] = [
      (await house.member(policies)).apiKey,
      (await house.member(['administrator'], house.stranger)).apiKey,
    ];
    const streams = [await listen(narrow), await listen(other), await listen()] as const;
    const one = await begin(run());
    expect(await streams[2].next('run', ({ runId: id }) => id === one.id)).toBeDefined();
    // The stranger's own run comes behind: what would have come before did not.
    const own = await begin(run({}, house.stranger), house.stranger);
    expect(await streams[1].next('run')).toMatchObject({ runId: own.id });
    const heard: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      heard.push(await streams[0].next(':'));
    }
    expect(heard).toEqual([{}, {}, {}]);
    for (const [tenant, ended] of [
      [house.tenant, one],
      [house.stranger, own],
    ] as const)
      await house.commit(putRun(tenant.tenantKey, ended, { ...ended, state: 'succeeded', endedAtMs: 1 }));
  });

  it('tells nobody that something of another tenant changed', async () => {
    const ours = await listen();
    const theirs = await listen((await house.member(['administrator'], house.stranger)).apiKey);
    // Each is told once at its beginning.
    for (const stream of [ours, theirs]) await stream.next('changed');
    const one = await begin(run());
    expect(await ours.next('run', ({ runId: id }) => id === one.id)).toBeDefined();
    theirs.heard.length = 0;
    const own = await begin(run({}, house.stranger), house.stranger);
    expect(await theirs.next('run', ({ runId: id }) => id === own.id)).toBeDefined();
    expect(theirs.heard.filter((name) => name === 'changed')).toHaveLength(1);
    for (const [tenant, ended] of [
      [house.tenant, one],
      [house.stranger, own],
    ] as const)
      await house.commit(putRun(tenant.tenantKey, ended, { ...ended, state: 'succeeded', endedAtMs: 1 }));
  });

  it('tells who comes later of no run that ended before, whoever else listened then', async () => {
    const ours = await listen();
    await ours.next('changed');
    const theirs = await begin(run({}, house.stranger), house.stranger);
    const one = await begin(run());
    expect(await ours.next('run', ({ runId: id }) => id === one.id)).toBeDefined();
    for (const [tenant, ended] of [
      [house.tenant, one],
      [house.stranger, theirs],
    ] as const)
      await house.commit(putRun(tenant.tenantKey, ended, { ...ended, state: 'succeeded', endedAtMs: 1 }));
    const later = await listen((await house.member(['administrator'], house.stranger)).apiKey);
    const next = await begin(run({}, house.stranger), house.stranger);
    expect(await later.next('run')).toMatchObject({ runId: next.id });
    await house.commit(putRun(house.stranger.tenantKey, next, { ...next, state: 'succeeded', endedAtMs: 1 }));
  });

  it('ends when its credential is suspended', async () => {
    const { apiKey } = await house.member(['auditor']);
    const stream = await listen(apiKey);
    const me = (await house.send(apiKey, 'GET', '/whoami')).body as { credentialId?: string };
    await house.send(administrator, 'POST', `/credentials/${me.credentialId}/suspend`, {});
    expect(await stream.next('run')).toBeUndefined();
    expect(stream.isOver).toBe(true);
  });

  it('has only so many streams of one credential, and counts those that are closed no more', async () => {
    const { apiKey } = await house.member(['auditor']);
    const streams: Listening[] = [];
    for (let n = 0; n < MAX_STREAMS_OF_CREDENTIAL; n++) streams.push(await listen(apiKey));
    const refused = await house.send(apiKey, 'GET', '/events');
    expect([refused.status, refused.body['error']]).toMatchObject([429, { code: 'too-many-streams' }]);
    await listen();
    const before = house.services.events.size;
    await streams[0]?.close();
    while (house.services.events.size === before) await new Promise((resolve) => setImmediate(resolve));
    await listen(apiKey);
    expect(MAX_STREAMS).toBeGreaterThan(MAX_STREAMS_OF_CREDENTIAL);
  });

  it('has no more of them when all are asked for at once', async () => {
    const { apiKey } = await house.member(['auditor']);
    const count = 3 * MAX_STREAMS_OF_CREDENTIAL;
    const record = house.store.record.bind(house.store);
    const all = Promise.withResolvers<void>();
    let waiting = 0;
    // None is recorded before there was room for each.
    const held = vi.spyOn(house.store, 'record').mockImplementation(async (entry) => {
      waiting++;
      if (waiting === count) all.resolve();
      await all.promise;
      return record(entry);
    });
    try {
      const headers = { authorization: `Bearer ${apiKey}` };
      const ask = () => fetch(`${house.url}${ADMIN_PREFIX}/events`, { headers });
      const answers = await Promise.all(Array.from({ length: count }, ask));
      open.push(...answers.map((one) => new Listening(one)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_STREAMS_OF_CREDENTIAL);
      expect(statuses.filter((status) => status === 429)).toHaveLength(count - MAX_STREAMS_OF_CREDENTIAL);
    } finally {
      held.mockRestore();
    }
  });

  it('is recorded when it is opened, and shows that it lives', async () => {
    const before = house.store.entries().length;
    const stream = await listen();
    const [entry] = house.store.entries().slice(before);
    expect(JSON.parse(String(entry?.leaf))).toMatchObject({ action: 'keystead:WatchEvents', outcome: 'done' });
    expect(await stream.next(':')).toBeDefined();
  });

  it('is not opened when that cannot be recorded, and nothing of the log is told then', async () => {
    const full = vi.spyOn(house.store, 'record').mockRejectedValue(new StoreFullError('the disk is full'));
    try {
      const range = 'format=json&from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z';
      for (const path of ['/events', '/audit/entries', `/audit/export?${range}`, '/overview']) {
        const { status, body } = await house.send(administrator, 'GET', path);
        expect([path, status, body]).toMatchObject([path, 507, { error: { code: 'store-full' } }]);
      }
      expect(house.services.events.size).toBe(0);
    } finally {
      full.mockRestore();
    }
  });

  it('ends with the server', async () => {
    const services = { ...house.services, desk: house.services.vault.desk, onFault: () => {} };
    const hub = new EventHub({ ...services, records: house.store }, { lookMs: 5, renewMs: 5, heartbeatMs: 5 });
    const proof = await house.services.directory.byApiKey(Buffer.from(administrator) as never);
    const rights = { target: { action: 'a', resource: '*' }, proveAgain: async () => proof, mayDo: async () => true };
    const stream = hub.open(proof as never, rights);
    stream.resume();
    hub.close();
    await new Promise((resolve) => stream.once('end', resolve));
    expect(() => hub.requireRoom(proof as never)).toThrow('as many streams');
  });
});
