import { beforeEach, describe, expect, it } from 'vitest';
import { changeEntry, wrapForImport, wrappingPair } from '../../keys/key-space.fixture.ts';
import { lifecycleEventsOf } from '../../keys/lifecycle-event-record.ts';
import { register } from '../../keys/registration.ts';
import type { Instance } from '../../identity/tenant.ts';
import { sweepDueKeys } from '../../pipeline/sweep.ts';
import { type Account, REGION, World } from './endpoint.fixture.ts';

let world: World;
let account: Account;
let space: Instance;
let KeyId: string;

beforeEach(async () => {
  world = new World();
  account = await world.account();
  space = (await world.directory.instance(account.tenant.tenantId, REGION))!;
  KeyId = (await world.call(account.admin, 'CreateKey', {})).body.KeyMetadata.KeyId;
  await registered();
});

async function registered(): Promise<void> {
  const { key } = (await world.keys.find(space, KeyId))!;
  const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:2:bucket:x';
  const registrar = { service: 'storage.example.com', iamId: 'x' };
  const { writes } = register(space, key, crn, {}, registrar, [], world.clock());
  await world.store.commit({ writes, entries: [changeEntry(account.tenant.tenantId)] });
}

const told = async () => {
  const { key } = (await world.keys.find(space, KeyId))!;
  const events = await lifecycleEventsOf(world.store, space.tenantKey, key);
  return events.map(({ kind }) => kind);
};

describe('a key that IBM services registered', () => {
  it('tells them what becomes of it on this wire', async () => {
    await world.call(account.admin, 'DisableKey', { KeyId });
    await world.call(account.admin, 'DisableKey', { KeyId });
    await world.call(account.admin, 'EnableKey', { KeyId });
    await world.call(account.admin, 'RotateKeyOnDemand', { KeyId });
    await world.call(account.admin, 'UpdateKeyDescription', { KeyId, Description: 'nothing of it' });
    expect(await told()).toEqual(['disable', 'enable', 'rotate']);
  });

  it('tells them that it was rotated by itself', async () => {
    await world.call(account.admin, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    world.clock.set(world.clock() + 90 * 86_400_000);
    await sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
    expect(await told()).toEqual(['rotate']);
  });

  it('is not let go: this wire has no force', async () => {
    const refused = await world.call(account.admin, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(refused.body).toMatchObject({ __type: 'KMSInvalidStateException' });
    expect((await world.call(account.admin, 'Encrypt', { KeyId, Plaintext: 'eA==' } as never)).status).toBe(200);
    expect(await told()).toEqual([]);
  });

  it('keeps its material: without it nothing of theirs could be read', async () => {
    KeyId = (await world.call(account.admin, 'CreateKey', { Origin: 'EXTERNAL' })).body.KeyMetadata.KeyId;
    const algorithm = 'RSAES_OAEP_SHA_256';
    const bring = async (more: object) => {
      const asked = { KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: 'RSA_2048' } as const;
      const { ImportToken } = (await world.call(account.admin, 'GetParametersForImport', asked)).body;
      const EncryptedKeyMaterial = wrapForImport(algorithm, wrappingPair().publicKey, Buffer.alloc(32, 7));
      return world.call(account.admin, 'ImportKeyMaterial', { KeyId, ImportToken, EncryptedKeyMaterial, ...more });
    };
    const kept = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    expect((await bring(kept)).status).toBe(200);
    await registered();
    const refused = { __type: 'KMSInvalidStateException' };
    expect((await world.call(account.admin, 'DeleteImportedKeyMaterial', { KeyId })).body).toMatchObject(refused);
    expect((await bring({ ValidTo: world.clock() / 1_000 + 60 })).body).toMatchObject(refused);
    expect((await bring(kept)).status).toBe(200);
    world.clock.set(world.clock() + 60_000);
    expect((await world.call(account.admin, 'Encrypt', { KeyId, Plaintext: 'eA==' } as never)).status).toBe(200);
  });
});
