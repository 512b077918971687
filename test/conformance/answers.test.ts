import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { World, type Account } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import type { OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { IMPLEMENTED, prepareFor, REQUESTS } from '../../src/protocols/aws-kms/operations/requests.fixture.ts';
import { CONTRACT } from './tour-client.fixture.ts';

/** Every answer against the model: only members that it has, of its types, lengths, patterns and words. */

interface Shape {
  readonly type: string;
  readonly members?: { readonly [name: string]: { readonly shape: string } };
  readonly member?: { readonly shape: string };
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

interface Model {
  readonly operations: { readonly [name: string]: { readonly output?: { readonly shape: string } } };
  readonly shapes: { readonly [name: string]: Shape };
}

const model = JSON.parse(readFileSync(CONTRACT, 'utf8')) as Model;

/** What in a value does not fit a shape, by the path to it. */
function misfits(shapeName: string, value: unknown, path: string): string[] {
  const shape = model.shapes[shapeName] as Shape;
  const { min = 0, max = Number.POSITIVE_INFINITY } = shape;
  const wrong = (what: string): string[] => [`${path}: ${what}`];
  const within = (length: number): string[] =>
    length >= min && length <= max ? [] : wrong(`${length} of ${min}..${max}`);
  switch (shape.type) {
    case 'structure':
      return Object.entries(value as object).flatMap(([name, member]) => {
        const found = shape.members?.[name];
        return found === undefined ? wrong(`unknown member ${name}`) : misfits(found.shape, member, `${path}.${name}`);
      });
    case 'list':
      if (!Array.isArray(value)) return wrong('not a list');
      return [
        ...within(value.length),
        ...value.flatMap((item, i) => misfits(shape.member?.shape as string, item, `${path}[${i}]`)),
      ];
    case 'map':
      return Object.values(value as object).every((item) => typeof item === 'string') ? [] : wrong('not texts');
    case 'blob': {
      const bytes = Buffer.from(String(value), 'base64');
      return bytes.toString('base64') === value ? within(bytes.length) : wrong('not base64');
    }
    case 'string': {
      if (typeof value !== 'string') return wrong('not a text');
      if (shape.enum?.includes(value) === false) return wrong(`unknown word ${value}`);
      const fits = shape.pattern === undefined || new RegExp(`^(?:${shape.pattern})$`, 'u').test(value);
      return fits ? within(value.length) : wrong(`not of the pattern ${shape.pattern}`);
    }
    case 'integer':
      return Number.isInteger(value) ? within(value as number) : wrong('not an integer');
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('not a boolean');
    case 'timestamp':
      return typeof value === 'number' && value > 1.4e9 && value < 4e9 ? [] : wrong('not seconds since 1970');
    default:
      return wrong(`the test knows no ${shape.type}`);
  }
}

/** The old member has no words for the newest specs: AWS answers them there all the same, as far as is known. */
const NEWER_THAN_THE_MEMBER = /CustomerMasterKeySpec: unknown word (?:ML_(?:DSA|KEM)_\d+|ECC_NIST_EDWARDS25519)$/;

function misfitsOf(operation: OperationName, body: unknown): string[] {
  const output = model.operations[operation]?.output;
  if (output === undefined) return Object.keys(body as object).length === 0 ? [] : [`${operation}: answers nothing`];
  return misfits(output.shape, body, operation).filter((misfit) => !NEWER_THAN_THE_MEMBER.test(misfit));
}

let world: World;
let account: Account;
beforeAll(async () => {
  world = new World();
  account = await world.account();
});

describe('an answer fits the model', () => {
  it.each(IMPLEMENTED)('%s', async (operation) => {
    const key = await prepareFor(world, account, operation);
    const { status, headers, body } = await world.call(
      account.admin,
      operation,
      REQUESTS[operation]?.(key.id, key) ?? {},
    );
    expect([status, misfitsOf(operation, body)]).toEqual([200, []]);
    expect(headers).toContain('application/x-amz-json-1.1');
  });

  const KINDS = ['enabled', 'disabled', 'pending deletion', 'imported', 'pending import'] as const;
  const SEEN: readonly OperationName[] = [
    'DescribeKey',
    'GetPublicKey',
    'Sign',
    'GenerateMac',
    'DeriveSharedSecret',
    'Encapsulate',
  ];
  it.each(KINDS)('DescribeKey of a key that is %s, of every family', async (kind) => {
    for (const operation of SEEN) {
      const { id } = await prepareFor(world, account, operation, kind);
      const { body } = await world.call(account.admin, 'DescribeKey', { KeyId: id });
      expect([operation, misfitsOf('DescribeKey', body)]).toEqual([operation, []]);
    }
  });

  it('and the test would see what does not', () => {
    const body = { KeyId: '', Plaintext: 'no base64', KeyMaterialId: 'x', EncryptionAlgorithm: 'ROT13', Another: 1 };
    expect(misfitsOf('Decrypt', body)).toHaveLength(5);
  });
});
