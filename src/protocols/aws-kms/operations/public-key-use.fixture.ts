import { createPublicKey } from 'node:crypto';
import { beforeAll } from 'vitest';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

export let world: World;
let one: Account;

export const call = <N extends OperationName>(operation: N, input: object) => world.call(one.admin, operation, input);
export const PLAINTEXT = Buffer.from('a data key, say');
export const DRY_RUN = { status: 400, type: 'DryRunOperationException' };
export const INVALID_CIPHERTEXT = { status: 400, type: 'InvalidCiphertextException', text: undefined };

export interface Made {
  readonly id: string;
  readonly arn: string;
}
const made = new Map<string, Promise<Made>>();

/** One key of each kind serves all tests here. */
export function keyOf(KeySpec: string, KeyUsage = 'ENCRYPT_DECRYPT'): Promise<Made> {
  const name = `${KeySpec} ${KeyUsage}`;
  const known = made.get(name) ?? makeKey(KeySpec, KeyUsage);
  made.set(name, known);
  return known;
}

export async function makeKey(KeySpec: string, KeyUsage: string): Promise<Made> {
  const { KeyMetadata } = (await call('CreateKey', { KeySpec, KeyUsage })).body;
  return { id: KeyMetadata.KeyId, arn: KeyMetadata.Arn };
}

export async function publicKeyOf(KeyId: string) {
  const { body } = await call('GetPublicKey', { KeyId });
  return createPublicKey({ key: Buffer.from(body.PublicKey, 'base64'), format: 'der', type: 'spki' });
}

/** All tests of a file share a world, and the keys that take long to make. */
export function withOneWorld(): void {
  beforeAll(async () => {
    world = new World();
    one = await world.account();
    // Another file may have had a world before, in the same process.
    made.clear();
  });
}
