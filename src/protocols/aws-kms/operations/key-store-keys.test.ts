import { describe, expect, it } from 'vitest';
import { DAY } from '../../../keys/key-space.fixture.ts';
import { readKey } from '../../../keys/key-record.ts';
import { conditionOf } from '../../../keys/state.ts';
import { sweepDueKeys } from '../../../pipeline/sweep.ts';
import { type OperationName } from '../model.gen.ts';
import { keyStores } from './key-stores.fixture.ts';

const EncryptionContext = { purpose: 'test' };
const Plaintext = Buffer.from('plain');

describe('custom key stores', () => {
  const scene = keyStores();
  const { call, must, proxyStore, connected, externalKey } = scene;

  describe('take a key', () => {
    it.each<[string, object, string]>([
      ['without a store', { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'a' }, 'ValidationException'],
      ['without its name there', { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'ID' }, 'ValidationException'],
      ['of our own origin', { CustomKeyStoreId: 'ID' }, 'ValidationException'],
      ['with a name for nothing', { XksKeyId: 'a' }, 'ValidationException'],
      ['of several Regions', { ...externalKey('ID'), MultiRegion: true }, 'UnsupportedOperationException'],
      [
        'of another spec',
        { ...externalKey('ID'), KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
        'UnsupportedOperationException',
      ],
      ['of another type of store', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'ID' }, 'UnsupportedOperationException'],
      ['that is not exposed', externalKey('ID', 'nobody'), 'XksKeyNotFoundException'],
      ['that only encrypts', externalKey('ID', 'only-encrypts'), 'XksKeyInvalidConfigurationException'],
      ['of an unknown store', externalKey('cks-0'), 'CustomKeyStoreNotFoundException'],
    ])('but not one %s', async (_, input, type) => {
      const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
      await must('ConnectCustomKeyStore', { CustomKeyStoreId });
      const keys = (await must('ListKeys')).Keys.length;
      const named =
        'CustomKeyStoreId' in input && input.CustomKeyStoreId === 'ID' ? { ...input, CustomKeyStoreId } : input;
      expect(await call('CreateKey', named)).toMatchObject({ status: 400, type });
      expect((await must('ListKeys')).Keys).toHaveLength(keys);
    });

    it('whose counterpart is on, and that no other key has', async () => {
      const { storeId } = await connected();
      expect(await call('CreateKey', externalKey(storeId))).toMatchObject({ type: 'XksKeyAlreadyInUseException' });
      await must('DisableKey', { KeyId: scene.outerId });
      expect(await call('CreateKey', externalKey(storeId, 'b'))).toMatchObject({
        type: 'XksKeyInvalidConfigurationException',
        text: expect.stringContaining('is not enabled'),
      });
      await must('EnableKey', { KeyId: scene.outerId });
      // Two at once: one of them.
      const made = await Promise.all([0, 1].map(() => call('CreateKey', externalKey(storeId, 'b'))));
      expect(made.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('until they are deleted, also at the same time', async () => {
      const { CustomKeyStoreId } = await must('CreateCustomKeyStore', proxyStore());
      await must('ConnectCustomKeyStore', { CustomKeyStoreId });
      const [, deleted] = await Promise.all([
        call('CreateKey', externalKey(CustomKeyStoreId)),
        call('DisconnectCustomKeyStore', { CustomKeyStoreId }).then(() =>
          call('DeleteCustomKeyStore', { CustomKeyStoreId }),
        ),
      ]);
      const stores = (await must('DescribeCustomKeyStores')).CustomKeyStores.length;
      const keys = (await must('ListKeys')).Keys.length - 1;
      expect([stores, keys, deleted.status]).toEqual(keys === 1 ? [1, 1, 400] : [0, 0, 200]);
    });
  });

  it('hold keys whose every use needs the other half', async () => {
    const { keyId, arn } = await connected();
    const { CiphertextBlob } = await must('Encrypt', { KeyId: keyId, Plaintext, EncryptionContext });
    expect(Buffer.from(CiphertextBlob, 'base64').subarray(0, 4).toString('hex')).toBe('4b530102');
    const opened = await must('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(opened).toMatchObject({ Plaintext: Plaintext.toString('base64'), KeyId: arn });
    expect(opened).not.toHaveProperty('KeyMaterialId');
    const longest = Buffer.alloc(4096, 7);
    const big = await must('Encrypt', { KeyId: keyId, Plaintext: longest });
    expect((await must('Decrypt', big)).Plaintext).toBe(longest.toString('base64'));
    const without = await must('GenerateDataKeyWithoutPlaintext', { KeyId: keyId, NumberOfBytes: 1024 });
    expect(Buffer.from((await must('Decrypt', without)).Plaintext, 'base64')).toHaveLength(1024);
    // The proxy saw AWS's side of it, and neither plaintext nor context.
    const written = scene.world.store.entries().map(({ leaf, details }) => `${String(leaf)} ${String(details)}`);
    const asked = written.filter((entry) => entry.includes('"protocol":"xks"'));
    expect(asked.at(-1)).toContain('"kmsOperation":"Decrypt"');
    expect(asked.at(-1)).toContain(`"kmsKeyArn":"${arn}"`);
    expect(asked.join()).not.toContain('purpose');
  });

  it('have it in the log what kept a key from use, in the words of the proxy, which the caller is not told', async () => {
    const { keyId } = await connected();
    await must('DisableKey', { KeyId: scene.outerId });
    const answer = await call('Encrypt', { KeyId: keyId, Plaintext });
    expect(answer.text).not.toContain('enable it in Keystead');
    const last = scene.world.store.entries().at(-1);
    expect(JSON.parse(String(last?.leaf))).toMatchObject({ outcome: 'refused', reason: 'external-key-failed' });
    expect(String(last?.details)).toContain(
      'InvalidStateException: The external key is not enabled: enable it in Keystead',
    );
  });

  it('refuse a changed ciphertext at every byte', async () => {
    const { keyId } = await connected();
    const { CiphertextBlob } = await must('Encrypt', { KeyId: keyId, Plaintext });
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      const { status, type } = await call('Decrypt', { CiphertextBlob: changed, KeyId: keyId });
      const types = ['InvalidCiphertextException', 'IncorrectKeyException', 'KMSInvalidStateException'];
      expect([at, status, types.includes(type ?? '')]).toEqual([at, 400, true]);
    }
    for (let length = 0; length < bytes.length; length++) {
      const { status } = await call('Decrypt', { CiphertextBlob: bytes.subarray(0, length), KeyId: keyId });
      expect([length, status]).toEqual([length, 400]);
    }
    expect(scene.world.faults).toEqual([]);
  });

  it('keep the two kinds of ciphertexts apart', async () => {
    const { keyId } = await connected();
    const ours = Buffer.from((await must('Encrypt', { KeyId: scene.outerId, Plaintext })).CiphertextBlob, 'base64');
    const theirs = Buffer.from((await must('Encrypt', { KeyId: keyId, Plaintext })).CiphertextBlob, 'base64');
    // The one's handle in the other's frame.
    const crossed = [Buffer.from(ours), Buffer.from(theirs)] as const;
    theirs.copy(crossed[0], 4, 4, 20);
    ours.copy(crossed[1], 4, 4, 20);
    for (const CiphertextBlob of crossed) {
      expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ type: 'InvalidCiphertextException' });
    }
  });

  it('answer what the states of a key in them refuse', async () => {
    const { storeId, keyId, arn } = await connected();
    const { CiphertextBlob } = await must('Encrypt', { KeyId: keyId, Plaintext });
    const uses: readonly [OperationName, object][] = [
      ['Encrypt', { KeyId: keyId, Plaintext }],
      ['Decrypt', { CiphertextBlob }],
      ['ReEncrypt', { CiphertextBlob, DestinationKeyId: scene.outerId }],
      ['GenerateDataKey', { KeyId: keyId, KeySpec: 'AES_256' }],
      ['GenerateDataKeyWithoutPlaintext', { KeyId: keyId, KeySpec: 'AES_256' }],
      ['GenerateDataKeyPair', { KeyId: keyId, KeyPairSpec: 'ECC_NIST_P256' }],
    ];
    const refusals = async () => Promise.all(uses.map(async ([name, input]) => (await call(name, input)).text));
    const origin = `${arn} origin is EXTERNAL_KEY_STORE which is not valid for this operation.`;
    for (const operation of [
      'EnableKeyRotation',
      'DisableKeyRotation',
      'GetKeyRotationStatus',
      'ListKeyRotations',
      'RotateKeyOnDemand',
      'DeleteImportedKeyMaterial',
    ] as const) {
      const answer = await call(operation, { KeyId: keyId });
      expect([operation, answer.type, answer.text]).toEqual([operation, 'UnsupportedOperationException', origin]);
    }
    const [, , , , , pair] = await refusals();
    expect(pair).toBe(origin);
    await must('DisableKey', { KeyId: keyId });
    expect(await refusals()).toEqual(uses.map(() => `${arn} is disabled.`));
    await must('EnableKey', { KeyId: keyId });

    await must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
    expect(await refusals()).toEqual(uses.map(() => `${arn} is unavailable.`));
    const { KeyMetadata } = await must('DescribeKey', { KeyId: keyId });
    expect(KeyMetadata).toMatchObject({ KeyState: 'Unavailable', Enabled: false });
    const record = scene.world.store.read({ tenantId: scene.account.tenant.tenantId, kind: 'key', id: keyId });
    const listed = readKey(scene.account.instance.tenantKey, record as NonNullable<typeof record>);
    const derived = await scene.world.keys.withStore(scene.account.instance, listed);
    expect(conditionOf(derived, scene.world.clock())).toBe('unavailable');
    expect((await call('CancelKeyDeletion', { KeyId: keyId })).text).toBe(`${arn} is not pending deletion.`);
    // What the table of key states allows on a key that is unavailable.
    await must('DisableKey', { KeyId: keyId });
    await must('EnableKey', { KeyId: keyId });
    await must('TagResource', { KeyId: keyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await must('CreateAlias', { AliasName: 'alias/outer', TargetKeyId: keyId });
    await must('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    expect((await must('DescribeKey', { KeyId: keyId })).KeyMetadata.KeyState).toBe('PendingDeletion');

    // When the key is gone, so is what kept its store, and its name there is free.
    expect(await call('DeleteCustomKeyStore', { CustomKeyStoreId: storeId })).toMatchObject({
      type: 'CustomKeyStoreHasCMKsException',
    });
    scene.world.clock.set(scene.world.clock() + 8 * DAY);
    await sweepDueKeys(
      scene.world.store,
      scene.world.directory,
      scene.world.keys,
      scene.world.clock(),
      scene.world.random,
    );
    await must('DeleteCustomKeyStore', { CustomKeyStoreId: storeId });
  });

  it('stay connected in the memory of nobody: off is off at the next request', async () => {
    const { storeId, keyId } = await connected();
    const uses = Array.from({ length: 20 }, () => call('Encrypt', { KeyId: keyId, Plaintext }));
    await must('DisconnectCustomKeyStore', { CustomKeyStoreId: storeId });
    expect(await call('Encrypt', { KeyId: keyId, Plaintext })).toMatchObject({ type: 'KMSInvalidStateException' });
    await Promise.all(uses);
  });

  it('refuse to expose a key again that is half elsewhere', async () => {
    const { keyId } = await connected();
    const chained = await scene.world.endpoint(scene.account, 'chained', [
      { xksKeyId: 'c', keyId, operations: ['ENCRYPT', 'DECRYPT'] },
    ]);
    const metadata = { awsPrincipalArn: 'x', kmsOperation: 'x', kmsRequestId: 'x', kmsKeyArn: 'x' };
    expect((await scene.world.ask(chained, 'keys/c/metadata', { requestMetadata: metadata })).body).toMatchObject({
      keyStatus: 'DISABLED',
    });
    const request = { requestMetadata: metadata, plaintext: 'AAAA', encryptionAlgorithm: 'AES_GCM' };
    expect((await scene.world.ask(chained, 'keys/c/encrypt', request)).error).toBe('InvalidKeyUsageException');
  });
});
