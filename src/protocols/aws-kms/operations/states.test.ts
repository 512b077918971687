import { beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import {
  FREE_REGION,
  IMPLEMENTED,
  KINDS,
  prepareFor,
  REPLICA_REGION,
  REQUESTS,
  type Prepared,
} from './requests.fixture.ts';

/**
 * What an operation answers for a key in each state: the table of key states of the AWS KMS developer guide, where it
 * is known. The texts are AWS's.
 */
const OUTCOMES = {
  Y: undefined,
  disabled: { type: 'DisabledException', text: '<arn> is disabled.' },
  deletion: { type: 'KMSInvalidStateException', text: '<arn> is pending deletion.' },
  'not deletion': { type: 'KMSInvalidStateException', text: '<arn> is not pending deletion.' },
  import: { type: 'KMSInvalidStateException', text: '<arn> is pending import.' },
  ours: {
    type: 'UnsupportedOperationException',
    text: '<arn> origin is AWS_KMS which is not valid for this operation.',
  },
  theirs: {
    type: 'UnsupportedOperationException',
    text: '<arn> origin is EXTERNAL which is not valid for this operation.',
  },
  'not primary': { type: 'UnsupportedOperationException', text: '<arn> is not a multi-region primary key.' },
  'nothing pending': {
    type: 'KMSInvalidStateException',
    text: 'No available key material pending rotation for the key: <arn>.',
  },
} as const;

type Outcome = keyof typeof OUTCOMES;
type Row = readonly Outcome[];

/** In the order of {@link KINDS}. */
const ANY: Row = ['Y', 'Y', 'Y', 'Y', 'Y', 'Y', 'Y'];
const USE: Row = ['Y', 'disabled', 'deletion', 'Y', 'disabled', 'import', 'deletion'];
const ANNOTATE: Row = ['Y', 'Y', 'deletion', 'Y', 'Y', 'Y', 'deletion'];
const SWITCH: Row = ['Y', 'Y', 'deletion', 'Y', 'Y', 'import', 'deletion'];
const NOT_DELETED = 'not deletion';

const ALL_FORMS = ['id', 'arn', 'alias', 'aliasArn'] as const;
const ID_OR_ARN = ['id', 'arn'] as const;
const NO_KEY = [] as const;

const TABLE: { readonly [N in OperationName]?: readonly [Row, readonly (typeof ALL_FORMS)[number][]] } = {
  CreateKey: [ANY, NO_KEY],
  DescribeKey: [ANY, ALL_FORMS],
  ListKeys: [ANY, NO_KEY],
  UpdateKeyDescription: [ANNOTATE, ID_OR_ARN],
  EnableKey: [SWITCH, ID_OR_ARN],
  DisableKey: [SWITCH, ID_OR_ARN],
  ScheduleKeyDeletion: [ANNOTATE, ID_OR_ARN],
  CancelKeyDeletion: [[NOT_DELETED, NOT_DELETED, 'Y', NOT_DELETED, NOT_DELETED, NOT_DELETED, 'Y'], ID_OR_ARN],
  Encrypt: [USE, ALL_FORMS],
  Decrypt: [USE, ALL_FORMS],
  ReEncrypt: [USE, ALL_FORMS],
  GenerateDataKey: [USE, ALL_FORMS],
  GenerateDataKeyWithoutPlaintext: [USE, ALL_FORMS],
  GenerateDataKeyPair: [USE, ALL_FORMS],
  GenerateDataKeyPairWithoutPlaintext: [USE, ALL_FORMS],
  GetPublicKey: [USE, ALL_FORMS],
  Sign: [USE, ALL_FORMS],
  Verify: [USE, ALL_FORMS],
  GenerateMac: [USE, ALL_FORMS],
  VerifyMac: [USE, ALL_FORMS],
  DeriveSharedSecret: [USE, ALL_FORMS],
  Encapsulate: [USE, ALL_FORMS],
  Decapsulate: [USE, ALL_FORMS],
  GenerateRandom: [ANY, NO_KEY],
  GetParametersForImport: [['ours', 'ours', 'ours', 'Y', 'Y', 'Y', 'deletion'], ID_OR_ARN],
  ImportKeyMaterial: [['ours', 'ours', 'ours', 'Y', 'Y', 'Y', 'deletion'], ID_OR_ARN],
  DeleteImportedKeyMaterial: [['ours', 'ours', 'ours', 'Y', 'Y', 'Y', 'Y'], ID_OR_ARN],
  CreateAlias: [ANNOTATE, ID_OR_ARN],
  UpdateAlias: [ANNOTATE, ID_OR_ARN],
  DeleteAlias: [ANY, NO_KEY],
  ListAliases: [ANY, ID_OR_ARN],
  CreateGrant: [USE, ID_OR_ARN],
  ListGrants: [ANY, ID_OR_ARN],
  ListRetirableGrants: [ANY, NO_KEY],
  RetireGrant: [ANY, ID_OR_ARN],
  RevokeGrant: [ANY, ID_OR_ARN],
  TagResource: [ANNOTATE, ID_OR_ARN],
  UntagResource: [ANNOTATE, ID_OR_ARN],
  ListResourceTags: [ANY, ID_OR_ARN],
  GetKeyLastUsage: [ANY, ID_OR_ARN],
  GetKeyPolicy: [ANY, ID_OR_ARN],
  PutKeyPolicy: [ANY, ID_OR_ARN],
  ListKeyPolicies: [ANY, ID_OR_ARN],
  EnableKeyRotation: [['Y', 'disabled', 'deletion', 'theirs', 'theirs', 'theirs', 'theirs'], ID_OR_ARN],
  DisableKeyRotation: [['Y', 'disabled', 'deletion', 'theirs', 'theirs', 'theirs', 'theirs'], ID_OR_ARN],
  RotateKeyOnDemand: [['Y', 'disabled', 'deletion', 'nothing pending', 'disabled', 'import', 'deletion'], ID_OR_ARN],
  ListKeyRotations: [ANY, ID_OR_ARN],
  // Single-Region keys: what multi-Region keys answer is in multi-region.test.ts.
  ReplicateKey: [['not primary', 'disabled', 'deletion', 'not primary', 'disabled', 'import', 'deletion'], ID_OR_ARN],
  UpdatePrimaryRegion: [
    ['not primary', 'disabled', 'deletion', 'not primary', 'disabled', 'import', 'deletion'],
    ID_OR_ARN,
  ],
  GetKeyRotationStatus: [['Y', 'Y', 'Y', 'theirs', 'theirs', 'theirs', 'theirs'], ID_OR_ARN],
  CreateCustomKeyStore: [ANY, NO_KEY],
  ConnectCustomKeyStore: [ANY, NO_KEY],
  DisconnectCustomKeyStore: [ANY, NO_KEY],
  DescribeCustomKeyStores: [ANY, NO_KEY],
  UpdateCustomKeyStore: [ANY, NO_KEY],
  DeleteCustomKeyStore: [ANY, NO_KEY],
};

const rowOf = (operation: OperationName) => TABLE[operation] as NonNullable<(typeof TABLE)[OperationName]>;
const requestOf = (operation: OperationName) => REQUESTS[operation] as NonNullable<(typeof REQUESTS)[OperationName]>;

let world: World;
let account: Account;

/** A store of its own for each operation: the one in memory grows slow with what it holds. */
async function freshWorld(): Promise<void> {
  world = new World();
  account = await world.account();
  await world.ensureRegions(account.tenant, [REPLICA_REGION, FREE_REGION]);
}

function ask(operation: OperationName, key: Prepared, name: string) {
  return world.call(account.admin, operation, requestOf(operation)(name, key));
}

it('has a row for every operation that is there', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(IMPLEMENTED.toSorted());
  expect(Object.keys(REQUESTS).toSorted()).toEqual(IMPLEMENTED.toSorted());
});

describe.each(IMPLEMENTED)('%s', (operation) => {
  beforeAll(freshWorld);
  const [outcomes, forms] = rowOf(operation);

  it.each(KINDS.map((kind, i) => [kind, outcomes[i] as Outcome] as const))('on a key %s: %s', async (kind, outcome) => {
    for (const form of forms.length === 0 ? (['id'] as const) : forms) {
      const key = await prepareFor(world, account, operation, kind);
      const { status, type, text } = await ask(operation, key, key[form]);
      const expected = OUTCOMES[outcome];
      expect([form, status, type, text]).toEqual([
        form,
        expected === undefined ? 200 : 400,
        expected?.type,
        expected?.text.replace('<arn>', key.arn),
      ]);
    }
  });
});

describe('names of keys', () => {
  beforeAll(freshWorld);

  it.each(IMPLEMENTED.filter((operation) => rowOf(operation)[1].length === 2))(
    '%s does not take an alias for a key',
    async (operation) => {
      const key = await prepareFor(world, account, operation, 'enabled');
      for (const name of [key.alias, key.aliasArn]) {
        const answer = await ask(operation, key, name);
        expect(answer).toMatchObject({ type: 'NotFoundException', text: `Invalid keyId '${name}'` });
      }
    },
  );

  it.each(IMPLEMENTED.filter((operation) => rowOf(operation)[1].length > 0))(
    '%s knows no key that was deleted, that never was, or that is elsewhere',
    async (operation) => {
      const key = await prepareFor(world, account, operation, 'pending deletion');
      const before = world.clock();
      world.clock.set(before + 31 * DAY);
      const text = `Key '${key.arn}' does not exist`;
      expect(await ask(operation, key, key.id)).toMatchObject({ status: 400, type: 'NotFoundException', text });
      world.clock.set(before);
      const unknown = '00000000-0000-4000-8000-000000000000';
      expect(await ask(operation, key, unknown)).toMatchObject({
        type: 'NotFoundException',
        text: `Key '${key.arn.replace(key.id, unknown)}' does not exist`,
      });
      expect(await ask(operation, key, 'fake-key-id')).toMatchObject({ text: `Invalid keyId 'fake-key-id'` });
      const elsewhere = key.arn.replace(':eu-central-1:', ':us-east-1:');
      const answer = await ask(operation, key, elsewhere);
      expect(answer).toMatchObject({ type: 'NotFoundException', text: 'Invalid arn us-east-1' });
    },
  );
});
