import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';

const MINUTE = 60_000;
let world: World;
let one: Account;
let KeyId: string;

const call = <N extends OperationName>(operation: N, input: object = {}) => world.call(one.admin, operation, input);
const sweep = () => sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
const at = (ms: number) => world.clock.set(NOW + ms);
const status = async () => (await call('GetKeyRotationStatus', { KeyId })).body;
const rotations = async () => (await call('ListKeyRotations', { KeyId })).body.Rotations;
const nextOf = async () => Number((await status()).NextRotationDate) * 1000 - NOW;

beforeEach(async () => {
  world = new World();
  one = await world.account();
  ({ KeyId } = (await call('CreateKey')).body.KeyMetadata);
});

describe('EnableKeyRotation', () => {
  it('is a year unless said otherwise, and tells when', async () => {
    expect(await status()).toEqual({ KeyId, KeyRotationEnabled: false });
    expect(await call('EnableKeyRotation', { KeyId })).toMatchObject({ status: 200, body: {} });
    expect(await status()).toEqual({
      KeyId,
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: (NOW + 365 * DAY) / 1000,
    });
  });

  it.each([
    [89, 'ValidationException'],
    [90, undefined],
    [2560, undefined],
    [2561, 'ValidationException'],
  ])('takes a period of %i days: %s', async (RotationPeriodInDays, type) => {
    expect((await call('EnableKeyRotation', { KeyId, RotationPeriodInDays })).type).toBe(type);
    expect((await status()).KeyRotationEnabled).toBe(type === undefined);
  });

  it('changes the period from the call on; asked for again, the same puts nothing off', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 200 });
    at(50 * DAY);
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 200 });
    expect(await nextOf()).toBe(200 * DAY);
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect(await nextOf()).toBe(140 * DAY);
  });

  it('sets a date right that a clock which ran ahead had set', async () => {
    at(4000 * DAY);
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    at(0);
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect(await nextOf()).toBe(90 * DAY);
  });

  it('is for symmetric keys of our own only, which is told before their state', async () => {
    const external = (await call('CreateKey', { Origin: 'EXTERNAL' })).body.KeyMetadata;
    for (const operation of ['EnableKeyRotation', 'DisableKeyRotation', 'GetKeyRotationStatus'] as const) {
      expect(await call(operation, { KeyId: external.KeyId })).toMatchObject({
        type: 'UnsupportedOperationException',
        text: `${external.Arn} origin is EXTERNAL which is not valid for this operation.`,
      });
    }
  });
});

describe('automatic rotation', () => {
  it('happens once a period for years, and every old ciphertext opens', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 365 });
    const blobs: string[] = [];
    for (let year = 0; year < 8; year++) {
      at(year * 365 * DAY);
      await sweep();
      blobs.push((await call('Encrypt', { KeyId, Plaintext: Buffer.from(`year ${year}`) })).body.CiphertextBlob);
      at((year + 1) * 365 * DAY - 1);
      expect(await sweep()).toBe(0);
    }
    const done = await rotations();
    expect(done.map(({ RotationType }) => RotationType)).toEqual(Array(7).fill('AUTOMATIC'));
    expect(done.map(({ RotationDate }) => Number(RotationDate) * 1000 - NOW)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((year) => year * 365 * DAY),
    );
    for (const [year, CiphertextBlob] of blobs.entries()) {
      const opened = await call('Decrypt', { CiphertextBlob });
      expect(Buffer.from(opened.body.Plaintext, 'base64').toString()).toBe(`year ${year}`);
    }
    const ids = new Set(done.map(({ KeyMaterialId }) => KeyMaterialId));
    expect(ids.size).toBe(7);
  });

  it('is recorded as the act of the installation, with the key', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    at(90 * DAY);
    expect(await sweep()).toBe(1);
    const last = JSON.parse(world.store.entries().at(-1)?.leaf.toString() ?? '') as object;
    expect(last).toMatchObject({
      action: 'kms:RotateKey',
      principal: 'keystead',
      key: KeyId,
      outcome: 'done',
      changes: [{ kind: 'key', id: KeyId }],
    });
  });

  it('comes once however late: sealed for a while it keeps its dates, sealed for years it begins anew', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    at(120 * DAY);
    expect([await sweep(), await sweep()]).toEqual([1, 0]);
    expect(await nextOf()).toBe(180 * DAY);
    at(2000 * DAY);
    expect([await sweep(), await sweep()]).toEqual([1, 0]);
    expect(await nextOf()).toBe(2090 * DAY);
    expect(await rotations()).toHaveLength(2);
  });

  it('waits while the key is disabled, and comes at once when it is enabled', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    await call('DisableKey', { KeyId });
    at(100 * DAY);
    expect(await sweep()).toBe(0);
    expect(await status()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
    await call('EnableKey', { KeyId });
    expect(await sweep()).toBe(1);
    expect(await rotations()).toHaveLength(1);
  });

  it('is off while the key waits for its deletion, and on again when it is called back', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    at(80 * DAY);
    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 30 });
    expect(await status()).toEqual({ KeyId, KeyRotationEnabled: false });
    at(95 * DAY);
    expect(await sweep()).toBe(0);
    await call('CancelKeyDeletion', { KeyId });
    expect((await status()).KeyRotationEnabled).toBe(true);
    expect(await sweep()).toBe(0);
    await call('EnableKey', { KeyId });
    expect(await sweep()).toBe(1);
  });

  it('ends with DisableKeyRotation; what was rotated stays', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    at(90 * DAY);
    await sweep();
    await call('DisableKeyRotation', { KeyId });
    await call('DisableKeyRotation', { KeyId });
    at(900 * DAY);
    expect(await sweep()).toBe(0);
    expect(await status()).toEqual({ KeyId, KeyRotationEnabled: false });
    expect(await rotations()).toHaveLength(1);
  });

  it('of hundreds of disabled keys does not keep others from theirs', async () => {
    for (let i = 0; i < 201; i++) {
      const { KeyId: id } = (await call('CreateKey')).body.KeyMetadata;
      await call('EnableKeyRotation', { KeyId: id, RotationPeriodInDays: 90 });
      await call('DisableKey', { KeyId: id });
    }
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 91 });
    at(91 * DAY);
    expect(await sweep()).toBe(1);
  });
});

describe('RotateKeyOnDemand beside automatic rotation', () => {
  it('does not move its date, and gives way within 20 minutes of it', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    at(90 * DAY - 20 * MINUTE - 1);
    expect(await call('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 200 });
    expect(await nextOf()).toBe(90 * DAY);
    at(90 * DAY - 20 * MINUTE);
    expect(await call('RotateKeyOnDemand', { KeyId })).toMatchObject({ status: 400, type: 'ConflictException' });
    at(90 * DAY + 5);
    expect((await call('RotateKeyOnDemand', { KeyId })).type).toBe('ConflictException');
    await sweep();
    expect((await call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
    expect((await rotations()).map(({ RotationType }) => RotationType)).toEqual([
      'ON_DEMAND',
      'AUTOMATIC',
      'ON_DEMAND',
    ]);
  });

  it('is counted apart: 25 on demand, automatic ones without end', async () => {
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    for (let i = 0; i < 25; i++) expect((await call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
    expect((await call('RotateKeyOnDemand', { KeyId })).type).toBe('LimitExceededException');
    at(90 * DAY);
    expect(await sweep()).toBe(1);
  });
});
