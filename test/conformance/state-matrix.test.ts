import { beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../src/keys/key-space.fixture.ts';
import { World, type Account } from '../../src/protocols/aws-kms/endpoint.fixture.ts';
import { INPUTS, type OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import {
  FREE_REGION,
  IMPLEMENTED,
  MULTI_REGION,
  NEEDS,
  prepare,
  REPLICA_REGION,
  REQUESTS,
  SPECS,
  type Kind,
  type Prepared,
} from '../../src/protocols/aws-kms/operations/requests.fixture.ts';

/**
 * Every operation in every state of a key, under every form of its name: the table "Key states of AWS KMS keys" of the
 * developer guide. Creating and Updating do not occur here: what AWS does in the background is done with the answer.
 */

const HOUR = 3_600_000;

interface ConditionRow {
  readonly kind: Kind;
  /** Brings a prepared key into the condition. */
  readonly afterwards?: (call: Call, key: Prepared) => Promise<void>;
  /** The condition comes of itself after this time. */
  readonly laterMs?: number;
  /** Whether the key's material was imported, which only some operations can tell. */
  readonly isImported?: true;
}

type Call = (operation: OperationName, input: object) => Promise<void>;

/** How a key gets into each condition, by the API itself. */
const CONDITIONS = {
  enabled: { kind: 'enabled' },
  disabled: { kind: 'disabled' },
  'pending deletion': { kind: 'pending deletion' },
  'pending replica deletion': {
    kind: MULTI_REGION,
    afterwards: (call, { id }) => call('ScheduleKeyDeletion', { KeyId: id }),
  },
  imported: { kind: 'imported', isImported: true },
  'imported, disabled': { kind: 'imported, disabled', isImported: true },
  'material deleted': { kind: 'pending import', isImported: true },
  'material deleted, disabled before': {
    kind: 'imported, disabled',
    afterwards: (call, { id }) => call('DeleteImportedKeyMaterial', { KeyId: id }),
    isImported: true,
  },
  'material expired': {
    kind: 'imported',
    afterwards: async (call, { id, importToken, encryptedMaterial }) =>
      call('ImportKeyMaterial', {
        KeyId: id,
        ImportToken: importToken,
        EncryptedKeyMaterial: encryptedMaterial,
        ValidTo: Math.floor(world.clock() / 1000) + 3600,
      }),
    laterMs: 2 * HOUR,
    isImported: true,
  },
  'imported, pending deletion': { kind: 'imported, pending deletion', isImported: true },
  deleted: { kind: 'pending deletion', laterMs: 31 * DAY },
} as const satisfies Readonly<Record<string, ConditionRow>>;

type Condition = keyof typeof CONDITIONS;

/** What can come of it: a type and a text, in AWS's words. */
const OUTCOMES = {
  Y: undefined,
  disabled: ['DisabledException', '<arn> is disabled.'],
  deletion: ['KMSInvalidStateException', '<arn> is pending deletion.'],
  'replica deletion': ['KMSInvalidStateException', '<arn> is pending replica deletion.'],
  'not deletion': ['KMSInvalidStateException', '<arn> is not pending deletion.'],
  import: ['KMSInvalidStateException', '<arn> is pending import.'],
  ours: ['UnsupportedOperationException', '<arn> origin is AWS_KMS which is not valid for this operation.'],
  theirs: ['UnsupportedOperationException', '<arn> origin is EXTERNAL which is not valid for this operation.'],
  'not primary': ['UnsupportedOperationException', '<arn> is not a multi-region primary key.'],
  'nothing pending': ['KMSInvalidStateException', 'No available key material pending rotation for the key: <arn>.'],
  gone: ['NotFoundException', `Key '<arn>' does not exist`],
} as const;

type Outcome = keyof typeof OUTCOMES;
type Row = { readonly [C in Condition]: Outcome };

const ALWAYS: Row = {
  enabled: 'Y',
  disabled: 'Y',
  'pending deletion': 'Y',
  'pending replica deletion': 'Y',
  imported: 'Y',
  'imported, disabled': 'Y',
  'material deleted': 'Y',
  'material deleted, disabled before': 'Y',
  'material expired': 'Y',
  'imported, pending deletion': 'Y',
  deleted: 'gone',
};
const NOT_WHILE_DELETED: Row = {
  ...ALWAYS,
  'pending deletion': 'deletion',
  'pending replica deletion': 'replica deletion',
  'imported, pending deletion': 'deletion',
};
const WITH_MATERIAL: Row = {
  ...NOT_WHILE_DELETED,
  'material deleted': 'import',
  'material deleted, disabled before': 'import',
  'material expired': 'import',
};
const ENABLED: Row = { ...WITH_MATERIAL, disabled: 'disabled', 'imported, disabled': 'disabled' };
const IMPORTED: Row = {
  ...ALWAYS,
  enabled: 'ours',
  disabled: 'ours',
  'pending deletion': 'ours',
  'pending replica deletion': 'ours',
  'imported, pending deletion': 'deletion',
};

/** The row with what is different for all imported material. */
function importedAre(row: Row, outcome: Outcome): Row {
  const conditions = Object.entries(CONDITIONS) as [Condition, ConditionRow][];
  return Object.fromEntries(
    conditions.map(([name, { isImported }]) => [name, isImported === true ? outcome : row[name]]),
  ) as unknown as Row;
}

const ALL_FORMS = ['id', 'arn', 'alias', 'aliasArn'] as const;
const ID_OR_ARN = ['id', 'arn'] as const;
type Forms = readonly (typeof ALL_FORMS)[number][];

/** Nothing about a key: the request names none. */
const NO_KEY = 'no key';

const ROTATION = importedAre(ENABLED, 'theirs');
const RELATED: Row = {
  ...ENABLED,
  enabled: 'not primary',
  imported: 'not primary',
};

/** Every operation of the API: its row of the table, and how its request may name a key. */
const TABLE: { readonly [N in OperationName]: readonly [Row, Forms] | typeof NO_KEY } = {
  Encrypt: [ENABLED, ALL_FORMS],
  Decrypt: [ENABLED, ALL_FORMS],
  ReEncrypt: [ENABLED, ALL_FORMS],
  GenerateDataKey: [ENABLED, ALL_FORMS],
  GenerateDataKeyWithoutPlaintext: [ENABLED, ALL_FORMS],
  GenerateDataKeyPair: [ENABLED, ALL_FORMS],
  GenerateDataKeyPairWithoutPlaintext: [ENABLED, ALL_FORMS],
  Sign: [ENABLED, ALL_FORMS],
  Verify: [ENABLED, ALL_FORMS],
  GenerateMac: [ENABLED, ALL_FORMS],
  VerifyMac: [ENABLED, ALL_FORMS],
  GetPublicKey: [ENABLED, ALL_FORMS],
  DeriveSharedSecret: [ENABLED, ALL_FORMS],
  Encapsulate: [ENABLED, ALL_FORMS],
  Decapsulate: [ENABLED, ALL_FORMS],
  CreateGrant: [ENABLED, ID_OR_ARN],
  DescribeKey: [ALWAYS, ALL_FORMS],
  GetKeyPolicy: [ALWAYS, ID_OR_ARN],
  PutKeyPolicy: [ALWAYS, ID_OR_ARN],
  ListKeyPolicies: [ALWAYS, ID_OR_ARN],
  ListAliases: [ALWAYS, ID_OR_ARN],
  ListGrants: [ALWAYS, ID_OR_ARN],
  ListResourceTags: [ALWAYS, ID_OR_ARN],
  // AWS documents the ARN alone.
  RetireGrant: [ALWAYS, ID_OR_ARN],
  RevokeGrant: [ALWAYS, ID_OR_ARN],
  GetKeyLastUsage: [ALWAYS, ID_OR_ARN],
  CreateAlias: [NOT_WHILE_DELETED, ID_OR_ARN],
  UpdateAlias: [NOT_WHILE_DELETED, ID_OR_ARN],
  TagResource: [NOT_WHILE_DELETED, ID_OR_ARN],
  UntagResource: [NOT_WHILE_DELETED, ID_OR_ARN],
  UpdateKeyDescription: [NOT_WHILE_DELETED, ID_OR_ARN],
  ScheduleKeyDeletion: [NOT_WHILE_DELETED, ID_OR_ARN],
  EnableKey: [WITH_MATERIAL, ID_OR_ARN],
  DisableKey: [WITH_MATERIAL, ID_OR_ARN],
  CancelKeyDeletion: [
    {
      ...importedAre(ALWAYS, 'not deletion'),
      enabled: 'not deletion',
      disabled: 'not deletion',
      'imported, pending deletion': 'Y',
    },
    ID_OR_ARN,
  ],
  EnableKeyRotation: [ROTATION, ID_OR_ARN],
  DisableKeyRotation: [ROTATION, ID_OR_ARN],
  GetKeyRotationStatus: [importedAre(ALWAYS, 'theirs'), ID_OR_ARN],
  ListKeyRotations: [ALWAYS, ID_OR_ARN],
  RotateKeyOnDemand: [{ ...ENABLED, imported: 'nothing pending' }, ID_OR_ARN],
  GetParametersForImport: [IMPORTED, ID_OR_ARN],
  ImportKeyMaterial: [IMPORTED, ID_OR_ARN],
  DeleteImportedKeyMaterial: [{ ...IMPORTED, 'imported, pending deletion': 'Y' }, ID_OR_ARN],
  ReplicateKey: [RELATED, ID_OR_ARN],
  UpdatePrimaryRegion: [RELATED, ID_OR_ARN],
  // The alias is named, not the key.
  DeleteAlias: NO_KEY,
  CreateKey: NO_KEY,
  ListKeys: NO_KEY,
  GenerateRandom: NO_KEY,
  ListRetirableGrants: NO_KEY,
  CreateCustomKeyStore: NO_KEY,
  ConnectCustomKeyStore: NO_KEY,
  DisconnectCustomKeyStore: NO_KEY,
  DescribeCustomKeyStores: NO_KEY,
  UpdateCustomKeyStore: NO_KEY,
  DeleteCustomKeyStore: NO_KEY,
};

const ON_KEYS = IMPLEMENTED.flatMap((operation) => {
  const row = TABLE[operation];
  return row === NO_KEY ? [] : [[operation, ...row] as const];
});
const NAMES = Object.keys(CONDITIONS) as Condition[];

let world: World;
let account: Account;

/** A store of its own for each operation: the one in memory grows slow with what it holds. */
async function freshWorld(): Promise<void> {
  world = new World();
  account = await world.account();
  await world.ensureRegions(account.tenant, [REPLICA_REGION, FREE_REGION]);
}

/** Makes a key on which the operation could succeed, in a condition. The clock stands where the condition has come. */
async function keyIn(operation: OperationName, condition: Condition, startMs: number): Promise<Prepared> {
  const { kind, afterwards, laterMs = 0 }: ConditionRow = CONDITIONS[condition];
  world.clock.set(startMs);
  const key = await prepare(world, account, kind, SPECS[operation]);
  await afterwards?.(async (name, input) => {
    const { status, text } = await world.call(account.admin, name, input);
    if (status !== 200) throw new Error(`the set-up of a test was refused: ${text}`);
  }, key);
  world.clock.set(startMs + laterMs);
  return key;
}

function ask(operation: OperationName, key: Prepared, name: string) {
  return world.call(account.admin, operation, REQUESTS[operation]?.(name, key) ?? {});
}

/** What the answer must be: status, type and text. */
function expected(outcome: Outcome, key: Prepared, form: keyof Prepared): readonly unknown[] {
  const found = OUTCOMES[outcome];
  if (found === undefined) return [200, undefined, undefined];
  const isAlias = form === 'alias' || form === 'aliasArn';
  if (outcome === 'gone' && isAlias) return [400, found[0], `Alias ${key.aliasArn} is not found.`];
  return [400, found[0], found[1].replace('<arn>', key.arn)];
}

it('has every operation of the model', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(Object.keys(INPUTS).toSorted());
});

describe.each(ON_KEYS)('%s', (operation, row, forms) => {
  beforeAll(freshWorld);

  it.each(NAMES.map((name) => [name, row[name]] as const))('on a key %s: %s', async (condition, outcome) => {
    const startMs = world.clock();
    let key: Prepared | undefined;
    for (const form of forms) {
      // What succeeds may change the key: the next name needs another one.
      key = key === undefined || outcome === 'Y' ? await keyIn(operation, condition, startMs) : key;
      const { status, type, text } = await ask(operation, key, key[form]);
      expect([form, status, type, text]).toEqual([form, ...expected(outcome, key, form)]);
    }
    world.clock.set(startMs);
    expect(world.faults).toEqual([]);
  });

  it('takes no other form of name', async () => {
    const key = await prepare(world, account, NEEDS[operation] ?? 'enabled', SPECS[operation]);
    for (const form of ALL_FORMS.filter((one) => !forms.includes(one))) {
      const answer = await ask(operation, key, key[form]);
      expect([form, answer.status, answer.type]).toEqual([
        form,
        400,
        expect.stringMatching(/^(?:NotFound|InvalidArn)Exception$/),
      ]);
    }
  });
});

describe('an imported key that never had material', () => {
  beforeAll(freshWorld);
  const using: readonly OperationName[] = [
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
    'Sign',
    'Verify',
    'GenerateMac',
    'VerifyMac',
    'GetPublicKey',
    'DeriveSharedSecret',
    'Encapsulate',
    'Decapsulate',
    'CreateGrant',
    'EnableKey',
    'DisableKey',
    'RotateKeyOnDemand',
    'ReplicateKey',
    'UpdatePrimaryRegion',
  ];

  it.each(using.filter((operation) => IMPLEMENTED.includes(operation)))('refuses %s', async (operation) => {
    const { body } = await world.call(account.admin, 'CreateKey', {
      ...SPECS[operation],
      Origin: 'EXTERNAL',
      MultiRegion: operation === 'ReplicateKey' || operation === 'UpdatePrimaryRegion',
    });
    const { KeyId: id, Arn: arn } = body.KeyMetadata;
    const other = await prepare(world, account, 'enabled', SPECS[operation]);
    const answer = await ask(operation, { ...other, id, arn }, arn);
    expect([answer.type, answer.text]).toEqual(['KMSInvalidStateException', `${arn} is pending import.`]);
  });
});

describe('a multi-Region primary key', () => {
  beforeAll(freshWorld);
  const REFUSED = { DisableKey: 'disabled', ScheduleKeyDeletion: 'replica deletion' } as const;

  it.each(['ReplicateKey', 'UpdatePrimaryRegion'] as const)('has %s while it is enabled', async (operation) => {
    for (const [act, outcome] of Object.entries(REFUSED) as [keyof typeof REFUSED, Outcome][]) {
      const key = await prepare(world, account, MULTI_REGION);
      await world.call(account.admin, act, { KeyId: key.id });
      const { status, type, text } = await ask(operation, key, key.id);
      expect([act, status, type, text]).toEqual([act, ...expected(outcome, key, 'id')]);
    }
    const key = await prepare(world, account, MULTI_REGION);
    expect(await ask(operation, key, key.arn)).toMatchObject({ status: 200 });
  });
});
