import { beforeEach, describe, expect, it } from 'vitest';
import {
  authorizationOf,
  authorizeDeletion,
  requireSecondPerson,
  withdrawAuthorization,
} from './dual-authorization.ts';
import { codeOf, DAY, keyAfter, makeSpace, newKey, NOW, random } from './key-space.fixture.ts';
import type { KeySpace } from './key-space.ts';
import type { Key } from './key.ts';
import { setKeyRules } from './key-rules.ts';
import { disable, enable, scheduleDeletion } from './lifecycle.ts';
import { rotateOnDemand } from './rotate.ts';

const ANN = { principalId: 'ann', by: 'IBMid-ann' };
const BOB = { principalId: 'bob', by: 'IBMid-bob' };

let space: KeySpace;
let plain: Key;
let dual: Key;
let authorized: Key;

beforeEach(() => {
  space = makeSpace();
  plain = newKey(space);
  dual = keyAfter(
    space,
    setKeyRules(space, plain, { dualAuthorization: { isEnabled: true } }, 'IBMid-ann', NOW, random),
  );
  authorized = keyAfter(space, authorizeDeletion(space, dual, ANN, NOW));
});

const second = (key: Key, { principalId }: typeof ANN, nowMs = NOW) =>
  codeOf(() => requireSecondPerson(key, principalId, nowMs));

describe('a key that two people delete', () => {
  it('waits for another person than the one who authorised it, for seven days', () => {
    const end = NOW + 7 * DAY;
    const answers = [
      ['nobody authorised', second(dual, BOB)],
      ['the same', second(authorized, ANN)],
      ['another', second(authorized, BOB)],
      ['a millisecond before the end', second(authorized, BOB, end - 1)],
      ['at the end', second(authorized, BOB, end)],
      ['of a key that does not ask for two', second(plain, ANN)],
    ];
    expect(answers).toEqual([
      ['nobody authorised', 'authorization-missing'],
      ['the same', 'authorization-missing'],
      ['another', 'allowed'],
      ['a millisecond before the end', 'allowed'],
      ['at the end', 'authorization-missing'],
      ['of a key that does not ask for two', 'allowed'],
    ]);
    expect([authorizationOf(authorized, end - 1)?.by, authorizationOf(authorized, end)]).toEqual([
      'IBMid-ann',
      undefined,
    ]);
  });

  it('takes the word of the one who asked last, from then on', () => {
    const anew = keyAfter(space, authorizeDeletion(space, authorized, BOB, NOW + 6 * DAY));
    expect([second(anew, BOB, NOW + 6 * DAY), second(anew, ANN, NOW + 12 * DAY)]).toEqual([
      'authorization-missing',
      'allowed',
    ]);
  });

  it('forgets an authorisation that is withdrawn', () => {
    const withdrawn = keyAfter(space, withdrawAuthorization(space, authorized, NOW));
    expect(second(withdrawn, BOB)).toBe('authorization-missing');
    expect(withdrawAuthorization(space, withdrawn, NOW).writes).toEqual([]);
  });

  it('keeps its authorisation whatever else becomes of it', () => {
    const off = keyAfter(space, disable(space, authorized, NOW));
    const on = keyAfter(space, enable(space, off, NOW + 60_000));
    const rotated = keyAfter(space, rotateOnDemand({ space, key: on }, [], NOW + 60_000, random));
    expect([off, on, rotated].map((key) => second(key, BOB))).toEqual(['allowed', 'allowed', 'allowed']);
  });

  it('has nothing to authorise where it does not ask for two people, or is on its way', () => {
    const dying = keyAfter(space, scheduleDeletion(space, dual, 7, NOW));
    expect(codeOf(() => authorizeDeletion(space, plain, ANN, NOW))).toBe('not-dual-authorized');
    expect(codeOf(() => withdrawAuthorization(space, plain, NOW))).toBe('not-dual-authorized');
    expect(codeOf(() => authorizeDeletion(space, dying, ANN, NOW))).toBe('key-deleted');
  });
});
