import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { World } from '../key-protect.fixture.ts';
import { rootKey } from './root-key.fixture.ts';

const world = new World();
const account = await world.account();
const { admin } = account;
const key = await rootKey(world, account);

const act = (action: string, body?: unknown, id = key.id) =>
  world.call(account, admin, 'POST', `/keys/${id}/actions/${action}`, { body });
const wrapped = async (plaintext: Buffer, aad?: unknown) =>
  (await act('wrap', { plaintext: plaintext.toString('base64'), ...(aad !== undefined && { aad }) })).body
    .ciphertext as string;

describe('wrap', () => {
  it.each([1, 18, 24, 32, 35, 8192])('and unwrap %i bytes', async (length) => {
    const plaintext = randomBytes(length);
    const made = await act('wrap', { plaintext: plaintext.toString('base64') });
    expect(made).toMatchObject({ status: 200, body: { keyVersion: { id: key.versions[0]?.id } } });
    expect(made.headers.get('content-type')).toBe('application/vnd.ibm.kms.key_action+json');
    expect(Object.keys(made.body)).toEqual(['ciphertext', 'keyVersion']);
    const opened = await act('unwrap', { ciphertext: made.body.ciphertext });
    expect(opened.body).toEqual({
      plaintext: plaintext.toString('base64'),
      keyVersion: { id: key.versions[0]?.id },
    });
  });

  it.each([
    ['no body', undefined],
    ['an empty object', {}],
    ['null', null],
  ])('makes a data key of 32 bytes: %s', async (_, body) => {
    const made = await act('wrap', body);
    expect(Buffer.from(made.body.plaintext, 'base64')).toHaveLength(32);
    expect((await act('unwrap', { ciphertext: made.body.ciphertext })).body.plaintext).toBe(made.body.plaintext);
  });

  it('looks as IBM has it, and never twice the same', async () => {
    const [first, second] = [await wrapped(Buffer.from('secret')), await wrapped(Buffer.from('secret'))];
    expect(first).not.toBe(second);
    expect(JSON.parse(Buffer.from(first, 'base64').toString())).toEqual({
      ciphertext: expect.any(String) as string,
      iv: expect.any(String) as string,
      version: '4.0.0',
      handle: key.versions[0]?.id,
    });
  });
});
