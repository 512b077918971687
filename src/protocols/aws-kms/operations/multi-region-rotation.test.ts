import { describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { REGION as HOME } from '../endpoint.fixture.ts';
import {
  replicate,
  WEST,
  call,
  KeyId,
  arnIn,
  at,
  sweep,
  rotations,
  NORTH,
  metadata,
  eachWithARelatedKey,
} from './multi-region.fixture.ts';

eachWithARelatedKey();

describe('rotation of related keys', () => {
  it('is asked for at the primary, and comes to all', async () => {
    await replicate(WEST);
    for (const operation of ['RotateKeyOnDemand', 'EnableKeyRotation', 'DisableKeyRotation'] as const) {
      expect(await call(operation, { KeyId }, WEST)).toMatchObject({
        type: 'UnsupportedOperationException',
        text: `${arnIn(WEST)} is not a multi-region primary key.`,
      });
    }
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const old = await call('Encrypt', { KeyId, Plaintext: Buffer.from('old') }, WEST);
    await call('RotateKeyOnDemand', { KeyId });
    at(90 * DAY);
    expect(await sweep()).toBe(1);
    const [home, west] = [await rotations(HOME), await rotations(WEST)];
    expect(home).toHaveLength(3);
    expect(west).toEqual(home);
    const status = (await call('GetKeyRotationStatus', { KeyId }, WEST)).body;
    expect(status).toMatchObject({ RotationPeriodInDays: 90, NextRotationDate: (NOW + 180 * DAY) / 1000 });
    const fresh = await call('Encrypt', { KeyId, Plaintext: Buffer.from('new') });
    for (const { body } of [old, fresh]) {
      for (const region of [HOME, WEST]) {
        const opened = await call('Decrypt', { CiphertextBlob: body.CiphertextBlob }, region);
        expect(opened).toMatchObject({ status: 200 });
      }
    }
    // A replica that comes later brings all material.
    await replicate(NORTH);
    expect(await rotations(NORTH)).toEqual(home);
    expect(await call('Decrypt', { CiphertextBlob: old.body.CiphertextBlob }, NORTH)).toMatchObject({ status: 200 });
  });

  it('reaches a replica that is off', async () => {
    await replicate(WEST);
    await call('DisableKey', { KeyId }, WEST);
    await call('RotateKeyOnDemand', { KeyId });
    expect(await rotations(WEST)).toHaveLength(2);
    expect((await metadata(WEST)).KeyState).toBe('Disabled');
  });
});

describe('UpdatePrimaryRegion', () => {
  it('makes a replica the primary, with the rotation', async () => {
    await replicate(WEST);
    await replicate(NORTH);
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect(await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: WEST })).toMatchObject({ status: 200, body: {} });
    for (const region of [HOME, WEST, NORTH]) {
      expect((await metadata(region)).MultiRegionConfiguration).toMatchObject({
        MultiRegionKeyType: region === WEST ? 'PRIMARY' : 'REPLICA',
        PrimaryKey: { Arn: arnIn(WEST), Region: WEST },
      });
    }
    expect((await call('RotateKeyOnDemand', { KeyId })).type).toBe('UnsupportedOperationException');
    at(90 * DAY);
    expect(await sweep()).toBe(1);
    expect(await rotations(HOME)).toHaveLength(2);
  });

  it.each([
    ['at a replica', WEST, NORTH, 'UnsupportedOperationException'],
    ['to a region without a replica', HOME, NORTH, 'NotFoundException'],
    ['to where it is', HOME, HOME, 'ValidationException'],
  ])('is refused %s', async (_, from, PrimaryRegion, type) => {
    await replicate(WEST);
    expect(await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion }, from)).toMatchObject({ status: 400, type });
  });

  it.each([
    ['DisableKey', 'DisabledException'],
    ['ScheduleKeyDeletion', 'KMSInvalidStateException'],
  ] as const)('is refused after %s, of either key', async (operation, type) => {
    await replicate(WEST);
    await call(operation, { KeyId }, WEST);
    expect((await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: WEST })).type).toBe(type);
    await replicate(NORTH);
    await call(operation, { KeyId });
    expect((await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: NORTH })).type).toBe(type);
    expect((await replicate('eu-nowhere-1')).type).toBe(type);
  });
});
