import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOW } from '../../../keys/key-space.fixture.ts';
import type { Key } from '../../../keys/key.ts';
import { World, type Account, type Answered } from '../key-protect.fixture.ts';
import { rootKey } from './root-key.fixture.ts';

const SECRET = randomBytes(24).toString('base64');
const world = new World();
let account: Account;
let key: Key;
let ciphertext: string;

const act = (action: string, body?: unknown, id = key.id): Promise<Answered> =>
  world.call(account, account.admin, 'POST', `/keys/${id}/actions/${action}`, { body });
const wrapped = async (body: object, id = key.id) => (await act('wrap', body, id)).body.ciphertext as string;
const inner = () => Buffer.from(ciphertext, 'base64').toString('latin1');
const outer = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const parts = () => JSON.parse(inner()) as Record<'ciphertext' | 'iv' | 'version' | 'handle', string>;
const versionOf = async () => (await world.keys.find(account.instance, key.id))?.key.versions ?? [];

beforeAll(async () => {
  account = await world.account();
  key = await rootKey(world, account);
  ciphertext = await wrapped({ plaintext: SECRET });
});

const UNPROCESSABLE = { status: 422, code: 'UNPROCESSABLE_CIPHERTEXT_ERR' };

describe('a ciphertext that is not as it was', () => {
  it.each<[string, () => string]>([
    ['empty JSON', () => outer('{}')],
    ['a text', () => outer('"x"')],
    ['null', () => outer('null')],
    ['bytes', () => randomBytes(200).toString('base64')],
    ['nothing', () => ''],
    [
      'its members in another order',
      () => outer(JSON.stringify(Object.fromEntries(Object.entries(parts()).reverse()))),
    ],
    ['white space', () => outer(inner().replace(',', ', '))],
    ['a further member', () => outer(JSON.stringify({ ...parts(), hash: 'x' }))],
    ['a member of the prototype', () => outer(inner().replace('{', '{"__proto__":{},'))],
    ['a member twice', () => outer(inner().replace('{', `{"ciphertext":"${parts().ciphertext}",`))],
    ['an escape in it', () => outer(inner().replace('"iv"', String.raw`"\u0069v"`))],
    ['another version', () => outer(inner().replace('4.0.0', '3.0.0'))],
    [
      'iv and ciphertext swapped',
      () => outer(JSON.stringify({ ...parts(), ciphertext: parts().iv, iv: parts().ciphertext })),
    ],
    ['a short iv', () => outer(JSON.stringify({ ...parts(), iv: randomBytes(12).toString('base64') }))],
    ['a handle of nobody', () => outer(JSON.stringify({ ...parts(), handle: '00000000-0000-4000-8000-000000000000' }))],
    ['the id of the key as handle', () => outer(JSON.stringify({ ...parts(), handle: key.id }))],
    ['a long text', () => outer(inner() + ' '.repeat(20_000))],
    [
      'a body beyond its bound',
      () => outer(JSON.stringify({ ...parts(), ciphertext: randomBytes(8_241).toString('base64') })),
    ],
    ['its last byte missing', () => Buffer.from(inner(), 'latin1').subarray(0, -1).toString('base64')],
  ])('%s', async (_, changed) => {
    for (const action of ['unwrap', 'rewrap']) {
      expect(await act(action, { ciphertext: changed() })).toMatchObject(UNPROCESSABLE);
    }
  });

  it('answers the same, letter for letter, whatever it was', async () => {
    const told = async (body: object) => (await act('unwrap', body)).body as unknown;
    const damaged = outer(JSON.stringify({ ...parts(), ciphertext: flipped(parts().ciphertext, 60) }));
    const otherKey = await rootKey(world, account);
    const ofAnother = await wrapped({ plaintext: SECRET }, otherKey.id);
    const first = await told({ ciphertext: damaged });
    for (const body of [
      { ciphertext, aad: ['x'] },
      { ciphertext: outer('{}') },
      { ciphertext: ofAnother },
      { ciphertext: outer(JSON.stringify({ ...parts(), ciphertext: flipped(parts().ciphertext, 0) })) },
    ]) {
      expect(await told(body)).toEqual(first);
    }
  });

  it.each([
    ['no base64', { ciphertext: '?' }, 'INVALID_FIELD_ERR'],
    ['base64 of another spelling', { ciphertext: 'e30' }, 'INVALID_FIELD_ERR'],
    ['a number', { ciphertext: 1 }, 'INVALID_FIELD_ERR'],
    ['no ciphertext', {}, 'INVALID_FIELD_ERR'],
    ['nothing at all', undefined, 'NO_BODY_ERR'],
    ['null', null, 'NO_BODY_ERR'],
    ['a list', [], 'BAD_BODY_ERR'],
    ['a plaintext besides', { ciphertext: 'e30=', plaintext: 'e30=' }, 'BAD_BODY_ERR'],
  ])('%s is told as a bad request', async (_, body, code) => {
    expect(await act('unwrap', body)).toMatchObject({ status: 400, code });
  });

  it('names the field as IBM does', async () => {
    const { reasons } = (await act('unwrap', { ciphertext: '!' })).body.resources[0];
    expect(reasons[0]).toMatchObject({
      message:
        "The field 'ciphertext' must be: the original base64 encoded ciphertext from the wrap operation: illegal base64 data",
      target: { type: 'field', name: 'ciphertext' },
    });
  });

  it('in the audit entry it is told apart', async () => {
    await act('unwrap', { ciphertext, aad: ['x'] });
    const last = world.store.entries().at(-1);
    const details = JSON.stringify(last);
    expect(last?.leaf.toString()).toContain('"reason":"invalid-ciphertext"');
    expect(details).not.toContain(SECRET);
  });
});

describe('aad', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['the same', ['a', 'b'], ['a', 'b'], true],
    ['none and none', undefined, undefined, true],
    ['none and an empty list', undefined, [], true],
    ['none and null, of an old client', undefined, [null], true],
    ['null among others', ['a', null, 'b'], ['a', 'b'], true],
    ['null for the whole of it', null, undefined, true],
    ['an empty text', [''], [''], true],
    ['in another order', ['a', 'b'], ['b', 'a'], false],
    ['repeated', ['a', 'a'], ['a'], false],
    ['one more', ['a'], ['a', 'b'], false],
    ['one missing', ['a', 'b'], ['a'], false],
    ['joined otherwise', ['ab', 'c'], ['a', 'bc'], false],
    ['an empty text or none', [''], [], false],
    ['another case', ['Tenant'], ['tenant'], false],
    ['composed and decomposed', ['\u00e9'], ['e\u0301'], false],
    ['a space behind', ['a'], ['a '], false],
  ])('%s', async (_, aad, other, opens) => {
    const bound = await wrapped({ plaintext: SECRET, aad });
    const opened = await act('unwrap', { ciphertext: bound, aad: other });
    expect(opened.status).toBe(opens ? 200 : 422);
    expect((await act('rewrap', { ciphertext: bound, aad: other })).status).toBe(opens ? 200 : 422);
  });

  it('is kept by a rewrap', async () => {
    const again = (await act('rewrap', { ciphertext: await wrapped({ plaintext: SECRET, aad: ['a'] }), aad: ['a'] }))
      .body;
    expect((await act('unwrap', { ciphertext: again.ciphertext, aad: ['a'] })).body.plaintext).toBe(SECRET);
    expect(await act('unwrap', { ciphertext: again.ciphertext })).toMatchObject(UNPROCESSABLE);
  });

  it.each<[string, unknown, number]>([
    ['a text of 255 characters', ['x'.repeat(255)], 200],
    ['a text of 256', ['x'.repeat(256)], 400],
    ['255 characters of two units each', ['\u{1F600}'.repeat(255)], 200],
    ['256 of them', ['\u{1F600}'.repeat(256)], 400],
    ['a hundred texts', Array(100).fill('x'), 200],
    ['a hundred and one', Array(101).fill('x'), 400],
    ['a number', [1], 400],
    ['a text for the list', 'a', 400],
    ['half of a pair', ['\ud83d'], 400],
  ])('%s', async (_, aad, status) => {
    const answer = await act('wrap', { plaintext: SECRET, aad });
    expect([answer.status, answer.code]).toEqual([status, status === 200 ? undefined : 'INVALID_FIELD_ERR']);
  });
});

describe('another key', () => {
  it('opens nothing, whatever it has in common', async () => {
    const material = randomBytes(32);
    const [one, two] = [await rootKey(world, account, { material }), await rootKey(world, account, { material })];
    const ofOne = await wrapped({ plaintext: SECRET }, one.id);
    expect(await act('unwrap', { ciphertext: ofOne }, two.id)).toMatchObject(UNPROCESSABLE);
    // Not even with the other's handle in it.
    const text = Buffer.from(ofOne, 'base64').toString('latin1');
    const renamed = outer(text.replace(one.versions[0]?.id ?? '', two.versions[0]?.id ?? ''));
    expect(await act('unwrap', { ciphertext: renamed }, two.id)).toMatchObject(UNPROCESSABLE);
    expect((await act('unwrap', { ciphertext: ofOne }, one.id)).body.plaintext).toBe(SECRET);
  });

  it('is found by an alias, for every action', async () => {
    const alias = { name: 'alias/of-root', createdAtMs: NOW, updatedAtMs: NOW };
    const named = await rootKey(world, account, { fields: { aliases: [alias] } });
    const made = await wrapped({ plaintext: SECRET }, 'of-root');
    expect((await act('unwrap', { ciphertext: made }, named.id)).body.plaintext).toBe(SECRET);
    expect((await act('rewrap', { ciphertext: made }, 'of-root')).status).toBe(200);
    expect((await act('disable', undefined, 'of-root')).status).toBe(204);
    expect((await act('wrap', {}, named.id)).code).toBe('KEY_ACTION_INVALID_STATE_ERR');
  });

  it('in another ring is not found', async () => {
    const headers = { 'x-kms-key-ring': 'elsewhere' };
    const path = `/keys/${key.id}/actions/unwrap`;
    const answer = await world.call(account, account.admin, 'POST', path, { body: { ciphertext }, headers });
    expect(answer).toMatchObject({ status: 404, code: 'KEY_NOT_FOUND_ERR' });
  });
});

describe('after a rotation', () => {
  it('what an older version wrapped opens, and comes with a copy by the latest', async () => {
    const before = await wrapped({ plaintext: SECRET, aad: ['a'] });
    expect((await act('rotate')).status).toBe(204);
    const [old, latest] = (await versionOf()).map(({ id }) => ({ id }));
    const opened = (await act('unwrap', { ciphertext: before, aad: ['a'] })).body;
    expect(opened).toEqual({
      plaintext: SECRET,
      keyVersion: old,
      ciphertext: expect.any(String) as string,
      rewrappedKeyVersion: latest,
    });
    const again = (await act('unwrap', { ciphertext: opened.ciphertext, aad: ['a'] })).body;
    expect(again).toEqual({ plaintext: SECRET, keyVersion: latest });
    expect(await act('unwrap', { ciphertext: opened.ciphertext })).toMatchObject(UNPROCESSABLE);

    const rewrapped = (await act('rewrap', { ciphertext: before, aad: ['a'] })).body;
    expect(rewrapped).toEqual({
      ciphertext: expect.any(String) as string,
      keyVersion: old,
      rewrappedKeyVersion: latest,
    });
    const current = (await act('rewrap', { ciphertext: rewrapped.ciphertext, aad: ['a'] })).body;
    expect([current.keyVersion, current.rewrappedKeyVersion]).toEqual([latest, latest]);
    expect((await act('unwrap', { ciphertext: before, aad: ['a'] })).body.plaintext).toBe(SECRET);
  });

  it('a handle of another version of the same key opens nothing', async () => {
    const { handle } = JSON.parse(Buffer.from(await wrapped({}), 'base64').toString()) as { handle: string };
    expect(handle).not.toBe(parts().handle);
    expect(await act('unwrap', { ciphertext: outer(JSON.stringify({ ...parts(), handle })) })).toMatchObject(
      UNPROCESSABLE,
    );
  });
});

/** Base64 with one byte changed. */
function flipped(base64: string, at: number): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes.toString('base64');
}
