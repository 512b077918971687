import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { REGION as HOME } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationRow } from '../operation.ts';
import { OPERATIONS } from '../operations.ts';
import { IMPLEMENTED, importInto, MULTI_REGION, prepareFor, REQUESTS, type Kind } from './requests.fixture.ts';
import {
  replicate,
  WEST,
  NORTH,
  call,
  KeyId,
  arnIn,
  metadata,
  at,
  sweep,
  world,
  one,
  rotations,
  eachWithARelatedKey,
  makeAnother,
} from './multi-region.fixture.ts';

eachWithARelatedKey();

/** Calls an operation in a region and wants it to succeed. */
const must =
  (region: string) =>
  async <N extends OperationName>(operation: N, input: object) => {
    const answer = await call(operation, input, region);
    if (answer.status !== 200) throw new Error(`${operation} in ${region}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

describe('the deletion of related keys', () => {
  it('of a primary waits for the last replica; then its own window begins', async () => {
    await replicate(WEST);
    await replicate(NORTH);
    const { body } = await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 10 });
    expect(body).toEqual({ KeyId: arnIn(HOME), KeyState: 'PendingReplicaDeletion', PendingWindowInDays: 10 });
    const waiting = await metadata();
    expect(waiting).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
      PendingDeletionWindowInDays: 10,
      Enabled: false,
    });
    expect(waiting).not.toHaveProperty('DeletionDate');
    expect(await call('Encrypt', { KeyId, Plaintext: Buffer.from('x') })).toMatchObject({
      type: 'KMSInvalidStateException',
      text: `${arnIn(HOME)} is pending replica deletion.`,
    });
    expect(await call('Encrypt', { KeyId, Plaintext: Buffer.from('x') }, WEST)).toMatchObject({ status: 200 });

    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }, WEST);
    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 8 }, NORTH);
    at(7 * DAY);
    expect(await sweep()).toBe(1);
    expect((await metadata()).KeyState).toBe('PendingReplicaDeletion');
    expect((await metadata()).MultiRegionConfiguration.ReplicaKeys).toEqual([{ Arn: arnIn(NORTH), Region: NORTH }]);
    at(8 * DAY);
    expect(await sweep()).toBe(1);
    expect(await metadata()).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: (NOW + 18 * DAY) / 1000 });
    at(18 * DAY);
    expect(await sweep()).toBe(1);
    expect((await call('DescribeKey', { KeyId })).type).toBe('NotFoundException');
  });

  it('can be called back, and a region that was left can be gone to again', async () => {
    await replicate(WEST);
    const { CiphertextBlob } = (await call('Encrypt', { KeyId, Plaintext: Buffer.from('x') })).body;
    await call('ScheduleKeyDeletion', { KeyId });
    expect(await call('CancelKeyDeletion', { KeyId })).toMatchObject({ body: { KeyId: arnIn(HOME) } });
    await call('EnableKey', { KeyId });
    for (let again = 0; again < 2; again++) {
      const user = await world.actor(one.tenant, `user-${again}`, []);
      const use = () => world.call(user, 'Encrypt', { KeyId, Plaintext: Buffer.from('x') }, { region: WEST });
      await must(WEST)('CreateGrant', { KeyId, GranteePrincipal: user.principal.arn, Operations: ['Encrypt'] });
      expect((await use()).status).toBe(200);
      await call('CreateAlias', { AliasName: 'alias/x', TargetKeyId: KeyId }, WEST);
      await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }, WEST);
      world.clock.set(world.clock() + 7 * DAY);
      // Its grants are still there until the sweep has come by.
      expect(await replicate(WEST)).toMatchObject({ type: 'AlreadyExistsException' });
      await sweep();
      expect(await replicate(WEST)).toMatchObject({ status: 200 });
      expect(await metadata(WEST)).toMatchObject({ KeyState: 'Enabled', CreationDate: world.clock() / 1000 });
      expect((await call('ListAliases', { KeyId }, WEST)).body.Aliases).toEqual([]);
      expect((await use()).type).toBe('AccessDeniedException');
      expect(await call('Decrypt', { CiphertextBlob }, WEST)).toMatchObject({ status: 200 });
      expect((await metadata()).MultiRegionConfiguration.ReplicaKeys).toHaveLength(1);
    }
  });
});

describe('a primary that waits for its replicas to go', () => {
  const ON_KEYS = IMPLEMENTED.filter((name) => (OPERATIONS[name] as OperationRow).keys.length > 0);

  it.each(ON_KEYS)('answers %s as a key that waits for its deletion does', async (operation) => {
    const ask = async (kind: Kind) => {
      const key = await prepareFor(world, one, operation, kind);
      if (kind === MULTI_REGION) await must(HOME)('ScheduleKeyDeletion', { KeyId: key.id });
      const request = REQUESTS[operation] as NonNullable<(typeof REQUESTS)[OperationName]>;
      const { status, type, text } = await call(operation, request(key.id, key));
      return { status, type, text: text?.replace(key.arn, '<arn>') };
    };
    const single = await ask('pending deletion');
    const text = single.text?.replace('is pending deletion.', 'is pending replica deletion.');
    expect(await ask(MULTI_REGION)).toEqual({ ...single, text });
  });
});

describe('imported material of related keys', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const NEW = { ImportType: 'NEW_KEY_MATERIAL' };

  beforeEach(async () => {
    await makeAnother({ Origin: 'EXTERNAL' });
    await importInto(must(HOME), KeyId, first);
    await replicate(WEST);
  });

  it('is brought to each region, and is the same one', async () => {
    expect((await metadata(WEST)).KeyState).toBe('PendingImport');
    const { CiphertextBlob } = (await call('Encrypt', { KeyId, Plaintext: Buffer.from('x') })).body;
    expect((await call('Decrypt', { CiphertextBlob }, WEST)).type).toBe('KMSInvalidStateException');
    await expect(importInto(must(WEST), KeyId, second)).rejects.toThrow('IncorrectKeyMaterialException');
    await importInto(must(WEST), KeyId, first);
    const opened = await call('Decrypt', { CiphertextBlob }, WEST);
    expect(opened.body.KeyMaterialId).toBe((await metadata()).CurrentKeyMaterialId);
  });

  it('has to be there before the key is replicated or its primary is moved', async () => {
    await importInto(must(WEST), KeyId, first);
    await call('DeleteImportedKeyMaterial', { KeyId }, WEST);
    const refused = { type: 'KMSInvalidStateException', text: `${arnIn(WEST)} is pending import.` };
    expect((await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: WEST })).type).toBe(refused.type);
    await call('DeleteImportedKeyMaterial', { KeyId });
    const here = { ...refused, text: `${arnIn(HOME)} is pending import.` };
    expect(await replicate(NORTH)).toMatchObject(here);
    expect(await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: WEST })).toMatchObject(here);
  });

  it('is rotated once the new material is everywhere', async () => {
    await importInto(must(WEST), KeyId, first);
    await expect(importInto(must(WEST), KeyId, second, NEW)).rejects.toThrow('is not a multi-region primary key.');
    await importInto(must(HOME), KeyId, second, NEW);
    const waits = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
    expect((await rotations(HOME))[1]).toMatchObject({ KeyMaterialState: waits, ImportState: 'IMPORTED' });
    expect((await rotations(WEST))[1]).toMatchObject({ KeyMaterialState: waits, ImportState: 'PENDING_IMPORT' });
    expect((await call('RotateKeyOnDemand', { KeyId })).type).toBe('KMSInvalidStateException');
    await importInto(must(WEST), KeyId, second);
    expect((await rotations(HOME))[1]?.KeyMaterialState).toBe('PENDING_ROTATION');
    expect(await call('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 200 });
    for (const region of [HOME, WEST]) {
      expect((await rotations(region)).map(({ KeyMaterialState }) => KeyMaterialState)).toEqual([
        'NON_CURRENT',
        'CURRENT',
      ]);
    }
  });

  it('that waits is deleted everywhere with the primary, that of a replica there alone', async () => {
    await importInto(must(WEST), KeyId, first);
    await importInto(must(HOME), KeyId, second, NEW);
    await importInto(must(WEST), KeyId, second);
    const KeyMaterialId = (await rotations(HOME))[1]?.KeyMaterialId;
    await call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId }, WEST);
    expect((await rotations(HOME))[1]?.ImportState).toBe('IMPORTED');
    await importInto(must(WEST), KeyId, second);
    await call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    for (const region of [HOME, WEST]) expect((await rotations(region))[1]?.ImportState).toBe('PENDING_IMPORT');
    // The current one is the region's own to forget.
    await call('DeleteImportedKeyMaterial', { KeyId });
    expect([(await metadata()).KeyState, (await metadata(WEST)).KeyState]).toEqual(['PendingImport', 'Enabled']);
  });
});

describe('imported secrets for MACs in two regions', () => {
  it('are the same secret once it was brought to both', async () => {
    await makeAnother({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', Origin: 'EXTERNAL' });
    const secret = randomBytes(32);
    await importInto(must(HOME), KeyId, secret);
    await replicate(WEST);
    expect((await metadata(WEST)).KeyState).toBe('PendingImport');
    await expect(importInto(must(WEST), KeyId, randomBytes(32))).rejects.toThrow('IncorrectKeyMaterialException');
    await importInto(must(WEST), KeyId, secret);
    const asked = { KeyId, Message: Buffer.from('message'), MacAlgorithm: 'HMAC_SHA_256' };
    const { Mac } = (await call('GenerateMac', asked, WEST)).body;
    expect((await call('VerifyMac', { ...asked, Mac })).body.MacValid).toBe(true);
  });
});
