import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOKENS, TRUST_ANCHOR, World } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import {
  FREE_REGION,
  IMPLEMENTED,
  MULTI_REGION,
  NEEDS,
  prepare,
  REPLICA_REGION,
  SPECS as SPECS_OF,
  type Prepared,
  type Spec,
  prepareStore,
} from './requests.fixture.ts';

interface Example {
  readonly id: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
}

const path = join(import.meta.dirname, '../../../../contracts/aws-kms/examples.json');
const EXAMPLES = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, readonly Example[]>>;

/** Examples about what is not there yet; the key policy has conditions. They leave this list when it comes. */
const NOT_YET = /create-a-kms-key-in-a-custom-key-store|to-attach-a-key-policy/;

/** Operations whose only examples are not there yet. */
const NOT_YET_WHOLE: ReadonlySet<OperationName> = new Set(['PutKeyPolicy']);

const cases = IMPLEMENTED.flatMap((operation) =>
  (EXAMPLES[operation] ?? [])
    .filter(({ id }) => !NOT_YET.test(id))
    .map((example) => [operation, example.id, example] as const),
);

/** Which spec the key of an example has, where it is not that of the operation's own request. */
const SPECS: readonly (readonly [RegExp, Spec])[] = [
  [/details-about-an-rsa/, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }],
  [/details-about-an-hmac/, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }],
  [/public-key-of-an-asymmetric/, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }],
  [/digital/, { KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' }],
  [/an-hmac/, { KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC' }],
];

/** The example's names of keys, accounts and bytes, replaced by those of a real key. */
function real(input: object, key: Prepared, accountId: string): object {
  const message = Buffer.from('plain').toString('base64');
  const isBinary = (value: unknown) => typeof value === 'string' && /^<[^>]+>$/.test(value);
  const bytes: Readonly<Record<string, string>> = {
    CiphertextBlob: key.blob,
    Signature: key.blob,
    Mac: key.blob,
    Plaintext: message,
    ImportToken: key.importToken,
    EncryptedKeyMaterial: key.encryptedMaterial,
    TrustAnchorCertificate: TRUST_ANCHOR,
  };
  const entries = Object.entries(input).map(([name, value]) => [name, isBinary(value) ? bytes[name] : value]);
  const text = JSON.stringify({ ...Object.fromEntries(entries), ...('Message' in input && { Message: message }) })
    .replaceAll(/111122223333|444455556666/g, accountId)
    .replaceAll('role/ExampleRole', 'root')
    .replaceAll('0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60', key.grantId)
    .replaceAll(/(?:us|eu|ap)-[a-z]+-\d/g, 'eu-central-1')
    .replaceAll('cks-1234567890abcdef0', key.keyStoreId)
    .replaceAll('cluster-1a23b4cdefg', `${TOKENS}example`)
    .replaceAll('ExampleKeyStore', key.keyStoreName)
    .replaceAll('alias/ECC_signing_key', 'alias/ExampleAlias')
    .replaceAll(/mrk-[0-9a-f]{32}/g, key.id)
    .replaceAll('1234abcd-12ab-34cd-56ef-1234567890ab', key.id)
    .replaceAll('0987dcba-09fe-87dc-65ba-ab0987654321', 'DestinationKeyId' in input ? key.otherId : key.id);
  const found = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return {
    ...found,
    ...('ReplicaRegion' in found && { ReplicaRegion: FREE_REGION }),
    ...('PrimaryRegion' in found && { PrimaryRegion: REPLICA_REGION }),
  };
}

/** An id of an example that is too short. */
const FORMER_ID = 'mrk-1234abcd12ab34cd56ef12345678990ab';

/** What can be compared of two answers about different keys: which members they have, and how keys are named in them. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, formOf(member)]));
  }
  if (value === FORMER_ID) return 'id';
  if (typeof value !== 'string') return typeof value === 'boolean' ? 'boolean' : 'a value';
  if (/^arn:aws:kms:[^:]+:\d{12}:(?:key|alias)\//.test(value)) return 'ARN';
  return /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/.test(value) ? 'id' : 'a value';
}

describe("AWS's own examples", () => {
  it('are there for every operation that has one', () => {
    const tried = new Set<OperationName>(cases.map(([operation]) => operation));
    expect(IMPLEMENTED.filter((name) => !tried.has(name) && name in EXAMPLES && !NOT_YET_WHOLE.has(name))).toEqual([]);
  });

  it.each(cases)('%s: %s', async (operation: OperationName, id, { input = {}, output }) => {
    const world = new World();
    const account = await world.account();
    const { admin, accountId } = account;
    const spec = SPECS.find(([pattern]) => pattern.test(id))?.[1] ?? SPECS_OF[operation];
    const kind = id.includes('multi-region') ? MULTI_REGION : 'enabled';
    const made = await prepare(world, account, NEEDS[operation] ?? kind, spec);
    const key = { ...made, ...(Object.keys(input).length > 0 && (await prepareStore(world, account, operation))) };
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
