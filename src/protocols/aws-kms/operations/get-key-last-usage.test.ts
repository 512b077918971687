import { beforeEach, describe, expect, it } from 'vitest';
import { entryIdOf } from '../../../audit/last-uses.ts';
import { KEY_USES } from '../../../keys/uses.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { REGION as HOME, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationRow } from '../operation.ts';
import { OPERATIONS } from '../operations.ts';
import { prepareFor, REQUESTS } from './requests.fixture.ts';

let world: World;
let one: Account;
let KeyId: string;

const call = <N extends OperationName>(operation: N, input: object = {}, region = HOME) =>
  world.call(one.admin, operation, input, { region });
const usage = async (id = KeyId, region = HOME) => (await call('GetKeyLastUsage', { KeyId: id }, region)).body;
const Plaintext = Buffer.from('x');

beforeEach(async () => {
  world = new World();
  one = await world.account();
  ({ KeyId } = (await call('CreateKey')).body.KeyMetadata);
});

/** Every operation that asks for a permission to use material. */
const USES = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => {
  const row = OPERATIONS[name] as OperationRow | 'not-implemented';
  return row !== 'not-implemented' && row.actions.some((action) => KEY_USES.has(action));
});

describe('GetKeyLastUsage', () => {
  it('knows nothing of a key that was never used', async () => {
    const made = world.clock() / 1000;
    expect(await usage()).toEqual({ KeyId, KeyLastUsage: {}, TrackingStartDate: made, KeyCreationDate: made });
  });

  it('names the last use, and its entry in the log', async () => {
    await call('Encrypt', { KeyId, Plaintext });
    world.clock.set(world.clock() + 5000);
    await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
    const entry = world.store.entries().at(-1)?.leaf as Buffer;
    expect((await usage()).KeyLastUsage).toEqual({
      Operation: 'GenerateDataKey',
      Timestamp: world.clock() / 1000,
      CloudTrailEventId: entryIdOf(entry),
      KmsRequestId: '00000000-0000-4000-8000-000000000000',
    });
  });

  it.each(USES)('tells of %s', async (operation) => {
    const key = await prepareFor(world, one, operation);
    world.clock.set(world.clock() + 1000);
    const request = REQUESTS[operation] as NonNullable<(typeof REQUESTS)[OperationName]>;
    expect(await call(operation, request(key.id, key))).toMatchObject({ status: 200 });
    expect((await usage(key.id)).KeyLastUsage).toMatchObject({ Operation: operation, Timestamp: world.clock() / 1000 });
  });

  it('counts ReEncrypt for both keys', async () => {
    const other = (await call('CreateKey')).body.KeyMetadata.KeyId;
    const { CiphertextBlob } = (await call('Encrypt', { KeyId, Plaintext })).body;
    await call('ReEncrypt', { CiphertextBlob, DestinationKeyId: other });
    for (const id of [KeyId, other]) expect((await usage(id)).KeyLastUsage.Operation).toBe('ReEncrypt');
  });

  it('does not count what was refused, was only tried, or only managed', async () => {
    await call('Encrypt', { KeyId, Plaintext, DryRun: true });
    await call('DescribeKey', { KeyId });
    await call('RotateKeyOnDemand', { KeyId });
    await call('DisableKey', { KeyId });
    await call('Encrypt', { KeyId, Plaintext });
    expect((await usage()).KeyLastUsage).toEqual({});
  });

  it('tells of each replica apart, and nothing of one that its region had earlier', async () => {
    await world.ensureRegions(one.tenant, ['eu-west-1']);
    const { KeyId: id } = (await call('CreateKey', { MultiRegion: true })).body.KeyMetadata;
    await call('ReplicateKey', { KeyId: id, ReplicaRegion: 'eu-west-1' });
    await call('Encrypt', { KeyId: id, Plaintext }, 'eu-west-1');
    expect((await usage(id)).KeyLastUsage).toEqual({});
    expect((await usage(id, 'eu-west-1')).KeyLastUsage.Operation).toBe('Encrypt');
    await call('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 }, 'eu-west-1');
    world.clock.set(world.clock() + 8 * 86_400_000);
    await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    await call('ReplicateKey', { KeyId: id, ReplicaRegion: 'eu-west-1' });
    expect((await usage(id, 'eu-west-1')).KeyLastUsage).toEqual({});
  });

  it('tells the owner of a key of uses by another account', async () => {
    const two = await world.account('two');
    const { Arn } = (await call('DescribeKey', { KeyId })).body.KeyMetadata;
    const statements = [one, two].map(({ accountId }) => ({
      Effect: 'Allow',
      Principal: { AWS: accountId },
      Action: 'kms:*',
      Resource: '*',
    }));
    await call('PutKeyPolicy', { KeyId, Policy: JSON.stringify({ Statement: statements }) });
    expect(await world.call(two.admin, 'Encrypt', { KeyId: Arn, Plaintext })).toMatchObject({ status: 200 });
    expect((await usage()).KeyLastUsage.Operation).toBe('Encrypt');
  });
});
