import { describe, expect, it } from 'vitest';
import { claimedPerson, isClaimProblem, isNamed, type VerifiedClaims } from './claimed-person.ts';
import type { ProviderTerms } from './provider-terms.ts';

const TERMS: ProviderTerms = {
  name: 'Example Corp',
  issuer: 'https://login.example.com',
  clientId: 'keystead',
  scopes: ['openid'],
  userClaim: 'email',
  emailDomains: [],
  isMultiFactorRequired: false,
  isForOperators: false,
};
const CLAIMS: VerifiedClaims = { iss: TERMS.issuer, sub: 'u-1', email: 'Anna@Example.com', email_verified: true };

function read(claims: object, terms: Partial<ProviderTerms> = {}) {
  return claimedPerson({ ...CLAIMS, ...claims }, { ...TERMS, ...terms });
}

function nameIn(claims: object, terms: Partial<ProviderTerms> = {}): string | undefined {
  const found = read(claims, terms);
  return isClaimProblem(found) ? found : found.name;
}

describe('whom claims mean', () => {
  it.each<[string, object, Partial<ProviderTerms>, string | undefined]>([
    ['a mail address in any case', {}, {}, 'anna@example.com'],
    ['one that is verified in words', { email_verified: 'true' }, {}, 'anna@example.com'],
    ['one that is not verified', { email_verified: false }, {}, 'email-not-verified'],
    ['one of which nobody says so', { email_verified: undefined }, {}, 'email-not-verified'],
    ['one that is verified by another word', { email_verified: 1 }, {}, 'email-not-verified'],
    ['none', { email: undefined }, {}, 'claim-missing'],
    ['a list of them', { email: ['anna@example.com'] }, {}, 'claim-malformed'],
    ['a Cyrillic letter that looks like one', { email: '\u0430nna@example.com' }, {}, 'claim-malformed'],
    ['a Kelvin sign, which lower case would make a k', { email: '\u212aurt@example.com' }, {}, 'claim-malformed'],
    ['full-width letters', { email: '\uff41nna@example.com' }, {}, 'claim-malformed'],
    ['a line break', { email: 'anna@example.com\n' }, {}, 'claim-malformed'],
    ['two at signs', { email: 'anna@evil.com@example.com' }, {}, 'claim-malformed'],
    ['quotes', { email: '"anna@evil.com"@example.com' }, {}, 'claim-malformed'],
    ['a name in place of it', { preferred_username: 'anna' }, { userClaim: 'preferred_username' }, 'anna'],
    ['a homoglyph in the name', { preferred_username: 'аnna' }, { userClaim: 'preferred_username' }, 'claim-malformed'],
    ['a subject in its own case', { sub: 'U-1' }, { userClaim: 'sub' }, 'U-1'],
    ['a subject that cannot be a name', { sub: 'auth0|1' }, { userClaim: 'sub' }, undefined],
    ['an empty subject', { sub: '' }, {}, 'subject-malformed'],
    ['a subject with a control character', { sub: 'u\u0000' }, {}, 'subject-malformed'],
  ])('%s', (_, claims, terms, name) => expect(nameIn(claims, terms)).toBe(name));

  it.each<[string, object, Partial<ProviderTerms>, string]>([
    ['its own', {}, { emailDomains: ['example.com'] }, 'anna@example.com'],
    ['another', {}, { emailDomains: ['example.org'] }, 'domain-not-allowed'],
    [
      'one that ends like it',
      { email: 'anna@notexample.com' },
      { emailDomains: ['example.com'] },
      'domain-not-allowed',
    ],
    ['one below it', { email: 'anna@a.example.com' }, { emailDomains: ['example.com'] }, 'domain-not-allowed'],
    [
      'one of an address that is not verified',
      { email_verified: false },
      { emailDomains: ['example.com'], userClaim: 'sub' },
      'email-not-verified',
    ],
    [
      'that of a name',
      { preferred_username: 'bob@example.org' },
      { emailDomains: ['example.com'], userClaim: 'preferred_username' },
      'domain-not-allowed',
    ],
  ])('lets in by domain: %s', (_, claims, terms, name) => expect(nameIn(claims, terms)).toBe(name));

  it('compares names without case, subjects with it', () => {
    expect(isNamed({ name: 'anna@example.com', isNameExact: false }, 'ANNA@example.com')).toBe(true);
    expect(isNamed({ name: 'U-1', isNameExact: true }, 'u-1')).toBe(false);
    expect(isNamed({ name: undefined, isNameExact: false }, 'anna')).toBe(false);
  });

  it.each<[readonly unknown[] | undefined | string, boolean]>([
    [['pwd'], false],
    [['pwd', 'mfa'], true],
    [['pwd', 'otp'], true],
    [['hwk'], true],
    [['fpt'], false],
    [[], false],
    [undefined, false],
    ['mfa', false],
    [[{ toString: () => 'mfa' }, 7], false],
    [['MFA'], false],
  ])('by %j more than a password proved it: %s', (amr, isMultiFactor) => {
    expect(read({ amr })).toMatchObject({ isMultiFactor });
    const demanded = read({ amr }, { isMultiFactorRequired: true });
    expect(isClaimProblem(demanded)).toBe(!isMultiFactor);
  });
});
