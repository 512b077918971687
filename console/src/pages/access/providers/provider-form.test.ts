import type { IdentityProvider } from '@keystead/sdk';
import { describe, expect, it } from 'vitest';
import { formOf, isComplete, needsSecret, termsOf } from './provider-form.ts';

const BEFORE: IdentityProvider = {
  providerId: '4f6b1f0a-7f1e-4a80-9c58-0d2f7a3c1e55',
  name: 'Example Corp',
  issuer: 'https://login.example.com',
  clientId: 'keystead',
  hasClientSecret: true,
  scopes: ['openid', 'email'],
  userClaim: 'email',
  emailDomains: ['example.com'],
  allowNewcomers: true,
  newcomerPolicies: ['key-user'],
  requireMultiFactor: false,
  forOperators: false,
  state: 'active',
  createdAt: '2026-01-01T00:00:00Z',
  callbackUrl: 'https://keys.example.com/callback',
  ownCallback: true,
};
const form = formOf(BEFORE);

describe('the form of an identity provider', () => {
  it.each([
    ['nothing else than the name is changed', { name: 'Corp' }, false, true],
    ['another issuer', { issuer: 'https://elsewhere.example.com' }, true, false],
    ['another client', { clientId: 'other' }, true, false],
    ['another client with its secret', { clientId: 'other', clientSecret: 'x' }, true, true],
    ['a public client', { clientId: 'other', isPublic: true }, false, true],
    ['no name', { name: ' ' }, false, false],
    ['newcomers without a role', { newcomerPolicies: [] }, false, false],
  ])('with %s asks for the secret or not, and may be sent or not', (_, change, asks, isReady) => {
    const changed = { ...form, ...change };
    expect(needsSecret(changed, BEFORE)).toBe(asks);
    expect(isComplete(changed, BEFORE)).toBe(isReady);
  });

  it('sends no secret that was not entered, and none of a public client', () => {
    expect(termsOf(form, BEFORE)).not.toHaveProperty('clientSecret');
    expect(termsOf({ ...form, clientSecret: 'x', isPublic: true }, BEFORE)).not.toHaveProperty('clientSecret');
    expect(termsOf({ ...form, clientSecret: 'x' }, BEFORE).clientSecret).toBe('x');
  });

  it('gives newcomers no roles where there are none', () => {
    expect(termsOf({ ...form, allowNewcomers: false }, BEFORE).newcomerPolicies).toEqual([]);
  });

  it('says of operators only what changes', () => {
    expect(termsOf(form, BEFORE)).not.toHaveProperty('forOperators');
    expect(termsOf({ ...form, forOperators: true }, BEFORE).forOperators).toBe(true);
    expect(termsOf(form, { ...BEFORE, forOperators: true }).forOperators).toBe(false);
  });

  it('needs a secret for a new confidential client', () => {
    const filled = { ...formOf(undefined), name: 'n', issuer: 'https://x.example', clientId: 'c' };
    expect(isComplete(filled, undefined)).toBe(false);
    expect(isComplete({ ...filled, clientSecret: 's' }, undefined)).toBe(true);
  });
});
