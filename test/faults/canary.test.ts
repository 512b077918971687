import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { KeysteadClient, type Run } from '@keystead/sdk';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initialise } from '../../src/server/initialise.ts';
import { codeAt } from '../../src/protocols/admin/sign-in/person.fixture.ts';
import { kmsClient, makeHome } from '../process/server-process.ts';

// What nobody may ever see: names that no other text has, in every way in which they could be written.
const mark = randomBytes(9).toString('hex');
const NAME = `canary-name-${mark}`;
const CONTENT = `canary-content-${mark}`;
const PASSWORD = `canary-password-${mark}`;

const home = makeHome();
const source = join(home.folder, 'source');
const vault = join(home.folder, 'vaults', 'canary');
const temporary = join(home.folder, 'tmp');
let server: ChildProcess;
let admin: KeysteadClient;
let url: string;
let webhook: Server;
let mail: SMTPServer;
/** Everything that left the server but answers: what it logs, and what it tells people. */
let said = '';
/** What arrived at people. */
const told: string[] = [];
/** What is looked for, by what it is. */
const secrets = new Map<string, Buffer>();

beforeAll(async () => {
  for (const folder of [join(source, NAME), temporary]) mkdirSync(folder, { recursive: true });
  fill('first');
  // What cannot be kept becomes a problem of the run, with its name.
  execFileSync('mkfifo', [join(source, `${NAME}-pipe`)]);
  webhook = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.on('data', (data: Buffer) => void (told.push(data.toString('latin1')), (said += data.toString('latin1'))));
    request.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((done) => webhook.listen(0, '127.0.0.1', done));
  mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    onData: (stream, _session, done) => {
      stream.on('data', (data: Buffer) => void (told.push(data.toString('latin1')), (said += data.toString('latin1'))));
      stream.on('end', () => done());
    },
  });
  await new Promise<void>((done) => mail.listen(0, '127.0.0.1', done));
  const first = await initialise(home.config, { newCredentials: false });
  writeFileSync(join(home.folder, 'smtp-password'), `${PASSWORD}-smtp\n`, { mode: 0o600 });
  await start();
  admin = new KeysteadClient({ url, apiKey: first.apiKey });
  secrets.set('an API key', Buffer.from(first.apiKey));
  secrets.set('a secret access key', Buffer.from(first.secretAccessKey));
  secrets.set('a password', Buffer.from(PASSWORD));
  await signIn(first.signInToken);
  secrets.set('the name of a file', Buffer.from(NAME));
  secrets.set('the content of a file', Buffer.from(CONTENT));
  const { KeyMetadata } = await kmsClient(url, first).send(new CreateKeyCommand({}));
  const { accessKeyId, secretAccessKey, region } = first;
  const keyId = KeyMetadata!.Arn!;
  const { environment } = await admin.createEnvironment({
    label: 'canary',
    storage: { type: 'folder', path: vault, region },
    encryptAutomatically: true,
    masterKey: { provider: 'aws-kms', keyId, endpoint: url, accessKeyId, secretAccessKey },
  });
  environmentId = environment.environmentId;
  const { webhookSecret = '' } = await admin.createAlertChannel({
    label: 'pager',
    webhookUrl: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/hook`,
  });
  secrets.set('the secret of a webhook', Buffer.from(webhookSecret.slice('whsec_'.length), 'base64'));
  await admin.createAlertChannel({ label: 'mail', emailRecipients: ['oncall@example.com'] });
});
afterAll(async () => {
  server.kill('SIGKILL');
  await new Promise((done) => webhook.close(done));
  await new Promise<void>((done) => mail.close(done));
  home.remove();
});
let environmentId: string;

/** A person sets up a password with an app by the first link, and signs in by a recovery code. */
async function signIn(token: string): Promise<void> {
  const password = 'a canary that sings in a browser';
  const open = new KeysteadClient({ url });
  const { setup, secret } = await open.startPasswordEnrolment({ token });
  const code = codeAt(secret, Date.now());
  const { name, recoveryCodes = [] } = await open.finishPasswordEnrolment({ token, password, setup, code });
  const [used = '', kept = ''] = recoveryCodes;
  const answer = await fetch(`${url}/admin/v1/sign-in/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password, code: used }),
  });
  const [cookie = ''] = answer.headers.getSetCookie().map((text) => /=([^;]+)/.exec(text)?.[1] ?? '');
  expect([answer.status, cookie.length]).toEqual([200, 43]);
  const shown = { 'a sign-in link': token, 'a password of a person': password, 'a set-up': setup, cookie, used, kept };
  for (const [what, text] of Object.entries(shown)) secrets.set(what, Buffer.from(text));
  secrets.set('the secret of an app', Buffer.from(secret));
}

/** New content under a name that nobody may see, long enough to be in chunks of its own. */
function fill(which: string): void {
  writeFileSync(join(source, NAME, which), `${CONTENT} ${which}\n`.repeat(20_000));
  writeFileSync(join(source, NAME, `${NAME}-${which}`), randomBytes(3 << 20));
}

async function start(): Promise<void> {
  server = spawn(process.execPath, [resolve(import.meta.dirname, '../../src/main.ts'), 'serve'], {
    env: {
      PATH: process.env['PATH'],
      ...home.environment,
      TMPDIR: temporary,
      KEYSTEAD_LOG_LEVEL: 'debug',
      KEYSTEAD_EGRESS_HOSTS: '127.0.0.1',
      KEYSTEAD_SMTP_URL: `smtp://127.0.0.1:${(mail.server.address() as AddressInfo).port}`,
      KEYSTEAD_SMTP_FROM: 'keystead@example.com',
      KEYSTEAD_SMTP_USER: 'keystead',
      KEYSTEAD_SMTP_PASSWORD_FILE: join(home.folder, 'smtp-password'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const listening = Promise.withResolvers<string>();
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on('data', (data: Buffer) => {
      said += data.toString('latin1');
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) listening.resolve(found[0]);
    });
  }
  url = await listening.promise;
}

async function ended(run: Run): Promise<Run> {
  let now = run;
  for (; now.state === 'running'; await wait(25)) now = await admin.getRun(run.runId);
  return now;
}

/** Processes that the server has started, by what /proc says: its runs. */
function runsOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1];
        const isRun = readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('/runs/agent.ts');
        return Number(parent) === pid && isRun ? [Number(name)] : [];
      } catch {
        return [];
      }
    });
}

/** A secret as itself, and as it would look in hexadecimal and in base64 at any place of a longer text. */
function writings(secret: Buffer): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(shift === 0 ? 0 : shift + 1, -1);
  });
  const url64 = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = secret.toString('hex');
  const utf16 = Buffer.from(secret.toString('latin1'), 'utf16le');
  return [secret, utf16, ...[...base64, ...url64, hex, hex.toUpperCase()].map((text) => Buffer.from(text))];
}

/** Where any secret is, in files below folders and in what the server said. */
function leaks(folders: readonly string[]): string[] {
  const needles = [...secrets].flatMap(([what, secret]) => writings(secret).map((needle) => [what, needle] as const));
  const heard = Buffer.from(said, 'latin1');
  const found = needles.filter(([, needle]) => heard.includes(needle)).map(([what]) => `${what} was said`);
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const bytes = entry.isFile() ? contentsOf(path) : Buffer.alloc(0);
      for (const [what, needle] of needles) {
        const at = bytes.indexOf(needle);
        if (at >= 0 || path.slice(folder.length).includes(needle.toString('latin1')))
          found.push(`${what} is in ${path}`);
      }
    }
  }
  return [...new Set(found)];
}

/** A tile that is not full goes away when a fuller one has come, with all that was in it. */
function contentsOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && path.includes('.p/')) return Buffer.alloc(0);
    throw error;
  }
}

const PLACES = () => [vault, home.config.dataFolder, join(home.folder, 'seal'), temporary];

it('no name, content, password or key is in what is stored, logged or told, whatever happens', async () => {
  const backup = async () => await ended(await admin.startBackup(environmentId, { source, sourceName: 'records' }));
  const restore = async (body: object = {}) =>
    await ended(await admin.startRestore(environmentId, { destination: join(home.folder, 'back'), ...body }));
  await admin.createSource(environmentId, {
    name: 'a database',
    postgres: { host: 'localhost', user: 'somebody', password: `${PASSWORD}-database` },
  });
  await admin.createSource(environmentId, { name: 'some files', folder: { path: source, include: ['*.pdf'] } });
  const one = await backup();
  expect([one.state, one.report?.problemCount]).toEqual(['succeeded', 1]);
  fill('second');
  const two = await backup();
  // It can be found, where it may be: otherwise nothing below would prove anything.
  expect(leaks([source]).some((text) => text.startsWith('the name of a file'))).toBe(true);

  const page = await admin.browseSnapshot(environmentId, { path: NAME });
  expect(JSON.stringify(page)).toContain(NAME);
  await admin.searchSnapshot(environmentId, { pattern: `*${NAME}*` });
  await admin.getPathHistory(environmentId, { path: `${NAME}/first` });
  await admin.compareSnapshots(environmentId, {
    beforeSnapshotId: one.report!.snapshotId!,
    snapshotId: two.report!.snapshotId!,
  });
  await admin.planRestore(environmentId, { destination: join(home.folder, 'back'), paths: [NAME] });
  expect((await restore({ paths: [`${NAME}/first`] })).state).toBe('succeeded');
  expect((await ended(await admin.startVerification(environmentId, { level: 'drill' }))).state).toBe('succeeded');

  // Runs that fail, with the names in what they were asked for, in what they trip over, and in the store.
  expect((await restore({ paths: [`${NAME}/nowhere`] })).state).toBe('failed');
  writeFileSync(join(home.folder, 'back', NAME, 'first'), 'something else');
  expect((await restore()).state).toBe('failed');
  await admin.browseSnapshot(environmentId, { path: `${NAME}/nowhere` }).catch(() => undefined);
  rmSync(join(home.folder, 'back'), { recursive: true });
  writeFileSync(join(home.folder, 'back'), NAME);
  expect((await restore()).state).toBe('failed');
  rmSync(join(home.folder, 'back'));

  // Runs that are killed.
  for (const begin of [
    async () => (fill('third'), await admin.startBackup(environmentId, { source, sourceName: 'records' })),
    async () => await admin.startRestore(environmentId, { destination: join(home.folder, 'half') }),
    async () => await admin.startVerification(environmentId, { level: 'data' }),
  ]) {
    const run = await begin();
    let pids = runsOf(server.pid as number);
    while (pids.length === 0 && (await admin.getRun(run.runId)).state === 'running') {
      await wait(5);
      pids = runsOf(server.pid as number);
    }
    await wait(150);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was faster.
      }
    }
    await ended(run);
  }

  // A store that has lost its newest snapshot, and one that is damaged: people are told of both.
  const { snapshots } = await admin.listSnapshots(environmentId);
  const newest = snapshots.toSorted((a, b) => (a.snapshotId < b.snapshotId ? -1 : 1)).at(-1)!.snapshotId;
  rmSync(join(vault, 'snapshots', newest.replace('-', '/')));
  const packs = readdirSync(join(vault, 'packs'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const { parentPath, name } of packs) {
    const path = join(parentPath, name);
    const bytes = readFileSync(path);
    bytes[200]! ^= 1;
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
  }
  expect(
    (await ended(await admin.startVerification(environmentId, { level: 'data' }))).report?.findingCount,
  ).toBeGreaterThan(1);
  // By webhook and by mail: each says it in its own way.
  const wanted = [
    'keystead.vault.run-failed',
    'keystead.vault.run-incomplete',
    'keystead.vault.store-rolled-back',
    'The store does not have what it had',
  ];
  const missing = () => wanted.filter((words) => !told.some((text) => text.includes(words)));
  for (let looks = 0; looks < 200 && missing().length > 0; looks++) await wait(50);
  expect(missing()).toEqual([]);

  expect(leaks(PLACES())).toEqual([]);
  server.kill('SIGTERM');
  await once(server, 'exit');
  expect(leaks(PLACES())).toEqual([]);
  // What this machine knows of the store is for its owner alone.
  const loose = [home.config.dataFolder, temporary].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0)
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(loose).toEqual([]);
});
