import { beforeEach, describe, expect, it } from 'vitest';
import type { Key } from '../../../keys/key.ts';
import { NOW } from '../../../keys/key-space.fixture.ts';
import { World, type Account } from '../key-protect.fixture.ts';
import { changeKey, rootKey } from './root-key.fixture.ts';

let world: World;
let account: Account;
let key: Key;

const act = (action: string, body?: unknown, id = key.id) =>
  world.call(account, account.admin, 'POST', `/keys/${id}/actions/${action}`, { body });
const at = (ms: number) => world.clock.set(NOW + ms);

beforeEach(async () => {
  world = new World();
  account = await world.account();
  key = await rootKey(world, account);
});

describe('disable and enable', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
  ])('take %s as a body', async (_, body) => {
    expect((await act('disable', body)).status).toBe(204);
    at(30_000);
    expect((await act('enable', body)).status).toBe(204);
  });

  it('take no other body', async () => {
    expect((await act('disable', { force: true })).code).toBe('BAD_BODY_ERR');
    expect((await act('disable', [])).code).toBe('BAD_BODY_ERR');
  });

  it('tell the state that the key is in then', async () => {
    const state = () =>
      JSON.parse(world.store.entries().at(-1)?.details.subarray(16).toString('utf8') ?? '').result.keyState;
    await act('disable');
    expect(state()).toBe(2);
    at(30_000);
    await act('enable');
    expect(state()).toBe(1);
  });

  it('switch each once, in the words of IBM', async () => {
    const on = await act('enable');
    expect(on).toMatchObject({ status: 409, code: 'KEY_ACTION_INVALID_STATE_ERR' });
    expect(on.body.resources[0].errorMsg).toBe(
      'Conflict: Key is not in suspended state: Key could not be enabled: Please see `reasons` for more details (KEY_ACTION_INVALID_STATE_ERR)',
    );
    await act('disable');
    const off = await act('disable');
    expect(off).toMatchObject({ status: 409, code: 'KEY_ACTION_INVALID_STATE_ERR' });
    expect(off.body.resources[0].errorMsg).toMatch(
      /^Conflict: Key is not in active state: Key could not be disabled: /,
    );
  });

  it('wait 30 seconds before the key is on again, to the millisecond, whoever switched it off', async () => {
    await act('disable');
    at(29_999);
    const early = await act('enable');
    expect(early).toMatchObject({ status: 409, code: 'REQ_TOO_EARLY_ERR' });
    expect(early.body.resources[0].reasons[0].message).toContain('until at least 2027-01-15T08:00:30Z');
    at(30_000);
    expect((await act('enable')).status).toBe(204);
    await changeKey(world, account, key.id, { state: 'suspended', stateChangedAtMs: NOW + 31_000 });
    at(60_999);
    expect((await act('enable')).code).toBe('REQ_TOO_EARLY_ERR');
  });

  it('stop everything at once: a thousand that wrap while it is switched off', async () => {
    let isOff = false;
    const late: string[] = [];
    const wraps = Array.from({ length: 1_000 }, async (_, i) => {
      if (i === 500) {
        if ((await act('disable')).status !== 204) late.push('the key was not switched off');
        isOff = true;
        return;
      }
      // Each begins a turn or more after the one before.
      for (let turn = 0; turn < i; turn++) await Promise.resolve();
      const startedOff = isOff;
      const { code, status } = await act('wrap', {});
      expect(status === 200 || code === 'KEY_ACTION_INVALID_STATE_ERR').toBe(true);
      if (startedOff && status === 200) late.push(`wrap ${i}`);
    });
    await Promise.all(wraps);
    expect(late).toEqual([]);
    expect((await act('wrap', {})).code).toBe('KEY_ACTION_INVALID_STATE_ERR');
  });
});

const OK = 200;
const DONE = 204;
const STATE = 'KEY_ACTION_INVALID_STATE_ERR';
const GONE = 'KEY_DELETED_ERR';
const IMPORT = STATE;
const ROOT = 'KEY_ROOT_REQ_ERR';
const ACTIONS = ['wrap', 'unwrap', 'rewrap', 'rotate', 'disable', 'enable'] as const;

describe('which action in which state', () => {
  it.each<[string, Partial<Key>, readonly (number | string)[]]>([
    ['active', {}, [OK, OK, OK, DONE, DONE, STATE]],
    ['suspended', { state: 'suspended' }, [STATE, STATE, STATE, STATE, STATE, DONE]],
    ['deactivated', { state: 'deactivated' }, [STATE, OK, OK, DONE, STATE, STATE]],
    ['past its date, not yet swept', { expiresAtMs: NOW }, [STATE, OK, OK, DONE, STATE, STATE]],
    [
      'suspended and past its date',
      { state: 'suspended', expiresAtMs: NOW },
      [STATE, STATE, STATE, STATE, STATE, DONE],
    ],
    ['deleted', { state: 'deleted', removal: { atMs: NOW, by: 'x' } }, [GONE, GONE, GONE, GONE, GONE, GONE]],
    [
      'let go by AWS',
      { state: 'pending-deletion', deletion: { scheduledAtMs: NOW, windowDays: 7, dueAtMs: NOW + 604_800_000 } },
      [GONE, GONE, GONE, GONE, GONE, GONE],
    ],
    ['of material that is gone', { versions: [] }, [IMPORT, IMPORT, IMPORT, IMPORT, IMPORT, IMPORT]],
    ['a stored secret', { extractable: true }, [ROOT, ROOT, ROOT, ROOT, ROOT, ROOT]],
  ])('%s', async (_, fields, expected) => {
    const { ciphertext } = (await act('wrap', {})).body;
    const outcomes: (number | string | undefined)[] = [];
    for (const action of ACTIONS) {
      await changeKey(world, account, key.id, { ...key, ...fields });
      const { status, code } = await act(action, action.endsWith('wrap') && action !== 'wrap' ? { ciphertext } : {});
      outcomes.push(code ?? status);
    }
    expect(outcomes).toEqual(expected);
  });
});

describe('the deprecated form, ?action=', () => {
  const old = (action: string, body?: unknown) =>
    world.call(account, account.admin, 'POST', `/keys/${key.id}?action=${action}`, { body });

  it('does the same, with the same answers', async () => {
    const made = await old('wrap', { plaintext: 'c2VjcmV0' });
    expect(made.status).toBe(200);
    const { ciphertext } = made.body;
    expect((await old('unwrap', { ciphertext })).body.plaintext).toBe('c2VjcmV0');
    expect((await old('rewrap', { ciphertext })).status).toBe(200);
    expect((await old('rotate')).status).toBe(204);
    expect((await old('disable')).status).toBe(204);
    at(30_000);
    expect((await old('enable')).status).toBe(204);
    expect((await act('unwrap', { ciphertext })).body.plaintext).toBe('c2VjcmV0');
  });

  it('refuses what is no action', async () => {
    expect(await old('explode')).toMatchObject({ status: 400, code: 'INVALID_QUERY_PARAM_ERR' });
    expect((await old('')).status).toBe(404);
    expect((await old('sync')).code).toBe('INVALID_QUERY_PARAM_ERR');
  });
});
