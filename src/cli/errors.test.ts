import { KeysteadError } from '@keystead/sdk';
import { describe, expect, it } from 'vitest';
import { tell } from './errors.ts';

const refusal = (code: string, message: string, status = 400) =>
  tell(new KeysteadError({ status, code, message, action: 'as the server says' }));

describe('refusals at the command line', () => {
  it.each([
    ['the body was refused: windowDays must be >= 7', '--days was refused: it must be >= 7'],
    ['the path was refused: keyId has not the form', 'the key was refused: it has not the form'],
    ['the body was refused: constructor must be text', 'the body was refused: constructor must be text'],
    ['the query was refused: it lacks region', 'the query was refused: it lacks region'],
  ])('%s', (message, told) => {
    const { action, ...more } = refusal('invalid-request', message);
    expect(more).toMatchObject({ exitCode: 1, code: 'invalid-request', message: told });
    expect(action).toContain('--help');
  });

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['UND_ERR_SOCKET', 'https://'],
    ['ECONNREFUSED', 'as the server says'],
  ])('a connection that ends in %s', (reason, action) => {
    const told = refusal('unreachable', `there is no answer from https://localhost: ${reason}`, 0);
    expect([told.exitCode, told.action]).toEqual([3, expect.stringContaining(action)]);
  });

  it('a deletion that takes two people', () => {
    const { action } = refusal('authorization-missing', 'the key is deleted by two people', 409);
    expect(action).toContain('keystead key authorize-deletion');
  });

  it('a database without room', () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    expect(tell(full)).toMatchObject({ exitCode: 1, message: full.message, action: 'Make room on that disk.' });
    expect(tell(Object.assign(new Error('locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 }))).not.toHaveProperty(
      'action',
    );
  });

  it('an API key that is none here', () => {
    expect(refusal('unauthenticated', 'the request proves nobody', 401).action).toContain('KEYSTEAD_API_KEY');
    expect(refusal('key-not-found', 'there is no such key', 404).action).toBe('as the server says');
  });
});
