import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../access/policy.ts';
import { DAY, NOW } from '../../../keys/key-space.fixture.ts';
import type { Key } from '../../../keys/key.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { REGION as HOME, World, type Account } from '../endpoint.fixture.ts';
import type { OperationName } from '../model.gen.ts';
import type { OperationRow } from '../operation.ts';
import { OPERATIONS } from '../operations.ts';
import { IMPLEMENTED, importInto, MULTI_REGION, prepareFor, REQUESTS, type Kind } from './requests.fixture.ts';

const WEST = 'eu-west-1';
const NORTH = 'eu-north-1';
/** What a key has in common with its relatives in other regions; all else is its own. */
const SHARED_FIELDS = ['id', 'spec', 'usage', 'origin', 'extractable', 'rotation', 'multiRegion'] as const;
/** The same of a version. Whether its material is there, until when, and what was written to it, each region says itself. */
const SHARED_VERSION_FIELDS = ['id', 'handle', 'materialId', 'stage', 'createdAtMs', 'rotation', 'publicKey'] as const;
let world: World;
let one: Account;
let KeyId: string;

const call = <N extends OperationName>(operation: N, input: object = {}, region = HOME) =>
  world.call(one.admin, operation, input, { region });
const sweep = () => sweepDueKeys(world.store, world.directory, world.keys, world.clock(), world.random);
const at = (ms: number) => world.clock.set(NOW + ms);
const metadata = async (region = HOME, id = KeyId) =>
  (await call('DescribeKey', { KeyId: id }, region)).body.KeyMetadata;
const arnIn = (region: string, id = KeyId) => `arn:aws:kms:${region}:${one.accountId}:key/${id}`;
const replicate = (ReplicaRegion: string, more: object = {}, from = HOME) =>
  call('ReplicateKey', { KeyId, ReplicaRegion, ...more }, from);
/** Calls an operation in a region and wants it to succeed. */
const must =
  (region: string) =>
  async <N extends OperationName>(operation: N, input: object) => {
    const answer = await call(operation, input, region);
    if (answer.status !== 200) throw new Error(`${operation} in ${region}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
const rotations = async (region: string) =>
  (await call('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }, region)).body.Rotations;

beforeEach(async () => {
  world = new World();
  one = await world.account();
  await world.ensureRegions(one.tenant, [WEST, NORTH]);
  ({ KeyId } = (await call('CreateKey', { MultiRegion: true })).body.KeyMetadata);
});

describe('a multi-Region key', () => {
  it('says so in its id and its metadata', async () => {
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const own = { Arn: arnIn(HOME), Region: HOME };
    expect(await metadata()).toMatchObject({
      KeyId,
      Arn: arnIn(HOME),
      MultiRegion: true,
      MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY', PrimaryKey: own, ReplicaKeys: [] },
    });
    expect((await call('ListKeys')).body.Keys).toEqual([{ KeyId, KeyArn: arnIn(HOME) }]);
    expect((await call('ListKeys', {}, WEST)).body.Keys).toEqual([]);
    const missing = { type: 'NotFoundException', text: `Key '${arnIn(WEST)}' does not exist` };
    expect(await call('DescribeKey', { KeyId }, WEST)).toMatchObject(missing);
  });

  it('has replicas whose ciphertexts it opens, and they its own, by any name', async () => {
    await replicate(WEST);
    await call('CreateAlias', { AliasName: 'alias/west', TargetKeyId: KeyId }, WEST);
    const there = await call('Encrypt', { KeyId: 'alias/west', Plaintext: Buffer.from('west') }, WEST);
    expect(there.body.KeyId).toBe(arnIn(WEST));
    expect((await call('ListAliases', {}, WEST)).body.Aliases).toMatchObject([{ TargetKeyId: KeyId }]);
    const opened = await call('Decrypt', { CiphertextBlob: there.body.CiphertextBlob });
    expect(opened.body).toMatchObject({ KeyId: arnIn(HOME), Plaintext: Buffer.from('west').toString('base64') });
    const here = await call('Encrypt', { KeyId, Plaintext: Buffer.from('home') });
    const named = await call('Decrypt', { CiphertextBlob: here.body.CiphertextBlob, KeyId }, WEST);
    expect(named.body).toMatchObject({ KeyId: arnIn(WEST), KeyMaterialId: opened.body.KeyMaterialId });
    const elsewhere = await call('Decrypt', { CiphertextBlob: here.body.CiphertextBlob }, NORTH);
    expect(elsewhere.type).toBe('AccessDeniedException');
  });

  it.each([
    ['RSA_2048', 'SIGN_VERIFY', 'RSASSA_PSS_SHA_256'],
    ['ECC_NIST_P256', 'SIGN_VERIFY', 'ECDSA_SHA_256'],
    ['ML_DSA_44', 'SIGN_VERIFY', 'ML_DSA_SHAKE_256'],
  ])('may be of the spec %s: what one region signs another one verifies', async (KeySpec, KeyUsage, algorithm) => {
    const { KeyId: id } = (await call('CreateKey', { MultiRegion: true, KeySpec, KeyUsage })).body.KeyMetadata;
    expect(await call('ReplicateKey', { KeyId: id, ReplicaRegion: WEST })).toMatchObject({ status: 200 });
    expect(await metadata(WEST, id)).toMatchObject({ KeySpec, KeyUsage, KeyState: 'Enabled' });
    const asked = { KeyId: id, Message: Buffer.from('message'), SigningAlgorithm: algorithm };
    const { Signature } = (await call('Sign', asked)).body;
    expect((await call('Verify', { ...asked, Signature }, WEST)).body.SignatureValid).toBe(true);
    const keys = await Promise.all([HOME, WEST].map((region) => call('GetPublicKey', { KeyId: id }, region)));
    expect(keys[0]?.body.PublicKey).toBe(keys[1]?.body.PublicKey);
  });

  it('may be for MACs', async () => {
    const kind = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
    const { KeyId: id } = (await call('CreateKey', { MultiRegion: true, ...kind })).body.KeyMetadata;
    await call('ReplicateKey', { KeyId: id, ReplicaRegion: WEST });
    const asked = { KeyId: id, Message: Buffer.from('message'), MacAlgorithm: 'HMAC_SHA_256' };
    const { Mac } = (await call('GenerateMac', asked, WEST)).body;
    expect((await call('VerifyMac', { ...asked, Mac })).body.MacValid).toBe(true);
  });
});

describe('ReplicateKey', () => {
  it('answers the new key with what is its own, and tells all relatives', async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { AWS: one.accountId }, Action: 'kms:*', Resource: '*' }],
    });
    const Tags = [{ TagKey: 'a', TagValue: 'b' }];
    const { body } = await replicate(WEST, { Policy, Tags, Description: 'in the west' });
    expect(body).toMatchObject({ ReplicaPolicy: Policy, ReplicaTags: Tags });
    expect(body.ReplicaKeyMetadata).toMatchObject({
      Arn: arnIn(WEST),
      Description: 'in the west',
      Enabled: true,
      KeyState: 'Enabled',
      MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' },
    });
    await replicate(NORTH);
    for (const region of [HOME, WEST, NORTH]) {
      expect(await metadata(region)).toMatchObject({
        Arn: arnIn(region),
        KeyState: 'Enabled',
        MultiRegionConfiguration: {
          MultiRegionKeyType: region === HOME ? 'PRIMARY' : 'REPLICA',
          PrimaryKey: { Region: HOME },
          ReplicaKeys: [
            { Arn: arnIn(NORTH), Region: NORTH },
            { Arn: arnIn(WEST), Region: WEST },
          ],
        },
      });
    }
    expect((await metadata(HOME)).Description).toBe('');
    expect((await call('ListResourceTags', { KeyId }, WEST)).body.Tags).toEqual(Tags);
    expect((await call('ListResourceTags', { KeyId }, NORTH)).body.Tags).toEqual([]);
  });

  it.each([
    [
      'from a replica',
      { from: WEST, to: NORTH },
      'UnsupportedOperationException',
      'is not a multi-region primary key.',
    ],
    ['twice to one region', { from: HOME, to: WEST }, 'AlreadyExistsException', 'eu-west-1'],
    ['to its own region', { from: HOME, to: HOME }, 'AlreadyExistsException', 'eu-central-1'],
    [
      'to no region',
      { from: HOME, to: 'eu-nowhere-1' },
      'ValidationException',
      'keystead tenant region add eu-nowhere-1',
    ],
  ])('refuses %s', async (_, { from, to }, type, text) => {
    await replicate(WEST);
    const answer = await replicate(to, {}, from);
    expect(answer).toMatchObject({ status: 400, type });
    expect(answer.text).toContain(text);
  });

  it('checks the policy of the replica, and makes nothing where it is refused', async () => {
    const answer = await replicate(WEST, { Policy: '{' });
    expect(answer.type).toBe('MalformedPolicyDocumentException');
    const locked = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:Encrypt', Resource: '*' }],
    });
    expect((await replicate(WEST, { Policy: locked })).type).toBe('MalformedPolicyDocumentException');
    expect((await call('ListKeys', {}, WEST)).body.Keys).toEqual([]);
    expect((await metadata()).MultiRegionConfiguration.ReplicaKeys).toEqual([]);
  });

  it('makes a key in the Region of the replica: whoever may do so in the own Region alone may not', async () => {
    const replicateAs = (...regions: string[]) => {
      const Condition = { StringEquals: { 'aws:RequestedRegion': regions } };
      const allow = { Effect: 'Allow', Action: ['kms:ReplicateKey', 'kms:CreateKey'], Resource: '*', Condition };
      const policy = parsePolicy(JSON.stringify({ Statement: allow }), 'identity');
      return world.callAs(one, [policy], 'ReplicateKey', { KeyId, ReplicaRegion: WEST });
    };
    expect((await replicateAs(HOME)).type).toBe('AccessDeniedException');
    expect((await replicateAs(WEST)).type).toBe('AccessDeniedException');
    expect((await replicateAs(HOME, WEST)).status).toBe(200);
  });

  it('makes one replica, whoever else tries at the same time', async () => {
    const answers = await Promise.all([replicate(WEST), replicate(WEST), replicate(NORTH)]);
    expect(answers.map(({ type }) => String(type)).toSorted()).toEqual([
      'AlreadyExistsException',
      'undefined',
      'undefined',
    ]);
    expect((await metadata()).MultiRegionConfiguration.ReplicaKeys).toHaveLength(2);
  });

  it('names the new key by its region in the log, and the primary by its own', async () => {
    await replicate(WEST);
    const leaves = world.store
      .entries()
      .slice(-2)
      .map(({ leaf }) => JSON.parse(leaf.toString()) as object);
    expect(leaves).toMatchObject([
      { action: 'kms:ReplicateKey', key: `${KeyId}@${HOME}` },
      { action: 'kms:CreateKey', key: `${KeyId}@${WEST}` },
    ]);
  });
});

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

describe('the policy of each related key', () => {
  const denying = (Action: string) =>
    JSON.stringify({
      Statement: [
        { Effect: 'Allow', Principal: { AWS: one.accountId }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Deny', Principal: '*', Action, Resource: '*' },
      ],
    });

  it('counts for that key alone, and both for the move of the primary', async () => {
    await replicate(WEST);
    await call('PutKeyPolicy', { KeyId, Policy: denying('kms:Encrypt') }, WEST);
    const plaintext = { KeyId, Plaintext: Buffer.from('x') };
    expect((await call('Encrypt', plaintext)).status).toBe(200);
    expect((await call('Encrypt', plaintext, WEST)).type).toBe('AccessDeniedException');
    await call('PutKeyPolicy', { KeyId, Policy: denying('kms:UpdatePrimaryRegion') }, WEST);
    const refused = await call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: WEST });
    expect(refused.type).toBe('AccessDeniedException');
    expect(refused.text).toContain(arnIn(WEST));
    expect((await metadata()).MultiRegionConfiguration.MultiRegionKeyType).toBe('PRIMARY');
  });

  it('is followed by other accounts in the region that they ask', async () => {
    await replicate(WEST);
    const two = await world.account('two');
    await world.ensureRegions(two.tenant, [WEST]);
    const Statement = [one, two].map(({ accountId }) => ({
      Effect: 'Allow',
      Principal: { AWS: accountId },
      Action: 'kms:*',
      Resource: '*',
    }));
    await call('PutKeyPolicy', { KeyId, Policy: JSON.stringify({ Statement }) }, WEST);
    const use = (region: string) =>
      world.call(two.admin, 'Encrypt', { KeyId: arnIn(region), Plaintext: Buffer.from('x') }, { region });
    expect([(await use(WEST)).status, (await use(HOME)).type]).toEqual([200, 'AccessDeniedException']);
  });
});

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
    ({ KeyId } = (await call('CreateKey', { MultiRegion: true, Origin: 'EXTERNAL' })).body.KeyMetadata);
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
    const kind = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', Origin: 'EXTERNAL', MultiRegion: true };
    ({ KeyId } = (await call('CreateKey', kind)).body.KeyMetadata);
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

describe('whatever is done', () => {
  const REGIONS = [HOME, WEST, NORTH];
  const VERBS = {
    ReplicateKey: (region: string) => ({ ReplicaRegion: region }),
    UpdatePrimaryRegion: (region: string) => ({ PrimaryRegion: region }),
    RotateKeyOnDemand: () => ({}),
    EnableKeyRotation: () => ({ RotationPeriodInDays: 90 }),
    DisableKeyRotation: () => ({}),
    DisableKey: () => ({}),
    EnableKey: () => ({}),
    ScheduleKeyDeletion: () => ({ PendingWindowInDays: 7 }),
    CancelKeyDeletion: () => ({}),
    UpdateKeyDescription: (region: string) => ({ Description: region }),
  } satisfies { readonly [N in OperationName]?: (region: string) => object };
  type Verb = keyof typeof VERBS;
  const step = fc.oneof(
    fc.record({
      verb: fc.constantFrom(...(Object.keys(VERBS) as Verb[])),
      at: fc.constantFrom(...REGIONS),
      to: fc.constantFrom(...REGIONS),
    }),
    fc.record({ days: fc.integer({ min: 1, max: 100 }) }),
  );

  async function take(one: { verb: Verb; at: string; to: string } | { days: number }): Promise<void> {
    if ('days' in one) {
      world.clock.set(world.clock() + one.days * DAY);
      await sweep();
    } else await call(one.verb, { KeyId, ...VERBS[one.verb](one.to) }, one.at);
  }

  function stored(): Key[] {
    return world.store
      .listAll('key')
      .map(({ body }) => JSON.parse(body.toString()) as Key)
      .filter(({ multiRegion, state }) => multiRegion !== undefined && state !== 'destroyed');
  }

  it('related keys share what they share, one of them is the primary, and all know of each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        world = new World();
        one = await world.account();
        await world.ensureRegions(one.tenant, REGIONS);
        ({ KeyId } = (await call('CreateKey', { MultiRegion: true })).body.KeyMetadata);
        // Three at a time: what commits decides, and what conflicts is decided anew.
        for (let first = 0; first < steps.length; first += 3) {
          await Promise.all(steps.slice(first, first + 3).map(take));
          const keys = stored();
          const shared = keys.map((key) => [
            SHARED_FIELDS.filter((name) => name !== 'id').map((name) => key[name]),
            key.versions.map((version) => SHARED_VERSION_FIELDS.map((name) => version[name])),
          ]);
          for (const other of shared) expect(other).toEqual(shared[0]);
          expect(keys[0]?.multiRegion?.regions ?? []).toEqual(keys.map(({ region }) => region).toSorted());
          const primaries = keys.filter(({ region, multiRegion }) => multiRegion?.primaryRegion === region);
          expect(primaries).toHaveLength(keys.length > 0 ? 1 : 0);
        }
        expect(world.faults).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
