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
import { XksWorld } from '../../src/protocols/xks/xks.fixture.ts';

/**
 * Every operation in every state of a key, under every form of its name: the table "Key states of AWS KMS keys" of the
 * developer guide. Creating and Updating do not occur here: what AWS does in the background is done with the answer.
 */

const HOUR = 3_600_000;
/** What an external key is good for. */
const BOTH = ['ENCRYPT', 'DECRYPT'] as const;

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
  // The alias is named, not the key.
  DeleteAlias: [ALWAYS, ['alias']],
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
/** What succeeds once only: the next name needs another key. */
const SPENDING: ReadonlySet<OperationName> = new Set([
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
  'DeleteAlias',
  'RetireGrant',
  'RevokeGrant',
  'DeleteImportedKeyMaterial',
]);
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

it('has every operation of the model, and a request for each that is there', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(Object.keys(INPUTS).toSorted());
  expect(Object.keys(REQUESTS).toSorted()).toEqual(IMPLEMENTED.toSorted());
});

describe.each(ON_KEYS)('%s', (operation, row, forms) => {
  beforeAll(freshWorld);

  it.each(NAMES.map((name) => [name, row[name]] as const))('on a key %s: %s', async (condition, outcome) => {
    const startMs = world.clock();
    let key: Prepared | undefined;
    for (const form of forms) {
      const isSpent = outcome === 'Y' && SPENDING.has(operation);
      key = key === undefined || isSpent ? await keyIn(operation, condition, startMs) : key;
      const { status, type, text } = await ask(operation, key, key[form]);
      expect([form, status, type, text]).toEqual([form, ...expected(outcome, key, form)]);
    }
    world.clock.set(startMs);
    expect(world.faults).toEqual([]);
  });
});

describe('names of keys', () => {
  beforeAll(freshWorld);
  const naming = ON_KEYS.filter(([operation]) => operation !== 'DeleteAlias');
  const fitting = (operation: OperationName) =>
    prepare(world, account, NEEDS[operation] ?? 'enabled', SPECS[operation]);

  it.each(naming)('%s takes the forms that its page says, and no other', async (operation, _, forms) => {
    const key = await fitting(operation);
    for (const form of ALL_FORMS.filter((one) => !forms.includes(one))) {
      const answer = await ask(operation, key, key[form]);
      expect(answer).toMatchObject({ type: 'NotFoundException', text: `Invalid keyId '${key[form]}'` });
    }
  });

  it.each(naming)('%s knows no key that never was, or that is elsewhere', async (operation) => {
    const key = await fitting(operation);
    const unknown = '00000000-0000-4000-8000-000000000000';
    const names = {
      [unknown]: `Key '${key.arn.replace(key.id, unknown)}' does not exist`,
      'fake-key-id': `Invalid keyId 'fake-key-id'`,
      [key.arn.replace(':eu-central-1:', ':us-east-1:')]: 'Invalid arn us-east-1',
    };
    for (const [name, text] of Object.entries(names)) {
      expect(await ask(operation, key, name)).toMatchObject({ status: 400, type: 'NotFoundException', text });
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

describe('a key in an external key store that was disconnected', () => {
  const UNAVAILABLE = {
    Y: undefined,
    unavailable: ['KMSInvalidStateException', '<arn> is unavailable.'],
    'not deletion': OUTCOMES['not deletion'],
    'not here': [
      'UnsupportedOperationException',
      '<arn> origin is EXTERNAL_KEY_STORE which is not valid for this operation.',
    ],
  } as const;

  /** The column "Unavailable" of the table. */
  const COLUMN: { readonly [N in OperationName]?: keyof typeof UNAVAILABLE } = {
    Encrypt: 'unavailable',
    Decrypt: 'unavailable',
    ReEncrypt: 'unavailable',
    GenerateDataKey: 'unavailable',
    GenerateDataKeyWithoutPlaintext: 'unavailable',
    CreateGrant: 'Y',
    DescribeKey: 'Y',
    GetKeyPolicy: 'Y',
    PutKeyPolicy: 'Y',
    ListKeyPolicies: 'Y',
    ListAliases: 'Y',
    ListGrants: 'Y',
    ListResourceTags: 'Y',
    RevokeGrant: 'Y',
    GetKeyLastUsage: 'Y',
    CreateAlias: 'Y',
    UpdateAlias: 'Y',
    TagResource: 'Y',
    UntagResource: 'Y',
    UpdateKeyDescription: 'Y',
    EnableKey: 'Y',
    DisableKey: 'Y',
    ScheduleKeyDeletion: 'Y',
    CancelKeyDeletion: 'not deletion',
    EnableKeyRotation: 'not here',
    DisableKeyRotation: 'not here',
    GetKeyRotationStatus: 'not here',
    RotateKeyOnDemand: 'not here',
    GetParametersForImport: 'not here',
    ImportKeyMaterial: 'not here',
  };
  const operations = Object.keys(COLUMN) as (keyof typeof COLUMN)[];
  const made = new Map<OperationName, Prepared>();

  /** A house that is its own proxy, with one external key for each operation. */
  beforeAll(async () => {
    const house = new XksWorld();
    world = house;
    account = await house.account();
    const call = async <N extends OperationName>(name: N, input: object) => {
      const { status, body } = await house.call(account.admin, name, input);
      if (status !== 200) throw new Error(`the set-up of a test was refused: ${JSON.stringify(body)}`);
      return body;
    };
    const behind = await prepare(house, account, 'enabled');
    const exposed = operations.map((xksKeyId) => ({ xksKeyId, keyId: behind.id, operations: BOTH }));
    const access = await house.endpoint(account, 'production', exposed);
    house.proxy = async (_, path, headers, body) => {
      const { status, body: answer } = await house.hand(path, '', { ...headers }, body.toString('utf8'));
      return { status, body: Buffer.from(JSON.stringify(answer)) };
    };
    const { CustomKeyStoreId } = await call('CreateCustomKeyStore', {
      CustomKeyStoreName: 'outside',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      XksProxyConnectivity: 'PUBLIC_ENDPOINT',
      XksProxyUriEndpoint: 'https://xks.example.com',
      XksProxyUriPath: '/production/kms/xks/v1',
      XksProxyAuthenticationCredential: { AccessKeyId: access.accessKeyId, RawSecretAccessKey: access.secret },
    });
    await call('ConnectCustomKeyStore', { CustomKeyStoreId });
    for (const operation of operations) {
      const { KeyMetadata } = await call('CreateKey', {
        Origin: 'EXTERNAL_KEY_STORE',
        CustomKeyStoreId,
        XksKeyId: operation,
      });
      const { KeyId: id, Arn: arn } = KeyMetadata;
      const alias = `alias/outside-${operation}`;
      await call('CreateAlias', { AliasName: alias, TargetKeyId: id });
      const { CiphertextBlob: blob } = await call('Encrypt', { KeyId: id, Plaintext: Buffer.from('plain') });
      const grant = { KeyId: id, GranteePrincipal: behind.rootArn, Operations: ['DescribeKey'] };
      const { GrantId: grantId } = await call('CreateGrant', grant);
      made.set(operation, {
        ...behind,
        id,
        arn,
        alias,
        aliasArn: behind.aliasArn.replace(behind.alias, alias),
        blob,
        grantId,
      });
    }
    await call('DisconnectCustomKeyStore', { CustomKeyStoreId });
  });

  it.each(Object.entries(COLUMN) as [OperationName, keyof typeof UNAVAILABLE][])(
    '%s: %s',
    async (operation, outcome) => {
      const key = made.get(operation) as Prepared;
      const forms = (TABLE[operation] as readonly [Row, Forms])[1];
      for (const form of outcome === 'Y' ? forms.slice(0, 1) : forms) {
        const { status, type, text } = await ask(operation, key, key[form]);
        const found = UNAVAILABLE[outcome];
        const words =
          found === undefined ? [200, undefined, undefined] : [400, found[0], found[1].replace('<arn>', key.arn)];
        expect([form, status, type, text]).toEqual([form, ...words]);
      }
      expect(world.faults).toEqual([]);
    },
  );
});
