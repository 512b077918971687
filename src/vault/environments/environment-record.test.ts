import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import { bytesOf } from '../../bytes/bytes.ts';
import { TenantKey } from '../../crypto/hierarchy.ts';
import { sealRecord } from '../../records/record.ts';
import { systemRandom as random } from '../ports.ts';
import { masterKeyAccessesOf, storageAccessOf } from './access-of.ts';
import type { AccessKeyAccess } from './aws-access.ts';
import { environmentRef, putEnvironment, readEnvironment } from './environment-record.ts';
import { makeEnvironment, writerKeyBytes, writerKeyFrom, type NewEnvironmentFields } from './environment.ts';

const TENANT = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21';
const ID = '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21';
const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY';
const tenantKey = TenantKey.from(Buffer.alloc(32, 7), TENANT);
const credentials = () => ({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from(SECRET)),
});
const folder = { type: 'folder', path: '/srv/vaults/a', region: 'eu-central-1' } as const;
const fields = (change: Partial<NewEnvironmentFields> = {}): NewEnvironmentFields => ({
  id: ID,
  label: 'production',
  storage: folder,
  encryption: 'AWS-KMS',
  masterKeys: [{ provider: 'aws-kms', keyId: ARN, access: { kind: 'access-key', credentials: credentials() } }],
  ...change,
});
const bucket = { bucket: 'backups', prefix: 'a/', region: 'eu-central-1' } as const;

function throughRecord(change?: Partial<NewEnvironmentFields>) {
  const made = makeEnvironment(tenantKey, fields(change), 1_000, random);
  const { put } = putEnvironment(tenantKey, undefined, made);
  return { made, put, read: readEnvironment(tenantKey, put) };
}

describe('the record of an environment', () => {
  it('comes back as it was, with its secrets wrapped in it', () => {
    const { made, put, read } = throughRecord({
      storage: {
        ...bucket,
        type: 's3-compatible',
        endpoint: 'https://s3.example.com',
        access: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/vault', base: credentials() },
      },
      masterKeys: [
        { provider: 'aws-kms', keyId: ARN, access: { kind: 'access-key', credentials: credentials() } },
        { provider: 'key-protect', keyId: 'crn:v1:x', apiKey: Buffer.from(SECRET), regionException: 'second cloud' },
        { provider: 'recovery', keyId: 'x-wing:00', publicKey: 'AAAA' },
      ],
    });
    expect(read).toEqual({ ...made, revision: 1 });
    expect(String(put.body)).not.toContain(SECRET);
    const access = storageAccessOf(tenantKey, read, {});
    expect(access).toMatchObject({
      type: 'bucket',
      provider: 's3-compatible',
      ...bucket,
      role: { arn: 'arn:aws:iam::111122223333:role/vault', externalId: `keystead-${TENANT}` },
    });
    expect(access.type === 'bucket' && access.credentials).toEqual(credentials());
    const [primary, second, third] = masterKeyAccessesOf(tenantKey, read, {});
    expect(primary).toEqual({ provider: 'aws-kms', keyId: ARN, credentials: credentials() });
    expect(second).toEqual({ provider: 'key-protect', keyId: 'crn:v1:x', apiKey: Buffer.from(SECRET) });
    expect(third).toEqual({ provider: 'recovery', keyId: 'x-wing:00', publicKey: 'AAAA' });
  });

  it('hands on the keys that are next, and none twice', () => {
    const { read } = throughRecord();
    const [known] = read.masterKeys;
    const next = { provider: 'keystead', keyId: `${ARN}0` } as const;
    const keys = masterKeyAccessesOf(tenantKey, { ...read, nextMasterKeys: [known!, next] }, {});
    expect(keys.map(({ keyId }) => keyId)).toEqual([ARN, `${ARN}0`]);
  });

  it("opens what the server's own credentials reach only while its operator lends them", () => {
    const access = { kind: 'environment' } as const;
    const storage = { ...bucket, type: 'aws-s3', access } as const;
    const { read } = throughRecord({ storage, masterKeys: [{ provider: 'aws-kms', keyId: ARN, access }] });
    const lent = { lendsCredentials: true, lendsTo: () => true };
    expect(masterKeyAccessesOf(tenantKey, read, lent)).toEqual([
      { provider: 'aws-kms', keyId: ARN, credentials: 'environment' },
    ]);
    expect(() => masterKeyAccessesOf(tenantKey, read, {})).toThrow(/KEYSTEAD_VAULT_OWN_CREDENTIALS/);
    expect(() => storageAccessOf(tenantKey, read, {})).toThrow(/KEYSTEAD_VAULT_OWN_CREDENTIALS/);
    // Not at an address that somebody names, unless the operator names its host as well.
    const endpoint = 'https://kms.example.com';
    const elsewhere = { ...read, masterKeys: [{ provider: 'aws-kms', keyId: ARN, endpoint, access } as const] };
    expect(() => masterKeyAccessesOf(tenantKey, elsewhere, { lendsCredentials: true })).toThrow(
      /not at https:\/\/kms\.example\.com\. .*KEYSTEAD_EGRESS_HOSTS/,
    );
    expect(masterKeyAccessesOf(tenantKey, elsewhere, lent)).toHaveLength(1);
    // Nobody reads with them what was made for another tenant.
    const imported = { ...read, identity: { tenant: 'another', environment: 'its' } };
    expect(() => masterKeyAccessesOf(tenantKey, imported, lent)).toThrow(/made for another tenant \(another\)/);
    const own = { ...read, identity: { tenant: TENANT, environment: 'before' } };
    expect(masterKeyAccessesOf(tenantKey, own, lent)).toHaveLength(1);
  });

  it('still reads its first form', () => {
    const made = makeEnvironment(tenantKey, fields(), 1_000, random);
    const { tenantId, id, revision: _, masterKeys, encryption: __, formerStorages: ___, ...rest } = made;
    const [key] = masterKeys;
    const { access, ...named } = key as Extract<typeof key, { provider: 'aws-kms' }>;
    const { kind: ____, ...secrets } = access as AccessKeyAccess;
    const masterKey = { ...named, ...secrets };
    const body = Buffer.from(
      canonicalJson({ format: 1, ...rest, masterKey, nextMasterKey: masterKey } as unknown as Json),
    );
    const record = sealRecord({ ...environmentRef(tenantId, id), scope: '', revision: 3, body }, tenantKey.records);
    const read = readEnvironment(tenantKey, record);
    expect(read).toEqual({ ...made, revision: 3, nextMasterKeys: masterKeys });
    expect(masterKeyAccessesOf(tenantKey, read, {})).toEqual([
      { provider: 'aws-kms', keyId: ARN, credentials: credentials() },
    ]);
    expect(writerKeyFrom(writerKeyBytes(tenantKey, read)).asymmetricKeyType).toBe('ed25519');
    const unknown = sealRecord(
      { ...environmentRef(tenantId, id), scope: '', revision: 4, body: Buffer.from('{"format":9}') },
      tenantKey.records,
    );
    expect(() => readEnvironment(tenantKey, unknown)).toThrow(/not one that this installation wrote/);
  });

  it('claims its label and each place that it has or had', () => {
    const { made, put } = throughRecord();
    expect(putEnvironment(tenantKey, undefined, made).claim).toEqual([
      { space: `environment:${TENANT}`, name: 'production' },
      { space: 'vault-folder', name: '/srv/vaults/a' },
    ]);
    const before = readEnvironment(tenantKey, put);
    const { storage, masterKeys, writer } = before;
    const former = { storage, masterKeys, writer, vaultId: '0'.repeat(32), heads: [], leftAtMs: 2 };
    const moved = { type: 'aws-s3', ...bucket, access: { kind: 'environment' } } as const;
    const write = putEnvironment(tenantKey, before, { ...before, storage: moved, formerStorages: [former] });
    expect([write.claim, write.release]).toEqual([[{ space: 'vault-bucket:aws-s3/backups', name: '/a/' }], []]);
  });

  it.each([
    ['aws-s3', undefined, 'aws-s3'],
    ['s3-compatible', 'https://s3.eu-central-1.amazonaws.com', 'aws-s3'],
    ['s3-compatible', 'https://s3.private.eu-de.cloud-object-storage.appdomain.cloud', 'ibm-cos'],
    ['s3-compatible', 'https://S3.example.com:443/', 's3.example.com'],
    ['s3-compatible', 'http://127.0.0.1:8000', '127.0.0.1:8000'],
  ] as const)('knows the %s at %s as %s', (type, endpoint, service) => {
    const storage = { type, ...bucket, ...(endpoint && { endpoint }), access: { kind: 'environment' } } as const;
    const { made } = throughRecord({ storage });
    expect(putEnvironment(tenantKey, undefined, made).claim).toContainEqual({
      space: `vault-bucket:${service}/backups`,
      name: '/a/',
    });
  });

  it('says who is to be asked when the operator has no store any more', () => {
    const { read } = throughRecord({ storage: { type: 'hosted', region: 'eu-central-1' } });
    expect(() => storageAccessOf(tenantKey, read, {})).toThrow(/Ask the operator/);
    const hosted = (tenant: string, id: string) => ({ type: 'folder', path: `/${tenant}/${id}` }) as const;
    expect(storageAccessOf(tenantKey, read, { hosted })).toEqual({ type: 'folder', path: `/${TENANT}/${ID}` });
  });
});
