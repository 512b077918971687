import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../access/policy.ts';
import { REGION as HOME } from '../endpoint.fixture.ts';
import {
  KeyId,
  arnIn,
  metadata,
  call,
  WEST,
  replicate,
  NORTH,
  one,
  world,
  eachWithARelatedKey,
} from './multi-region.fixture.ts';

eachWithARelatedKey();

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
