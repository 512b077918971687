import { execFileSync } from 'node:child_process';
import { createCipheriv, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { KeysteadClient } from '@keystead/sdk';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { wrapForImport } from '../../src/keys/key-space.fixture.ts';
import type { OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { bearer, keyProtectCalls } from './key-protect-client.fixture.ts';
import { sdkClient } from './sdk-client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';
import { Refusal, type TourClient } from './tour-client.fixture.ts';
import { guideOf, SECTIONS, type Guide } from './tour.fixture.ts';

const SECOND_REGION = 'eu-west-1';

/** Members of requests and answers that nobody but the caller may ever see. */
const SECRET_MEMBERS = new Set([
  'Plaintext',
  'PrivateKeyPlaintext',
  'SharedSecret',
  'GrantToken',
  'Message',
  'RawSecretAccessKey',
  'KeyStorePassword',
]);

/** By what name the server finds its own proxy. */
const PROXY = 'xks.example.com';
const proxies = new Map<string, { readonly host: string; readonly port: number }>();
const folder = mkdtempSync(join(tmpdir(), 'keystead-secrets-'));

/** Shorter ones may stand anywhere by chance. */
const SHORTEST = 16;

const secrets = new Map<string, Buffer>();
const refusals: string[] = [];
const lines: string[] = [];
let server: RunningInstallation;
let client: TourClient;
let guide: Guide;

/** Notes the secrets of a request or an answer. */
function note(operation: string, value: unknown): void {
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (!SECRET_MEMBERS.has(name)) note(operation, member);
    else keep(`${name} of ${operation}`, Buffer.isBuffer(member) ? member : Buffer.from(String(member)));
  }
}

function keep(name: string, secret: Buffer): void {
  if (secret.length >= SHORTEST) secrets.set(`${name} #${secrets.size}`, Buffer.from(secret));
}

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  server = await startInstallation({ logLevel: 'trace', ...ownProxy() }, (fields, message) =>
    log.info(fields, message),
  );
  proxies.set(PROXY, { host: '127.0.0.1', port: Number(new URL(server.xksUrl as string).port) });
  const { accessKeyId, secretAccessKey, region, apiKey, accountId } = server.first;
  keep('secretAccessKey', Buffer.from(secretAccessKey));
  keep('apiKey', Buffer.from(apiKey));
  await new KeysteadClient({ url: server.url, apiKey }).addRegion({ region: SECOND_REGION });
  const inner = sdkClient({ url: server.url, region, accessKeyId, secretAccessKey });
  client = {
    async call(operation, input, inRegion) {
      note(operation, input);
      try {
        const answer = await inner.call(operation, input, inRegion);
        note(operation, answer);
        return answer;
      } catch (error) {
        if (error instanceof Refusal) refusals.push(error.message);
        throw error;
      }
    },
    close: () => inner.close(),
  };
  guide = guideOf(client, { accountId, region, secondRegion: SECOND_REGION }, (secret) => keep('kept', secret));
});
afterAll(async () => {
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Uses that go wrong with a secret in hand: what is said of them must not repeat it. */
async function misuse({ newKey, call, refused }: Guide): Promise<void> {
  const { id: KeyId } = await newKey();
  const Plaintext = Buffer.from(randomBytes(24).toString('hex'));
  const EncryptionContext = { a: 'b' };
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext, EncryptionContext });
  const asks: readonly [OperationName, object][] = [
    ['Encrypt', { KeyId: 'alias/nobody', Plaintext }],
    ['Encrypt', { KeyId, Plaintext, DryRun: true }],
    ['Encrypt', { KeyId, Plaintext: Buffer.concat([Plaintext, Buffer.alloc(4096)]) }],
    ['Encrypt', { KeyId, Plaintext, GrantTokens: [Plaintext.toString()] }],
    ['Encrypt', { KeyId, Plaintext, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }],
    ['Sign', { KeyId, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' }],
    ['GenerateMac', { KeyId, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' }],
    ['Decrypt', { CiphertextBlob }],
    ['RetireGrant', { GrantToken: Plaintext.toString() }],
    ['ReEncrypt', { CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: 'alias/nobody' }],
  ];
  for (const [operation, input] of asks) expect(await refused(operation, input)).toMatch(/Exception$/);
}

interface Brought {
  readonly spec: object;
  /** As it is imported. */
  readonly material: Buffer;
  /** The part of it that is secret. */
  readonly secret: Buffer;
}

function keyPair(spec: object, privateKey: KeyObject, part: 'd' | 'p'): Brought {
  const material = privateKey.export({ format: 'der', type: 'pkcs8' });
  return { spec, material, secret: Buffer.from(privateKey.export({ format: 'jwk' })[part] as string, 'base64url') };
}

/** Private keys and MAC keys of our own, which come in wrapped. */
async function bringKeys({ newKey, call }: Guide): Promise<void> {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const mac = randomBytes(32);
  const WrappingAlgorithm = 'RSA_AES_KEY_WRAP_SHA_256';
  const brought: readonly Brought[] = [
    keyPair({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, ec, 'd'),
    keyPair({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }, rsa, 'p'),
    { spec: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }, material: mac, secret: mac },
  ];
  for (const { spec, material, secret } of brought) {
    keep(`imported ${JSON.stringify(spec)}`, secret);
    const { id: KeyId } = await newKey({ ...spec, Origin: 'EXTERNAL' });
    const wrapping = { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' };
    const { PublicKey, ImportToken } = await call('GetParametersForImport', wrapping);
    const publicKey = createPublicKey({ key: PublicKey, format: 'der', type: 'spki' });
    const EncryptedKeyMaterial = wrapForImport(WrappingAlgorithm, publicKey, material);
    const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE';
    await call('ImportKeyMaterial', { KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel });
  }
}

/** The server as its own external key store: its proxy listens over TLS, under a name that leads home. */
function ownProxy(): Pick<Config, 'xks' | 'keyStores'> {
  const [certificatePath, keyPath] = [join(folder, 'xks.crt'), join(folder, 'xks.key')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath];
  const subject = ['-subj', `/CN=${PROXY}`, '-addext', `subjectAltName=DNS:${PROXY}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', certificatePath], { stdio: 'pipe' });
  return {
    xks: { listen: { host: '127.0.0.1', port: 0, tls: { certificatePath, keyPath } } },
    keyStores: { connect: proxies, caFile: certificatePath, timeoutMs: 10_000 },
  };
}

/** A key outside, with the credentials that both sides know, and a use of it. */
async function goOutside({ call, newKey }: Guide): Promise<void> {
  const { region, apiKey } = server.first;
  const api = new KeysteadClient({ url: server.url, apiKey });
  const { endpoint, accessKeyId, rawSecretAccessKey } = await api.createXksEndpoint({ name: 'own', region });
  keep('secret of the proxy', Buffer.from(rawSecretAccessKey));
  const { id } = await newKey();
  await api.exposeXksKey(endpoint.endpointId, { keyId: id, xksKeyId: 'outer' });
  const { CustomKeyStoreId } = await call('CreateCustomKeyStore', {
    CustomKeyStoreName: 'outside',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyUriEndpoint: `https://${PROXY}`,
    XksProxyUriPath: endpoint.uriPath,
    XksProxyAuthenticationCredential: { AccessKeyId: accessKeyId, RawSecretAccessKey: rawSecretAccessKey },
  });
  await call('ConnectCustomKeyStore', { CustomKeyStoreId });
  const { id: KeyId } = await newKey({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'outer' });
  const Plaintext = Buffer.from(randomBytes(24).toString('hex'));
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext });
  expect((await call('Decrypt', { CiphertextBlob })).Plaintext).toEqual(Plaintext);
  await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
}

/** Credentials of a session, and a use of them. */
async function openSession(): Promise<void> {
  const { accessKeyId, secretAccessKey, region } = server.first;
  const sts = new STSClient({ endpoint: server.url, region, credentials: { accessKeyId, secretAccessKey } });
  const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  keep('session secret', Buffer.from(SecretAccessKey));
  keep('session token', Buffer.from(SessionToken));
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const kms = new KMS({ endpoint: server.url, region, credentials });
  await kms.listKeys({});
  const forged = new KMS({
    endpoint: server.url,
    region,
    credentials: { ...credentials, secretAccessKey: 'x'.repeat(40) },
  });
  await expect(forged.listKeys({})).rejects.toThrow('signature');
  for (const opened of [sts, kms, forged]) opened.destroy();
}

/** Secrets of every kind that come and go by IBM's wire, and requests that go wrong with one in hand. */
async function speakToIbmWire(): Promise<void> {
  const { url, first } = server;
  const api = new KeysteadClient({ url, apiKey: first.apiKey });
  const token = await bearer(url, first.apiKey);
  keep('bearer token', Buffer.from(token.slice(-64)));
  const ask = keyProtectCalls(url, first.instanceId, token);
  const drawn = (name: string, length = 32): Buffer => {
    const secret = randomBytes(length);
    keep(name, secret);
    return secret;
  };
  const make = async (resource: object) => {
    const { status, body } = await ask('POST', '/keys', enveloped({ name: 'a key', ...resource }));
    expect(status).toBe(201);
    return body.resources[0].id as string;
  };
  const refused = async (method: string, path: string, body: object) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    refusals.push(JSON.stringify(answer.body));
  };
  const told = async (id: string) => Buffer.from((await ask('GET', `/keys/${id}`)).body.resources[0].payload, 'base64');

  const stored = drawn('stored secret', 200);
  const payload = stored.toString('base64');
  expect(await told(await make({ extractable: true, payload }))).toEqual(stored);
  keep('stored secret that was made here', await told(await make({ extractable: true })));
  await refused('POST', '/keys', enveloped({ name: 'a key', extractable: true, payload, encryptedNonce: payload }));
  await refused('POST', '/keys', enveloped({ name: 'a key', extractable: false, payload }));

  const root = await make({ extractable: false, payload: drawn('imported root key').toString('base64') });
  await ask('POST', `/keys/${root}/actions/rotate`, { payload: drawn('next material', 32).toString('base64') });
  const plaintext = drawn('wrapped').toString('base64');
  const aad = [drawn('aad', 24).toString('hex')];
  const { ciphertext } = (await ask('POST', `/keys/${root}/actions/wrap`, { plaintext, aad })).body;
  const fresh = (await ask('POST', `/keys/${root}/actions/wrap`)).body;
  keep('data key', Buffer.from(fresh.plaintext, 'base64'));
  expect((await ask('POST', `/keys/${root}/actions/unwrap`, { ciphertext, aad })).body).toMatchObject({ plaintext });
  await ask('POST', `/keys/${root}/actions/rewrap`, { ciphertext, aad });
  await refused('POST', `/keys/${root}/actions/unwrap`, { ciphertext, aad: [...aad, 'another'] });
  await refused('POST', `/keys/${root}/actions/wrap`, { plaintext: `${plaintext}!`, aad });
  await refused('POST', `/keys/${root}/actions/wrap`, { plaintext, [plaintext.slice(0, 4)]: plaintext });
  await refused('POST', `/keys/${root}/actions/rotate`, {
    payload: plaintext,
    iv: plaintext,
    encryptedNonce: plaintext,
  });

  await ask('POST', '/import_token', { maxAllowedRetrievals: 2 });
  const { payload: pem, nonce } = (await ask('GET', '/import_token')).body;
  const material = drawn('material under a token');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', material, iv);
  const proof = [cipher.update(nonce, 'base64'), cipher.final(), cipher.getAuthTag()];
  await make({
    extractable: false,
    payload: wrapForImport(
      'RSAES_OAEP_SHA_256',
      createPublicKey(Buffer.from(pem, 'base64').toString('ascii')),
      material,
    ).toString('base64'),
    encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    encryptedNonce: Buffer.concat(proof).toString('base64'),
    iv: iv.toString('base64'),
  });

  await api.createService({ name: 'told.example.com' });
  const { apiKey } = await api.createServiceCredential('told.example.com', { type: 'api-key' });
  keep('API key of a service', Buffer.from(apiKey as string));
  const events = await api.setServiceEvents('told.example.com', { url: 'http://127.0.0.1:9/told' });
  keep('signing secret', Buffer.from((events.secret as string).replace('whsec_', ''), 'base64'));
}

function enveloped(resource: object): object {
  return {
    metadata: { collectionType: 'application/vnd.ibm.kms.key+json', collectionTotal: 1 },
    resources: [resource],
  };
}

/** Everything that lies in a folder, and where. */
function* filesOf(folder: string): Generator<readonly [string, Buffer]> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield [path, readFileSync(path)];
  }
}

/** All files at one time: where one gave way to its successor meanwhile, it is looked again. */
function allFiles(inFolder: string): (readonly [string, Buffer])[] {
  for (let attempt = 1; ; attempt++) {
    try {
      return [...filesOf(inFolder)];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 50) throw error;
    }
  }
}

/** How a secret may be spelt. Without its ends base64 is the same wherever the secret stands in what is encoded. */
function* formsOf(secret: Buffer): Generator<Buffer> {
  yield secret.subarray(0, 48);
  const hex = secret.subarray(0, 48).toString('hex');
  yield Buffer.from(hex);
  yield Buffer.from(hex.toUpperCase());
  for (const shift of [0, 1, 2]) {
    const base64 = secret.subarray(shift, shift + Math.floor((Math.min(secret.length, 48) - shift) / 3) * 3);
    yield Buffer.from(base64.toString('base64'));
    yield Buffer.from(base64.toString('base64url'));
  }
}

function leaksIn(place: string, bytes: Buffer, among: ReadonlyMap<string, Buffer> = secrets): string[] {
  return [...among].flatMap(([name, secret]) =>
    [...formsOf(secret)].some((form) => bytes.includes(form)) ? [`${name} in ${place}`] : [],
  );
}

describe('secrets that went through a server', () => {
  it('are many', async () => {
    for (const { run } of SECTIONS) await run(guide);
    await misuse(guide);
    await bringKeys(guide);
    await openSession();
    await goOutside(guide);
    await speakToIbmWire();
    expect(secrets.size).toBeGreaterThan(40);
    expect(refusals.length).toBeGreaterThan(10);
  });

  it('are not in its log, nor in what it refused', () => {
    expect(lines.join('')).toContain('serving');
    expect(leaksIn('the log', Buffer.from(lines.join('')))).toEqual([]);
    expect(leaksIn('refusals', Buffer.from(refusals.join('\n')))).toEqual([]);
    expect(server.errors).toEqual([]);
  });

  it('are in no file: database, write-ahead log, audit log, checkpoints', () => {
    const files = allFiles(server.folder);
    const names = files.map(([path]) => path);
    for (const expected of ['keystead.db', 'keystead.db-wal'])
      expect(names.some((name) => name.endsWith(expected))).toBe(true);
    // The scan finds what is there in clear: who asked.
    const open = new Map([['access key id', Buffer.from(server.first.accessKeyId)]]);
    expect(files.flatMap(([path, bytes]) => leaksIn(path, bytes, open))).not.toEqual([]);
    expect(files.flatMap(([path, bytes]) => leaksIn(path, bytes))).toEqual([]);
  });
});
