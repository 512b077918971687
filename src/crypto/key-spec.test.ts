import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEY_SPECS, keySpec, keySpecByAwsName, SYMMETRIC, type KeyUsage } from './key-spec.ts';

const modelFile = join(import.meta.dirname, '../../contracts/aws-kms/model.json');

interface Model {
  readonly shapes: { readonly [name: string]: { readonly enum?: readonly string[] } };
}

/** The enumeration of the AWS model that names the algorithms of a usage. */
const ALGORITHM_SHAPES: Record<Exclude<KeyUsage, 'store'>, readonly string[]> = {
  'encrypt-decrypt': ['EncryptionAlgorithmSpec'],
  'sign-verify': ['SigningAlgorithmSpec'],
  'key-agreement': ['KeyAgreementAlgorithmSpec'],
  'generate-verify-mac': ['MacAlgorithmSpec'],
  'encapsulate-decapsulate': ['EncapsulationAlgorithmSpec'],
};
const ON_AWS = KEY_SPECS.filter(({ isUnknownToAws }) => isUnknownToAws !== true);

describe.skipIf(!existsSync(modelFile))('against the pinned AWS model', () => {
  const model = existsSync(modelFile) ? (JSON.parse(readFileSync(modelFile, 'utf8')) as Model) : { shapes: {} };
  const valuesOf = (shape: string) => model.shapes[shape]?.enum ?? [];

  it('every KeySpec has exactly one row, and every row is a KeySpec, but for those that it cannot know', () => {
    expect(ON_AWS.map((row) => row.aws).toSorted()).toEqual(valuesOf('KeySpec').toSorted());
  });

  it.each(Object.entries(ALGORITHM_SHAPES))(
    'the algorithms of %s are those of the model, none missing',
    (usage, shapes) => {
      const ours = new Set(KEY_SPECS.flatMap((row) => row.algorithms[usage as KeyUsage] ?? []));
      const theirs = shapes.flatMap(valuesOf);
      expect(theirs.length).toBeGreaterThan(0);
      expect([...ours].toSorted()).toEqual(theirs.toSorted());
    },
  );

  it('every usage is one of the model', () => {
    const theirs = valuesOf('KeyUsageType').map((usage) => usage.toLowerCase().replaceAll('_', '-'));
    const ours = new Set<string>(ON_AWS.flatMap((row) => row.usages));
    expect([...ours].toSorted()).toEqual(theirs.toSorted());
  });
});

describe('the table of key specs', () => {
  it('names every row once in each tongue', () => {
    expect(new Set(KEY_SPECS.map((row) => row.name)).size).toBe(KEY_SPECS.length);
    expect(new Set(KEY_SPECS.map((row) => row.aws)).size).toBe(KEY_SPECS.length);
  });

  it.each(KEY_SPECS)('$name is found by both of its names and has algorithms for each of its usages', (row) => {
    expect(keySpec(row.name)).toBe(row);
    expect(keySpecByAwsName(row.aws)).toBe(row.isUnknownToAws ? undefined : row);
    const computing = row.usages.filter((usage) => usage !== 'store');
    expect(Object.keys(row.algorithms).toSorted()).toEqual(computing.toSorted());
    for (const usage of computing) expect(row.algorithms[usage]).not.toEqual([]);
    const isSecretKey = ['aes', 'hmac', 'secret'].includes(row.family);
    expect(row.materialLength !== undefined).toBe(isSecretKey);
    expect(row.pair === undefined).toBe(isSecretKey);
  });

  it.each(['', 'AES-256', 'SYMMETRIC_DEFAULT', '__proto__', 'constructor'])(
    'has no row of our own named %j',
    (name) => {
      expect(keySpec(name)).toBeUndefined();
    },
  );

  it.each(['', 'aes-256', 'symmetric_default', '__proto__'])('has no row that AWS names %j', (name) => {
    expect(keySpecByAwsName(name)).toBeUndefined();
  });

  it('has the symmetric row by name, of 32 bytes', () => {
    expect(SYMMETRIC).toMatchObject({ name: 'aes-256', aws: 'SYMMETRIC_DEFAULT', materialLength: 32 });
  });

  it.each([
    ['hmac-224', 28],
    ['hmac-256', 32],
    ['hmac-384', 48],
    ['hmac-512', 64],
  ])('%s has %d bytes', (name, length) => {
    expect(keySpec(name)?.materialLength).toBe(length);
  });
});
