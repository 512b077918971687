import { createCipheriv, createPublicKey, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { wrapForImport } from '../../../keys/key-space.fixture.ts';
import type { WrappingAlgorithmName } from '../../../crypto/import-wrapping.ts';
import type { Commit } from '../../../records/commit.ts';
import { forgetDue } from '../../../jobs/forget-due.ts';
import { IMPORT_TOKENS } from '../../../jobs/forgotten.ts';
import { REGION, World, type Account, type Answered } from '../key-protect.fixture.ts';
import { rootKey } from './root-key.fixture.ts';

let world: World;
let account: Account;

beforeEach(async () => {
  world = new World();
  account = await world.account();
});

const call = (method: string, path: string, body?: unknown) =>
  world.call(account, account.admin, method, path, { body });
const told = ({ status, code }: Answered) => [status, code];
const create = (body?: unknown) => call('POST', '/import_token', body);
const read = () => call('GET', '/import_token');
const OVER = [409, 'IMPORT_TOKEN_EXPIRED_ERR'];

const KEPT_MS = 10 * 60_000;

describe('an import token that is over', () => {
  const sweep = () => forgetDue(world, IMPORT_TOKENS, world.clock());
  const record = () => world.store.list(account.tenant.tenantId, 'instance-import-token', REGION, { limit: 2 });
  const names = () => world.store.listNames('import-token-end', { limit: 10 });

  it('goes with its private key, by the clock and from the disk', async () => {
    await create({ maxAllowedRetrievals: 2 });
    await read();
    const commits: Commit[] = [];
    const commit = world.store.commit.bind(world.store);
    world.store.commit = (one) => (commits.push(one), commit(one));
    world.clock.set(world.clock() + 600_000 + KEPT_MS - 1);
    expect(await sweep()).toBe(0);
    world.clock.set(world.clock() + 1);
    expect(await sweep()).toBe(1);
    expect(commits).toMatchObject([{ shred: true }]);
    expect([record(), names()]).toEqual([[], []]);
    expect(await sweep()).toBe(0);
    expect(told(await read())).toEqual(OVER);
    expect((await create()).status).toBe(200);
    expect((await read()).status).toBe(200);
  });

  it('is not taken for the one in its place', async () => {
    await create({ expiration: 300 });
    await create({ expiration: 86_400, maxAllowedRetrievals: 2 });
    world.clock.set(world.clock() + 300_000 + KEPT_MS);
    expect(await sweep()).toBe(0);
    expect(names()).toHaveLength(1);
    expect((await read()).status).toBe(200);
  });
});

describe('an import token', () => {
  it('is made with the defaults, and without an envelope', async () => {
    const { status, headers, body } = await create();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/vnd.ibm.kms.import_token+json');
    expect(body).toEqual({
      creationDate: '2027-01-15T08:00:00Z',
      expirationDate: '2027-01-15T08:10:00Z',
      maxAllowedRetrievals: 1,
      remainingRetrievals: 1,
    });
  });

  it('is read with a public key in PEM and a nonce of 12 bytes, and counts', async () => {
    expect((await create({ expiration: 86_400, maxAllowedRetrievals: 50 })).body).toMatchObject({
      remainingRetrievals: 50,
    });
    const first = (await read()).body;
    expect(first).toMatchObject({ maxAllowedRetrievals: 50, remainingRetrievals: 49 });
    expect(first.expirationDate).toBe('2027-01-16T08:00:00Z');
    expect(Buffer.from(first.nonce, 'base64')).toHaveLength(12);
    const pem = Buffer.from(first.payload, 'base64').toString();
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(createPublicKey(pem).asymmetricKeyType).toBe('rsa');
    const second = (await read()).body;
    expect(second).toEqual({ ...first, remainingRetrievals: 48 });
  });

  it.each([
    [{ expiration: 300, maxAllowedRetrievals: 500 }, 200],
    [{ Expiration: 86_400 }, 200],
    [{ expiration: null, maxAllowedRetrievals: null }, 200],
    [{}, 200],
    [null, 200],
    [{ expiration: 299 }, 400],
    [{ expiration: 86_401 }, 400],
    [{ expiration: 600.5 }, 400],
    [{ expiration: '600' }, 400],
    [{ maxAllowedRetrievals: 0 }, 400],
    [{ maxAllowedRetrievals: 501 }, 400],
    [{ maxAllowedRetrievals: -1 }, 400],
    [{ nonce: 'AAAA' }, 400],
    [[], 400],
  ])('of %j answers %i', async (body, status) => {
    expect((await create(body)).status).toBe(status);
  });

  it('is not read before it was made', async () => {
    expect(told(await read())).toEqual(OVER);
  });

  it('is not read once it was read as often as it may', async () => {
    await create({ maxAllowedRetrievals: 2 });
    expect([(await read()).status, (await read()).status]).toEqual([200, 200]);
    expect(told(await read())).toEqual(OVER);
    expect(told(await read())).toEqual(OVER);
  });

  it('is not read once its time is over, to the millisecond', async () => {
    await create({ expiration: 300, maxAllowedRetrievals: 10 });
    const now = world.clock();
    world.clock.set(now + 299_999);
    expect((await read()).status).toBe(200);
    world.clock.set(now + 300_000);
    expect(told(await read())).toEqual(OVER);
  });

  it('gives way to a new one, and its key goes from the disk with it', async () => {
    await create({ maxAllowedRetrievals: 5 });
    const old = (await read()).body;
    const commits: Commit[] = [];
    const commit = world.store.commit.bind(world.store);
    world.store.commit = (one: Commit) => {
      commits.push(one);
      return commit(one);
    };
    expect((await create()).body.remainingRetrievals).toBe(1);
    expect(commits.map(({ shred }) => shred)).toEqual([true]);
    expect((await read()).body.nonce).not.toBe(old.nonce);
    expect(told(await read())).toEqual(OVER);
  });

  it('is handed out as often as it may be and no more, however many ask at the same time', async () => {
    await create({ maxAllowedRetrievals: 20 });
    const answers = await Promise.all(Array.from({ length: 50 }, read));
    const handed = answers.filter(({ status }) => status === 200).map(({ body }) => body.remainingRetrievals);
    expect(handed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ code }) => code))).toEqual(new Set([OVER[1]]));
  });

  it('belongs to one instance, and needs the permission', async () => {
    await create({ maxAllowedRetrievals: 9 });
    const other = await world.account('two');
    expect(told(await world.call(other, other.admin, 'GET', '/import_token'))).toEqual(OVER);
    const user = await world.actor(account.tenant, 'user', ['user']);
    for (const method of ['GET', 'POST']) {
      expect((await world.call(account, other.admin, method, '/import_token')).status).toBe(401);
      expect((await world.call(account, user, method, '/import_token')).status).toBe(401);
    }
    expect((await read()).body.remainingRetrievals).toBe(8);
  });

  it('leaves neither its nonce nor its private key in records or entries', async () => {
    await create();
    const nonce = Buffer.from((await read()).body.nonce, 'base64');
    const forms = [nonce, nonce.toString('base64'), nonce.toString('hex'), 'PRIVATE', 'payload'];
    const { tenantId } = account.tenant;
    const [record] = world.store.list(tenantId, 'instance-import-token', account.instance.region, { limit: 2 });
    const texts = [record?.body ?? '', ...world.store.entries().flatMap(({ leaf, details }) => [leaf, details])];
    for (const text of texts) for (const form of forms) expect(Buffer.from(text).includes(form)).toBe(false);
    const details = JSON.parse(world.store.entries().at(-1)?.details.subarray(16).toString() ?? '');
    expect(details.result).toEqual({
      expirationDate: '2027-01-15T08:10:00Z',
      maxAllowedRetrievals: 1,
      remainingRetrievals: 0,
    });
  });
});

describe('material that is brought by a token', () => {
  let keyId: string;
  const material = randomBytes(32);

  beforeEach(async () => {
    keyId = (await rootKey(world, account, { material: randomBytes(32) })).id;
  });

  interface Odd {
    readonly material?: Buffer;
    readonly under?: Buffer;
    readonly nonce?: Buffer;
    readonly iv?: Buffer;
    readonly tagLength?: number;
    readonly algorithm?: WrappingAlgorithmName;
    readonly more?: object;
  }

  /** What a client sends that has read the token. */
  function sent(token: Answered['body'], odd: Odd = {}): object {
    const of = odd.material ?? material;
    const under = odd.under ?? of;
    const { iv = randomBytes(12), nonce = Buffer.from(token.nonce, 'base64'), tagLength = 16 } = odd;
    const bits = ({ 16: 128, 24: 192 } as Record<number, number>)[under.length] ?? 256;
    const key = [16, 24, 32].includes(under.length) ? under : Buffer.alloc(32);
    const cipher = createCipheriv(`aes-${bits}-gcm` as 'aes-256-gcm', key, iv, { authTagLength: 16 });
    const encryptedNonce = Buffer.concat([cipher.update(nonce), cipher.final(), cipher.getAuthTag()]);
    const publicKey = createPublicKey(Buffer.from(token.payload, 'base64'));
    return {
      payload: wrapForImport(odd.algorithm ?? 'RSAES_OAEP_SHA_256', publicKey, of).toString('base64'),
      encryptedNonce: encryptedNonce.subarray(0, encryptedNonce.length - 16 + tagLength).toString('base64'),
      iv: iv.toString('base64'),
      encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      ...odd.more,
    };
  }

  const rotate = (body: object) => call('POST', `/keys/${keyId}/actions/rotate`, body);
  const token = async () => {
    await create({ maxAllowedRetrievals: 1 });
    return (await read()).body;
  };

  it('becomes the key: what it wraps is what the same material elsewhere wraps', async () => {
    expect(told(await rotate(sent(await token())))).toEqual([204, undefined]);
    const plaintext = Buffer.from('data key').toString('base64');
    const { ciphertext } = (await call('POST', `/keys/${keyId}/actions/wrap`, { plaintext })).body;
    expect((await call('POST', `/keys/${keyId}/actions/unwrap`, { ciphertext })).body.plaintext).toBe(plaintext);
    const open = await world.keys.find(account.instance, keyId);
    const version = open?.key.versions.find(({ stage }) => stage === 'current');
    expect(version?.materialId).toBe(account.tenant.tenantKey.materialId(keyId, material));
  });

  it('comes without the name of the algorithm too', async () => {
    expect((await rotate(sent(await token(), { more: { encryptionAlgorithm: undefined } }))).status).toBe(204);
  });

  it('may come again and again until the time of the token is over, read up or not', async () => {
    const one = await token();
    const now = world.clock();
    expect(told(await read())).toEqual(OVER);
    expect((await rotate(sent(one))).status).toBe(204);
    keyId = (await rootKey(world, account, { material: randomBytes(32) })).id;
    world.clock.set(now + 599_999);
    expect((await rotate(sent(one, { material: randomBytes(32) }))).status).toBe(204);
    keyId = (await rootKey(world, account, { material: randomBytes(32) })).id;
    world.clock.set(now + 600_000);
    expect(told(await rotate(sent(one, { material: randomBytes(32) })))).toEqual(OVER);
  });

  it('is not taken by a token that another one replaced', async () => {
    const old = await token();
    await create();
    // The fixture has one wrapping key for all tokens: what fails is the nonce alone.
    expect(told(await rotate(sent(old)))).toEqual([400, 'INCORRECT_NONCE_ERR']);
  });

  it('is not taken where there is no token', async () => {
    const other = await world.account('two');
    const key = await rootKey(world, other, { material: randomBytes(32) });
    const body = sent(await token());
    expect(told(await world.call(other, other.admin, 'POST', `/keys/${key.id}/actions/rotate`, { body }))).toEqual(
      OVER,
    );
  });

  it.each<[string, Odd, string]>([
    ['under other material', { under: randomBytes(32) }, 'INCORRECT_NONCE_IV_ERR'],
    ['under material of another length', { under: randomBytes(16) }, 'INCORRECT_NONCE_IV_ERR'],
    ['with another iv', { more: { iv: randomBytes(12).toString('base64') } }, 'INCORRECT_NONCE_IV_ERR'],
    ['with an iv of 16 bytes', { iv: randomBytes(16) }, 'INCORRECT_NONCE_IV_ERR'],
    ['with an empty iv', { more: { iv: '' } }, 'INCORRECT_NONCE_IV_ERR'],
    ['with a tag of 4 bytes', { tagLength: 4 }, 'INCORRECT_NONCE_IV_ERR'],
    ['with a tag of 12 bytes', { tagLength: 12 }, 'INCORRECT_NONCE_IV_ERR'],
    ['with a tag of 15 bytes', { tagLength: 15 }, 'INCORRECT_NONCE_IV_ERR'],
    ['that is empty', { more: { encryptedNonce: '' } }, 'INCORRECT_NONCE_IV_ERR'],
    ['of other bytes', { nonce: randomBytes(12) }, 'INCORRECT_NONCE_ERR'],
    ['of no bytes', { nonce: Buffer.alloc(0) }, 'INCORRECT_NONCE_ERR'],
    ['of more bytes', { nonce: randomBytes(13) }, 'INCORRECT_NONCE_ERR'],
    ['for material of 8 bytes', { material: randomBytes(8) }, 'INVALID_FIELD_ERR'],
    ['for material of 33 bytes', { material: randomBytes(33) }, 'INVALID_FIELD_ERR'],
    ['for material of 64 bytes', { material: randomBytes(64) }, 'INVALID_FIELD_ERR'],
    ['for material by SHA-1', { algorithm: 'RSAES_OAEP_SHA_1' }, 'INVALID_FIELD_ERR'],
    ['by the name of SHA-1', { more: { encryptionAlgorithm: 'RSAES_OAEP_SHA_1' } }, 'INVALID_FIELD_ERR'],
    ['by no name', { more: { encryptionAlgorithm: '' } }, 'INVALID_FIELD_ERR'],
    ['without its iv', { more: { iv: null } }, 'INVALID_FIELD_ERR'],
    ['without itself', { more: { encryptedNonce: null } }, 'INVALID_FIELD_ERR'],
    ['without a payload', { more: { payload: undefined } }, 'INVALID_FIELD_ERR'],
    ['for an empty payload', { more: { payload: '' } }, 'INVALID_FIELD_ERR'],
    ['for a payload that is not encrypted', { more: { payload: material.toString('base64') } }, 'INVALID_FIELD_ERR'],
    ['for what is no base64', { more: { payload: '***' } }, 'INVALID_FIELD_ERR'],
    ['in another alphabet', { more: { iv: '____________' } }, 'INVALID_FIELD_ERR'],
  ])('with a nonce %s is refused', async (_, odd, code) => {
    const answer = await rotate(sent(await token(), odd));
    expect(told(answer)).toEqual([400, code]);
    const open = await world.keys.find(account.instance, keyId);
    expect(open?.key.versions).toHaveLength(1);
    expect(JSON.stringify(answer.body)).not.toContain(material.toString('base64'));
    expect(world.faults).toEqual([]);
  });
});
