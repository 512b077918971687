import { createHmac } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mailOf } from '../config/mail.ts';
import { raiseAlerts } from '../jobs/raise-alerts.ts';
import { sendAlerts, type AlertPorts } from '../jobs/send-alerts.ts';
import { adminHouse, type AdminHouse, type Answer } from '../protocols/admin/admin.fixture.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Tenant } from '../identity/tenant.ts';
import { alertFor, type AlertFacts } from '../vault/alerts/alert.ts';
import { putAlert } from '../vault/alerts/alert-record.ts';
import { alertMessage } from '../vault/alerts/alert-message.ts';
import { isEmailAddress } from '../vault/alerts/channel.ts';
import { alertSender } from './alert-sender.ts';

const FACTS: AlertFacts = {
  kind: 'run-failed',
  environmentId: 'e',
  environment: 'Production',
  runId: 'r',
  code: 'target-full',
};

interface Mail {
  readonly recipients: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly text: string;
}

/** Certificate and key for localhost. */
function certificate(folder: string): { cert: string; key: string; file: string } {
  const [file, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
  const name = ['-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...request.split(' '), ...name, '-keyout', keyFile, '-out', file], { stdio: 'ignore' });
  return { cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8'), file };
}

describe('alerts on their way', () => {
  let house: AdminHouse;
  let apiKey: string;
  let receiver: Server;
  let smtp: SMTPServer;
  let folder: string;
  let pem: ReturnType<typeof certificate>;
  let ports: AlertPorts;
  let nowMs: number;
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const mails: Mail[] = [];
  let status = 204;
  let refusesMail = false;

  beforeAll(async () => {
    house = await adminHouse({ egress: { allowedHosts: ['127.0.0.1'] } });
    apiKey = (await house.member(['administrator'])).apiKey;
    folder = mkdtempSync(join(tmpdir(), 'keystead-alerts-'));
    pem = certificate(folder);
    writeFileSync(join(folder, 'password'), 'mail password\n');
    receiver = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    smtp = new SMTPServer({
      cert: pem.cert,
      key: pem.key,
      onAuth: ({ username, password }, _session, done) =>
        password === 'mail password' ? done(null, { user: username }) : done(new Error('no')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (refusesMail) return done(Object.assign(new Error('full'), { responseCode: 452 }));
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          mails.push({
            recipients,
            secure: session.secure,
            user: session.user,
            text: Buffer.concat(chunks).toString(),
          });
          done();
        });
      },
    });
    await new Promise<void>((done) => smtp.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    await new Promise((done) => receiver.close(done));
    await new Promise<void>((done) => smtp.close(done));
    await house.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    got.length = mails.length = 0;
    status = 204;
    refusesMail = false;
    house.setClock((nowMs = Date.now()));
    ports = portsWith(true);
  });
  afterEach(async () => {
    for (const { channelId } of (await get('/alert-channels'))['items'] as { channelId: string }[]) {
      await post(`/alert-channels/${channelId}/delete`);
    }
    later(40 * 24 * 3_600_000);
    await sendAlerts(ports);
  });

  const later = (ms: number): void => house.setClock((nowMs += ms));
  const post = (path: string, body?: unknown): Promise<Answer> => house.send(apiKey, 'POST', path, body);
  const get = async (path: string) => (await house.send(apiKey, 'GET', path)).body;
  const refused = ({ status: code, body }: Answer) => [code, (body['error'] as { code: string }).code];

  /** With or without TLS towards the mail server: its address decides. */
  function portsWith(isPlain: boolean, allowedHosts: readonly string[] = ['127.0.0.1']): AlertPorts {
    const { directory, clock, random } = house.services;
    const mail = mailOf({
      url: `smtp://localhost:${(smtp.server.address() as AddressInfo).port}`,
      user: 'keystead',
      passwordFile: join(folder, 'password'),
      from: 'keystead@example.com',
      caFile: pem.file,
    });
    if (mail === undefined) throw new TypeError('there is a mail server');
    const settings = { egress: { allowedHosts }, mail: { ...mail, isPlain }, publicUrl: 'https://keys.example.com' };
    return { store: house.store, directory, clock, random, sender: alertSender(settings, clock) };
  }

  const webhookUrl = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  async function channel(body: object): Promise<{ id: string; secret: Buffer }> {
    const answer = await post('/alert-channels', { label: `channel ${Math.random()}`, ...body });
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    const { channelId } = answer.body['channel'] as { channelId: string };
    return {
      id: channelId,
      secret: Buffer.from(String(answer.body['webhookSecret']).slice('whsec_'.length), 'base64'),
    };
  }
  async function raise(...facts: AlertFacts[]): Promise<void> {
    const { records, random } = house.services;
    const writes = await raiseAlerts({ records, random }, house.tenant, facts, nowMs);
    if (writes.length > 0) await house.commit(...writes);
  }
  const alerts = async () => (await get('/alerts'))['items'] as { state: string; attempts: number; failure?: string }[];

  it('reach a webhook, signed as Standard Webhooks says, once', async () => {
    const { secret } = await channel({ webhookUrl: webhookUrl() });
    await raise(FACTS);
    await Promise.all([sendAlerts(ports), sendAlerts(portsWith(true))]);
    await sendAlerts(ports);
    expect(got).toHaveLength(1);
    const { headers, body } = got[0]!;
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    const mac = createHmac('sha256', secret).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    expect(JSON.parse(body)).toMatchObject({
      type: 'keystead.vault.run-failed',
      data: {
        environment: 'Production',
        code: 'target-full',
        link: 'https://keys.example.com/console/environments/e/runs/r',
      },
    });
    expect(await alerts()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });

  it('reach a mailbox over STARTTLS, with who sends and nobody else named', async () => {
    await channel({ emailRecipients: ['a@example.com', 'b@example.org'] });
    await raise(FACTS);
    ports = portsWith(false);
    await sendAlerts(ports);
    expect(await alerts()).toMatchObject([{ state: 'delivered' }]);
    expect(mails).toMatchObject([{ recipients: ['a@example.com', 'b@example.org'], secure: true, user: 'keystead' }]);
    const { text } = mails[0]!;
    expect(text).toMatch(/^From: keystead@example\.com\r$/m);
    expect(text).toMatch(/^Subject: \[Keystead\] A run failed \(Production\)\r$/m);
    expect(text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(text).toContain('Reason: target-full');
    expect(text).not.toContain('b@example.org');
  });

  it('do not go over a line without TLS, but on this machine', async () => {
    await channel({ emailRecipients: ['a@example.com'] });
    await raise(FACTS);
    const plain = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'] });
    await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done));
    const { directory, clock, random } = house.services;
    const mail = { host: 'localhost', port: (plain.server.address() as AddressInfo).port, from: 'k@example.com' };
    const sender = alertSender({ egress: {}, mail: { ...mail, isImplicitTls: false, isPlain: false } }, clock);
    await sendAlerts({ store: house.store, directory, clock, random, sender });
    await new Promise<void>((done) => plain.close(done));
    expect(await alerts()).toMatchObject([
      { state: 'waiting', failure: expect.stringMatching(/tls|smtp|unreachable/) },
    ]);
    expect(mails).toEqual([]);
  });

  it('are sent again, later each time, with the same id; and given up after a week, which is recorded', async () => {
    await channel({ webhookUrl: webhookUrl() });
    await raise(FACTS);
    status = 500;
    await sendAlerts(ports);
    await sendAlerts(ports);
    expect(await alerts()).toMatchObject([{ state: 'waiting', attempts: 1, failure: 'status-500' }]);
    later(7_000);
    await sendAlerts(ports);
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(got).toHaveLength(2);
    // A clock that jumps gives nothing up: it was hardly tried.
    later(365 * 24 * 3_600_000);
    await sendAlerts(ports);
    expect(await alerts()).toMatchObject([{ state: 'waiting', attempts: 3 }]);
    for (let attempts = 4; attempts <= 20; attempts++) {
      later(8 * 3_600_000);
      await sendAlerts(ports);
    }
    expect(await alerts()).toMatchObject([{ state: 'abandoned', attempts: 20 }]);
    const actions = house.store.entries().map(({ leaf }) => (JSON.parse(String(leaf)) as { action: string }).action);
    expect(actions).toContain('keystead:AbandonAlert');
  });

  it('are given up together where the others have waited behind the one that was tried', async () => {
    await channel({ webhookUrl: webhookUrl() });
    await raise(FACTS, { ...FACTS, kind: 'run-incomplete' });
    status = 500;
    const states = async () => (await alerts()).map(({ state, attempts }) => `${state} ${attempts}`).toSorted();
    for (let tries = 1; tries < 20; tries++) {
      await sendAlerts(ports);
      later(10 * 3_600_000);
    }
    expect(await states()).toEqual(['waiting 0', 'waiting 19']);
    await sendAlerts(ports);
    expect(await states()).toEqual(['abandoned 1', 'abandoned 20']);
  });

  it('go on after a server that was killed between beginning and end', async () => {
    await channel({ webhookUrl: webhookUrl() });
    await raise(FACTS);
    let isDead = false;
    const commit: typeof house.store.commit = (change) =>
      isDead ? Promise.reject(new Error('killed')) : house.store.commit(change);
    const store = Object.assign(Object.create(house.store) as typeof house.store, {
      read: house.store.read.bind(house.store),
      listNames: house.store.listNames.bind(house.store),
      commit,
    });
    const send = async () => void (isDead = true);
    const killed: AlertPorts = { ...ports, store, sender: { send } } as AlertPorts;
    await expect(sendAlerts(killed)).rejects.toThrow(AggregateError);
    expect(await sendAlerts(ports)).toBe(0);
    later(61_000);
    expect(await sendAlerts(ports)).toBe(1);
    expect(await alerts()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  it('are put off like any failure where their channel cannot be read, which is said once', async () => {
    await channel({ webhookUrl: webhookUrl() });
    await raise(FACTS);
    const damaged = { ...ports, sender: { send: () => Promise.reject(new Error('the secret does not open')) } };
    await expect(sendAlerts(damaged)).rejects.toThrow(AggregateError);
    expect(await alerts()).toMatchObject([{ state: 'waiting', attempts: 1, failure: 'fault' }]);
    later(7_000);
    expect(await sendAlerts(damaged)).toBe(0);
    later(20_000);
    expect(await sendAlerts(ports)).toBe(0);
    later(20_000);
    expect(await sendAlerts(ports)).toBe(1);
    expect(await alerts()).toMatchObject([{ state: 'delivered', attempts: 3 }]);
  });

  it('wait for no other channel that is out of reach', async () => {
    await channel({ emailRecipients: ['a@example.com'] });
    await channel({ webhookUrl: webhookUrl() });
    refusesMail = true;
    ports = portsWith(false);
    await raise(FACTS, { ...FACTS, kind: 'key-unavailable' });
    await sendAlerts(ports);
    expect(got).toHaveLength(2);
    expect((await alerts()).filter(({ failure }) => failure === 'smtp-452')).toHaveLength(1);
  });

  it('wait for no flood of another channel, or of another tenant, that is out of reach', async () => {
    const webhook = { webhookUrl: 'http://127.0.0.1:1/hook' };
    const dead = await channel(webhook);
    const stranger = (await house.member(['administrator'], house.stranger)).apiKey;
    const made = await house.send(stranger, 'POST', '/alert-channels', { label: 'dead', ...webhook });
    const { channelId } = made.body['channel'] as { channelId: string };
    const { random } = house.services;
    const flood = (tenant: Tenant, id: string, count: number) =>
      Array.from({ length: count }, () => {
        const fields = { tenantId: tenant.tenantId, id: uuid(random), channelId: id, facts: FACTS };
        return putAlert(tenant.tenantKey, undefined, alertFor(fields, nowMs));
      });
    const all = [...flood(house.stranger, channelId, 210), ...flood(house.tenant, dead.id, 60)];
    for (let at = 0; at < all.length; at += 50) await house.commit(...all.slice(at, at + 50));
    later(1);
    await post(`/alert-channels/${(await channel({ webhookUrl: webhookUrl() })).id}/test`);
    await sendAlerts(ports);
    expect(got).toHaveLength(1);
    await house.send(stranger, 'POST', `/alert-channels/${channelId}/delete`);
    await post(`/alert-channels/${dead.id}/delete`);
    later(60_000);
    await sendAlerts(ports);
    await sendAlerts(ports);
  });

  it('go only to who wants them', async () => {
    await channel({ webhookUrl: webhookUrl(), kinds: ['key-unavailable'] });
    await channel({ webhookUrl: webhookUrl(), environmentIds: ['4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21'] });
    await raise(FACTS);
    expect(await alerts()).toEqual([]);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])(
    'are refused a channel to %s, unless the operator names it',
    async (host) => {
      const strict = await adminHouse();
      try {
        const administrator = (await strict.member(['administrator'])).apiKey;
        const body = { label: 'x', webhookUrl: `http://${host}:1/hook` };
        const answer = await strict.send(administrator, 'POST', '/alert-channels', body);
        expect(refused(answer)).toEqual([400, 'channel-malformed']);
        expect(JSON.stringify(answer.body)).toContain('KEYSTEAD_EGRESS_HOSTS');
      } finally {
        await strict.close();
      }
    },
  );

  it('do not reach this machine on the word of a tenant', async () => {
    await channel({ webhookUrl: webhookUrl() });
    await raise(FACTS);
    const { clock } = house.services;
    await sendAlerts({ ...ports, sender: alertSender({ egress: {} }, clock) });
    expect(got).toEqual([]);
    expect(await alerts()).toMatchObject([{ state: 'waiting', failure: 'not-allowed' }]);
  });

  it('are tested the way they all go, and are forgotten with their channel', async () => {
    const { id } = await channel({ webhookUrl: webhookUrl() });
    const { status: made, body } = await post(`/alert-channels/${id}/test`);
    expect([made, body]).toMatchObject([201, { kind: 'test', state: 'waiting' }]);
    await sendAlerts(ports);
    expect(await get(`/alerts/${String(body['alertId'])}`)).toMatchObject({ state: 'delivered' });
    await post(`/alert-channels/${id}/test`);
    await post(`/alert-channels/${id}/delete`);
    await sendAlerts(ports);
    expect(got).toHaveLength(1);
    expect(await alerts()).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['nowhere', {}],
    ['two places', { webhookUrl: 'https://example.com', emailRecipients: ['a@example.com'] }],
    ['an address with a line end', { emailRecipients: ['a@example.com\r\nBcc: b@example.com'] }],
    ['two addresses in one', { emailRecipients: ['a@example.com,b@example.com'] }],
    ['a name and an address', { emailRecipients: ['A <a@example.com>'] }],
    ['metadata of a cloud', { webhookUrl: 'http://169.254.169.254/latest' }],
    ['another protocol', { webhookUrl: 'ftp://example.com/' }],
    ['a password in the address', { webhookUrl: 'https://u:p@example.com/' }],
  ])('are refused a channel to %s', async (_, body) => {
    expect(refused(await post('/alert-channels', { label: 'x', ...body }))).toEqual([400, 'channel-malformed']);
  });

  it.each([
    'a@b',
    '@example.com',
    'a@',
    'a b@example.com',
    '"a"@example.com',
    'a@-x.com',
    `${'a'.repeat(65)}@example.com`,
  ])('take %s for no address', (text) => expect(isEmailAddress(text)).toBe(false));

  it('can begin no header and no line of a mail with what somebody named', () => {
    const facts: AlertFacts = {
      kind: 'run-failed',
      environment: 'x\r\nBcc: evil@example.com\u2028y',
      environmentId: 'e',
    };
    const alert = { tenantId: 't', id: 'i', revision: 1, channelId: 'c', atMs: 0, facts };
    const { subject, text } = alertMessage(
      { ...alert, delivery: { state: 'waiting', attempts: 0, nextAtMs: 0 } },
      undefined,
    );
    expect(subject).not.toMatch(/[\r\n\u2028]/);
    expect(text.split('\n').filter((line) => line.startsWith('Bcc'))).toEqual([]);
  });
});
