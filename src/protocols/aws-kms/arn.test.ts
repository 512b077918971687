import { describe, expect, it } from 'vitest';
import { aliasArn, ANY_FORM, ID_OR_ARN, keyArn, parseKeyReference } from './arn.ts';
import { AwsKmsError } from './errors.ts';

const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const MRK = 'mrk-1234abcd12ab34cd56ef1234567890ab';

describe('names of keys', () => {
  it.each([
    [ID, { form: 'id', keyId: ID }],
    [MRK, { form: 'id', keyId: MRK }],
    [keyArn(REGION, ACCOUNT, ID), { form: 'arn', accountId: ACCOUNT, keyId: ID }],
    [keyArn(REGION, ACCOUNT, MRK), { form: 'arn', accountId: ACCOUNT, keyId: MRK }],
    ['alias/a/b_c-D', { form: 'alias', alias: 'alias/a/b_c-D' }],
    [aliasArn(REGION, ACCOUNT, 'alias/a'), { form: 'alias-arn', accountId: ACCOUNT, alias: 'alias/a' }],
  ])('%s', (text, reference) => {
    expect(parseKeyReference(text, REGION, ANY_FORM)).toEqual(reference);
  });

  it.each([
    'fake-key-id',
    '',
    ID.toUpperCase(),
    `${ID}0`,
    'mrk-1234',
    'alias/',
    'alias/a b',
    'ALIAS/a',
    `arn:aws:kms:${REGION}:${ACCOUNT}:key/fake`,
    `arn:aws:kms:${REGION}:1111:key/${ID}`,
    `arn:aws:kms:${REGION}:${ACCOUNT}:alias/`,
    `arn:aws:iam:${REGION}:${ACCOUNT}:key/${ID}`,
    `arn:aws:kms:${REGION}:${ACCOUNT}:key/${ID}\n`,
  ])('%j is no name of a key', (text) => {
    expect(() => parseKeyReference(text, REGION, ANY_FORM)).toThrow(
      new AwsKmsError('NotFoundException', `Invalid keyId '${text}'`),
    );
  });

  it('refuses an ARN of another Region or partition', () => {
    const invalid = new AwsKmsError('NotFoundException', 'Invalid arn us-east-1');
    expect(() => parseKeyReference(keyArn('us-east-1', ACCOUNT, ID), REGION, ANY_FORM)).toThrow(invalid);
    expect(() => parseKeyReference(aliasArn('us-east-1', ACCOUNT, 'alias/a'), REGION, ANY_FORM)).toThrow(invalid);
    expect(() => parseKeyReference(`arn:aws-cn:kms:${REGION}:${ACCOUNT}:key/${ID}`, REGION, ANY_FORM)).toThrow(
      `Invalid arn ${REGION}`,
    );
  });

  it('refuses forms that the operation does not take', () => {
    const invalid = (text: string): AwsKmsError => new AwsKmsError('NotFoundException', `Invalid keyId '${text}'`);
    expect(() => parseKeyReference('alias/x', REGION, ID_OR_ARN)).toThrow(invalid('alias/x'));
    const arnOnly = new Set(['arn'] as const);
    expect(() => parseKeyReference(ID, REGION, arnOnly)).toThrow(invalid(ID));
    expect(parseKeyReference(keyArn(REGION, ACCOUNT, ID), REGION, arnOnly).form).toBe('arn');
  });
});
