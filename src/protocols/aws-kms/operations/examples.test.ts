import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { World } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import { IMPLEMENTED, NEEDS, prepare, type Prepared } from './requests.fixture.ts';

interface Example {
  readonly id: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
}

const path = join(import.meta.dirname, '../../../../contracts/aws-kms/examples.json');
const EXAMPLES = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, readonly Example[]>>;

/** Examples about what is not there yet; the key policy has conditions. They leave this list when it comes. */
const NOT_YET = /asymmetric|hmac|multi-region|custom-key-store|to-attach-a-key-policy/;

const cases = IMPLEMENTED.flatMap((operation) =>
  (EXAMPLES[operation] ?? [])
    .filter(({ id }) => !NOT_YET.test(id))
    .map((example) => [operation, example.id, example] as const),
);

/** The example's names of keys, accounts and bytes, replaced by those of a real key. */
function real(input: object, key: Prepared, accountId: string): object {
  const bytes: Readonly<Record<string, string>> = {
    CiphertextBlob: key.blob,
    Plaintext: Buffer.from('plain').toString('base64'),
    ImportToken: key.importToken,
    EncryptedKeyMaterial: key.encryptedMaterial,
  };
  const entries = Object.entries(input).map(([name, value]) => [name, value === '<binary data>' ? bytes[name] : value]);
  const text = JSON.stringify(Object.fromEntries(entries))
    .replaceAll(/111122223333|444455556666/g, accountId)
    .replaceAll('role/ExampleRole', 'root')
    .replaceAll('0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60', key.grantId)
    .replaceAll(/us-(?:west|east)-2/g, 'eu-central-1')
    .replaceAll('1234abcd-12ab-34cd-56ef-1234567890ab', key.id)
    .replaceAll('0987dcba-09fe-87dc-65ba-ab0987654321', key.otherId);
  return JSON.parse(text) as object;
}

/** What can be compared of two answers about different keys: which members they have, and how keys are named in them. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, formOf(member)]));
  }
  if (typeof value !== 'string') return typeof value === 'boolean' ? 'boolean' : 'a value';
  if (/^arn:aws:kms:[^:]+:\d{12}:(?:key|alias)\//.test(value)) return 'ARN';
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(value) ? 'id' : 'a value';
}

describe("AWS's own examples", () => {
  it('are most of the operations that are there', () => {
    expect(new Set(cases.map(([operation]) => operation)).size).toBeGreaterThan(IMPLEMENTED.length - 4);
  });

  it.each(cases)('%s: %s', async (operation: OperationName, _, { input = {}, output }) => {
    const world = new World();
    const account = await world.account();
    const { admin, accountId } = account;
    const key = await prepare(world, account, NEEDS[operation] ?? 'enabled');
    if (operation !== 'CreateAlias') {
      await world.call(admin, 'CreateAlias', { AliasName: 'alias/ExampleAlias', TargetKeyId: key.id });
    }
    const Tags = ['CostCenter', 'CreatedBy', 'Purpose'].map((TagKey) => ({ TagKey, TagValue: 'x' }));
    await world.call(admin, 'TagResource', { KeyId: key.id, Tags });

    const answer = await world.call(admin, operation, real(input, key, accountId));
    expect(answer).toMatchObject({ status: 200 });
    expect(formOf(answer.body)).toMatchObject(formOf(output ?? {}) as object);
  });
});
