import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Key } from '../../../keys/key.ts';
import { NOW } from '../../../keys/key-space.fixture.ts';
import { World, type Account } from '../key-protect.fixture.ts';
import { changeKey, rootKey } from './root-key.fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let world: World;
let account: Account;
let key: Key;

const act = (action: string, body?: unknown, id = key.id) =>
  world.call(account, account.admin, 'POST', `/keys/${id}/actions/${action}`, { body });
const at = (ms: number) => world.clock.set(NOW + ms);
const stored = async (id = key.id) => (await world.keys.find(account.instance, id))?.key as Key;
const payload = (material: Buffer) => ({ payload: material.toString('base64') });

beforeEach(async () => {
  world = new World();
  account = await world.account();
  key = await rootKey(world, account);
});

describe('rotate', () => {
  it.each([
    ['no body', undefined],
    ['null', null],
    ['an empty object', {}],
  ])('makes a new version: %s', async (_, body) => {
    const answer = await act('rotate', body);
    expect([answer.status, answer.body]).toEqual([204, undefined]);
    const { versions, updatedAtMs } = await stored();
    expect(versions.map(({ stage }) => stage)).toEqual(['previous', 'current']);
    expect(updatedAtMs).toBe(world.clock());
  });

  it('may follow the creation at once, and then once an hour, to the millisecond', async () => {
    expect((await act('rotate')).status).toBe(204);
    at(HOUR - 1);
    const early = await act('rotate');
    expect(early).toMatchObject({ status: 409, code: 'KEY_ROTATION_NOT_PERMITTED' });
    expect(early.body.resources[0]).toMatchObject({
      errorMsg:
        'Conflict: Action could not be performed on key: Please see `reasons` for more details (KEY_ROTATION_NOT_PERMITTED)',
      reasons: [
        {
          message:
            "This root key has been rotated within the last hour: Only one 'rotate' action per hour is permitted",
        },
      ],
    });
    at(HOUR);
    expect((await act('rotate')).status).toBe(204);
    expect((await stored()).versions).toHaveLength(3);
  });

  it('counts a rotation that came about otherwise', async () => {
    const [first] = key.versions;
    const versions = [{ ...(first as (typeof key.versions)[number]), rotation: { atMs: NOW, cause: 'automatic' } }];
    await changeKey(world, account, key.id, { versions } as Partial<Key>);
    at(30 * MINUTE);
    expect((await act('rotate')).code).toBe('KEY_ROTATION_NOT_PERMITTED');
  });

  it('begins the period of automatic rotation anew', async () => {
    const rotating = await rootKey(world, account, {
      fields: { rotation: { periodDays: 90, nextAtMs: NOW + 90 * 24 * HOUR } },
    });
    at(80 * 24 * HOUR);
    expect((await act('rotate', undefined, rotating.id)).status).toBe(204);
    expect((await stored(rotating.id)).rotation).toEqual({ periodDays: 90, nextAtMs: NOW + 170 * 24 * HOUR });
  });

  it('ends at the quota of versions', async () => {
    world.quotas.versionsPerKey = 2;
    expect((await act('rotate')).status).toBe(204);
    at(HOUR);
    expect(await act('rotate')).toMatchObject({ status: 409, code: 'KEY_QUOTA_ERR' });
  });

  it('asked for at once by many is done once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => act('rotate')));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'KEY_ROTATION_NOT_PERMITTED')).toHaveLength(19);
    expect((await stored()).versions).toHaveLength(2);
  });

  it('gives versions that never agree in id, handle or material', async () => {
    for (let hour = 0; hour < 12; hour++) {
      at(hour * HOUR);
      expect((await act('rotate')).status).toBe(204);
    }
    const { versions } = await stored();
    for (const field of ['id', 'handle', 'materialId'] as const) {
      expect(new Set(versions.map((version) => version[field])).size).toBe(13);
    }
    expect(versions.filter(({ stage }) => stage === 'current')).toHaveLength(1);
  });

  it('of a generated key takes no payload', async () => {
    const answer = await act('rotate', payload(randomBytes(32)));
    expect(answer).toMatchObject({ status: 400, code: 'INVALID_QUERY_PARAM_ERR' });
    expect(answer.body.resources[0].reasons[0].message).toBe(
      "The query_param 'payload' must be: provided only if key is imported",
    );
  });
});

describe('rotate of an imported key', () => {
  const material = randomBytes(32);
  beforeEach(async () => {
    key = await rootKey(world, account, { material });
  });

  it('needs a payload', async () => {
    expect(await act('rotate')).toMatchObject({ status: 400, code: 'KEY_PAYLOAD_REQ_ERR' });
  });

  it('takes it, and old and new open what they wrapped', async () => {
    const before = (await act('wrap', {})).body;
    expect((await act('rotate', payload(randomBytes(32)))).status).toBe(204);
    const after = (await act('wrap', {})).body;
    expect(after.keyVersion.id).not.toBe(before.keyVersion.id);
    for (const { ciphertext, plaintext } of [before, after]) {
      expect((await act('unwrap', { ciphertext })).body.plaintext).toBe(plaintext);
    }
  });

  it.each([
    ['that it has', material],
    ['of another length', randomBytes(16)],
    ['of no length of a root key', randomBytes(33)],
  ])('refuses material %s', async (_, bytes) => {
    expect(await act('rotate', payload(bytes))).toMatchObject({ status: 400, code: 'INVALID_FIELD_ERR' });
    expect((await stored()).versions).toHaveLength(1);
  });

  it('refuses material that it had once', async () => {
    await act('rotate', payload(randomBytes(32)));
    at(HOUR);
    expect((await act('rotate', payload(material))).code).toBe('INVALID_FIELD_ERR');
  });

  it('refuses what is no payload', async () => {
    expect((await act('rotate', { payload: '?' })).code).toBe('INVALID_FIELD_ERR');
    expect((await act('rotate', { nonsense: 'x' })).code).toBe('BAD_BODY_ERR');
  });
});
