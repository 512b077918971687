import { beforeEach } from 'vitest';
import { NOW } from '../../../keys/key-space.fixture.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { REGION as HOME, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

export const WEST = 'eu-west-1';
export const NORTH = 'eu-north-1';

export let world: World;
export let one: Account;
export let KeyId: string;

export const call = <N extends OperationName>(operation: N, input: object = {}, region = HOME) =>
  world.call(one.admin, operation, input, { region });
export const sweep = () => sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
export const at = (ms: number) => world.clock.set(NOW + ms);
export const metadata = async (region = HOME, id = KeyId) =>
  (await call('DescribeKey', { KeyId: id }, region)).body.KeyMetadata;
export const arnIn = (region: string, id = KeyId) => `arn:aws:kms:${region}:${one.accountId}:key/${id}`;
export const replicate = (ReplicaRegion: string, more: object = {}, from = HOME) =>
  call('ReplicateKey', { KeyId, ReplicaRegion, ...more }, from);
export const rotations = async (region: string) =>
  (await call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }, region)).body.Rotations;

/** Makes another multi-Region key, which `KeyId` is from then on. */
export async function makeAnother(kind: object = {}): Promise<void> {
  ({ KeyId } = (await call('CreateKey', { ...kind, MultiRegion: true })).body.KeyMetadata);
}

/** A new world, with a multi-Region key in its home. */
export async function startOver(): Promise<void> {
  world = new World();
  one = await world.account();
  await world.ensureRegions(one.tenant, [WEST, NORTH]);
  await makeAnother();
}

/** Each test has a world of its own, with a multi-Region key in its home. */
export function eachWithARelatedKey(): void {
  beforeEach(startOver);
}
