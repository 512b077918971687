import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsKmsError } from './errors.ts';
import { INPUTS, type OperationName } from './model.gen.ts';
import { readInput } from './validate.ts';

const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const bytes = (length: number): string => Buffer.alloc(length, 7).toString('base64');

function refusal(operation: OperationName, body: Buffer): string {
  try {
    readInput(operation, body);
  } catch (error) {
    if (error instanceof AwsKmsError) return error.message;
    throw error;
  }
  return 'accepted';
}
const refused = (operation: OperationName, value: unknown): string => refusal(operation, json(value));
const one = (text: string): string => `ValidationException: 1 validation error detected: ${text}`;

describe('what is read', () => {
  it('turns blobs into buffers, maps into maps, and leaves the rest', () => {
    const input = readInput(
      'Encrypt',
      json({ KeyId: ID, Plaintext: 'aGk=', EncryptionContext: { a: '1' }, GrantTokens: ['t'], DryRun: false }),
    );
    expect(input).toEqual({
      KeyId: ID,
      Plaintext: Buffer.from('hi'),
      EncryptionContext: new Map([['a', '1']]),
      GrantTokens: ['t'],
      DryRun: false,
    });
  });

  it('takes an empty body for {}, null for an absent member, and overlooks members it does not know', () => {
    expect(readInput('ListKeys', Buffer.alloc(0))).toEqual({});
    expect(readInput('ListKeys', json({ Limit: null, Nonsense: { deep: [1] } }))).toEqual({});
  });

  it('keeps a context entry called __proto__ an ordinary entry', () => {
    const body = Buffer.from(`{"KeyId":"${ID}","Plaintext":"aGk=","EncryptionContext":{"__proto__":"x","a":"y"}}`);
    expect(readInput('Encrypt', body).EncryptionContext).toEqual(
      new Map([
        ['__proto__', 'x'],
        ['a', 'y'],
      ]),
    );
  });

  it.each([4095, 4096])('takes a plaintext of %i bytes', (length) => {
    expect(readInput('Encrypt', json({ KeyId: ID, Plaintext: bytes(length) })).Plaintext).toHaveLength(length);
  });

  it('takes every recorded example that AWS gives for a request', () => {
    const path = resolve(import.meta.dirname, '../../../contracts/aws-kms/examples.json');
    const examples = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { input?: Record<string, unknown> }[]>;
    const texts = Object.entries(examples).flatMap(([operation, cases]) =>
      cases.map((each) => `${operation}: ${refused(operation as OperationName, asSent(each.input ?? {}))}`),
    );
    // AWS's own cluster id holds a 1, which its pattern does not take.
    const odd = texts.filter((text) => !text.endsWith(': accepted') && !text.includes("'cluster-1a23b4cdefg'"));
    expect(texts.length).toBeGreaterThan(55);
    expect(odd).toEqual([]);
  });
});

/** The examples show blobs as text or as placeholders, and times as dates. */
function asSent(input: Record<string, unknown>): Record<string, unknown> {
  const BLOBS =
    /^(?:Plaintext|CiphertextBlob|Message|Signature|Mac|PublicKey|ImportToken|EncryptedKeyMaterial|AttestationDocument)$/;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      if (BLOBS.test(name)) return [name, bytes(32)];
      if (name === 'ValidTo') return [name, 1_479_513_600];
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return [name, asSent(value as Record<string, unknown>)];
      }
      return [name, value];
    }),
  );
}

describe('broken constraints, in the words recorded from AWS', () => {
  it.each<[OperationName, unknown, string]>([
    ['PutKeyPolicy', { KeyId: ID }, `Value null at 'policy' failed to satisfy constraint: Member must not be null`],
    [
      'DescribeKey',
      { KeyId: '' },
      `Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    ],
    [
      'GenerateDataKey',
      { KeyId: ID, NumberOfBytes: 1025 },
      `Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024`,
    ],
    [
      'GenerateRandom',
      { NumberOfBytes: 0 },
      `Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    ],
    [
      'Encrypt',
      { KeyId: ID, Plaintext: bytes(4097) },
      `Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096`,
    ],
    [
      'Encrypt',
      { KeyId: ID, Plaintext: '' },
      `Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    ],
    [
      'Decrypt',
      { CiphertextBlob: bytes(6145) },
      `Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length less than or equal to 6144`,
    ],
    [
      'CreateAlias',
      { AliasName: 'alias/a b', TargetKeyId: ID },
      `Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$`,
    ],
    [
      'GetKeyPolicy',
      { KeyId: ID, PolicyName: 'a\n' },
      `Value 'a\n' at 'policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]+`,
    ],
    [
      'TagResource',
      { KeyId: ID, Tags: [{ TagKey: '', TagValue: 'v' }] },
      `Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    ],
    [
      'TagResource',
      { KeyId: ID, Tags: [{ TagKey: 'a', TagValue: 'v' }, { TagKey: 'b' }] },
      `Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null`,
    ],
    [
      'UntagResource',
      { KeyId: ID, TagKeys: ['a', ''] },
      `Value '[a, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]`,
    ],
    [
      'Encrypt',
      { KeyId: ID, Plaintext: 'aGk=', GrantTokens: Array.from({ length: 11 }, () => 't') },
      `Value '[t, t, t, t, t, t, t, t, t, t, t]' at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10`,
    ],
    [
      'CreateCustomKeyStore',
      { CustomKeyStoreName: 'x', KeyStorePassword: 'secret' },
      `Value at 'keyStorePassword' failed to satisfy constraint: Member must have length greater than or equal to 7`,
    ],
  ])('%s, case %#', (operation, input, text) => {
    expect(refused(operation, input)).toBe(one(text));
  });

  it('says what an enumeration takes', () => {
    const text = refused('GenerateDataKey', { KeyId: ID, KeySpec: 'AES_192' });
    expect(text).toMatch(
      /Value 'AES_192' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: \[AES_\d{3}, AES_\d{3}\]$/,
    );
  });

  it('counts several', () => {
    expect(refused('CreateAlias', {})).toBe(
      `ValidationException: 2 validation errors detected: Value null at 'aliasName' failed to satisfy constraint: Member must not be null; Value null at 'targetKeyId' failed to satisfy constraint: Member must not be null`,
    );
  });
});

describe('what is not the model at all', () => {
  it.each<[string, OperationName, Buffer, string]>([
    ['bad base64', 'Encrypt', json({ KeyId: ID, Plaintext: 'not base64!' }), ''],
    ['base64 without padding', 'Encrypt', json({ KeyId: ID, Plaintext: 'aGk' }), ''],
    ['a number for a string', 'DescribeKey', json({ KeyId: 1 }), ': NUMBER_VALUE can not be converted to a String'],
    ['a string for a number', 'ListKeys', json({ Limit: '5' }), ': STRING_VALUE can not be converted to an Integer'],
    ['a fraction for a number', 'ListKeys', json({ Limit: 1.5 }), ': NUMBER_VALUE can not be converted to an Integer'],
    [
      'a string for a boolean',
      'CreateKey',
      json({ MultiRegion: 'true' }),
      ': STRING_VALUE can not be converted to a Boolean',
    ],
    ['a list for a map', 'Decrypt', json({ EncryptionContext: [] }), ': LIST_VALUE can not be converted to a map'],
    [
      'a number in a map',
      'Decrypt',
      json({ EncryptionContext: { a: 1 } }),
      ': NUMBER_VALUE can not be converted to a String',
    ],
    ['a map for a list', 'TagResource', json({ Tags: {} }), ': STRUCTURE_VALUE can not be converted to a list'],
    [
      'a time that no calendar reaches',
      'ImportKeyMaterial',
      json({ KeyId: ID, ImportToken: 'aGk=', EncryptedKeyMaterial: 'aGk=', ValidTo: 8.64e12 + 1 }),
      ': NUMBER_VALUE can not be converted to milliseconds since epoch',
    ],
    ['a list for the body', 'ListKeys', json([]), ': LIST_VALUE can not be converted to a structure'],
    ['null for the body', 'ListKeys', json(null), ': NULL_VALUE can not be converted to a structure'],
    ['no JSON', 'ListKeys', Buffer.from('{'), ': the text is not valid JSON'],
    ['a member twice', 'ListKeys', Buffer.from('{"Limit":1,"Limit":2}'), ': an object has the same member twice'],
    [
      'broken UTF-8',
      'ListKeys',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      ': the text is not valid UTF-8',
    ],
  ])('refuses %s', (_, operation, body, text) => {
    expect(refusal(operation, body)).toBe(`SerializationException${text}`);
  });

  it('refuses or reads anything, and never breaks', () => {
    const operations = Object.keys(INPUTS) as OperationName[];
    fc.assert(
      fc.property(fc.constantFrom(...operations), fc.json(), (operation, text) => {
        const result = refusal(operation, Buffer.from(text));
        expect(result).toMatch(/^(?:accepted|ValidationException: |SerializationException)/);
      }),
    );
  });
});
