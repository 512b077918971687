import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { hostedAccess, pathsOf } from '../vault/environments/hosted.ts';
import { readHostedStores } from './hosted-stores.ts';

const TENANT = '111122223333';
const ENVIRONMENT = '0d7c6a51-4f0d-4a7e-9d27-94c8f3b1f001';
const folder = mkdtempSync(join(tmpdir(), 'keystead-hosted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;

/** Settings with a file of stores. */
function settings(stores: unknown, more: Record<string, string> = {}) {
  const path = join(folder, `stores-${number++}.json`);
  writeFileSync(path, typeof stores === 'string' ? stores : JSON.stringify(stores));
  return readConfig({ KEYSTEAD_HOSTED_STORAGE: path, KEYSTEAD_VAULT_ROOTS: join(folder, 'vaults'), ...more });
}

const BUCKET = {
  type: 's3-compatible',
  region: 'eu-central-1',
  bucketName: 'operator-bucket',
  prefix: 'keystead',
  endpoint: 'https://store.example.org',
  objectLock: { mode: 'compliance', days: 30 },
  credentials: { kind: 'access-key', accessKeyId: 'AKIDEXAMPLE', secretAccessKeyFile: 'secret' },
};

describe("the operator's own stores", () => {
  it('are none without the setting', async () => {
    expect(await readHostedStores(readConfig({}))).toEqual([]);
  });

  it('may be one folder, in which nothing of two tenants lies together', async () => {
    const config = readConfig({ KEYSTEAD_HOSTED_STORAGE: '/srv/hosted', KEYSTEAD_HOSTED_REGION: 'eu-central-1' });
    const stores = await readHostedStores(config);
    expect(hostedAccess(stores, TENANT, ENVIRONMENT, 'eu-central-1')).toEqual({
      type: 'folder',
      path: `/srv/hosted/${TENANT}/${ENVIRONMENT}`,
    });
    expect(() => hostedAccess(stores, TENANT, ENVIRONMENT, 'us-east-1')).toThrow(/eu-central-1/);
    expect(() => hostedAccess(stores, '../x', ENVIRONMENT, 'eu-central-1')).toThrow(RangeError);
    expect(pathsOf(stores)).toEqual(['/srv/hosted']);
  });

  it('is in the region of the first start where nothing else is said', async () => {
    const stores = await readHostedStores(
      readConfig({ KEYSTEAD_HOSTED_STORAGE: '/srv/hosted', KEYSTEAD_REGION: 'eu-1' }),
    );
    expect(stores).toEqual([{ type: 'folder', region: 'eu-1', path: '/srv/hosted' }]);
    expect(() => readConfig({ KEYSTEAD_HOSTED_REGION: 'eu-1' })).toThrow('KEYSTEAD_HOSTED_STORAGE');
  });

  it('may be buckets of several regions, their secrets read when they are used', async () => {
    const stores = await readHostedStores(settings([BUCKET, { type: 'folder', region: 'us-east-1', path: 'hosted' }]));
    const use = () => hostedAccess(stores, TENANT, ENVIRONMENT, 'eu-central-1');
    expect(use).toThrow('secret access key cannot be read');
    writeFileSync(join(folder, 'secret'), 'first secret\n');
    const { bucketName: _, objectLock, ...rest } = BUCKET;
    expect(use()).toEqual({
      ...rest,
      type: 'bucket',
      provider: 's3-compatible',
      bucket: 'operator-bucket',
      prefix: `keystead/${TENANT}/${ENVIRONMENT}/`,
      lock: objectLock,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: Buffer.from('first secret') },
    });
    writeFileSync(join(folder, 'secret'), 'second secret');
    expect(use()).toMatchObject({ credentials: { secretAccessKey: Buffer.from('second secret') } });
    expect(hostedAccess(stores, TENANT, ENVIRONMENT, 'us-east-1')).toMatchObject({ type: 'folder' });
    expect(pathsOf(stores)).toEqual([join(folder, 'secret'), join(folder, 'hosted')]);
  });

  it('may be reached by a role', async () => {
    const credentials = { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/x', externalId: 'e' };
    const [store] = await readHostedStores(settings([{ ...BUCKET, credentials }]));
    expect(store).toMatchObject({
      credentials: 'environment',
      role: { arn: 'arn:aws:iam::111122223333:role/x', externalId: 'e' },
    });
  });

  it.each([
    ['no JSON', 'not json'],
    ['no list', {}],
    ['an empty list', []],
    ['something that is no store', [7]],
    ['no region', [{ ...BUCKET, region: undefined }]],
    ['an unknown type', [{ ...BUCKET, type: 'tape' }]],
    ['a member that there is not', [{ ...BUCKET, colour: 'red' }]],
    ['a secret in the file itself', [{ ...BUCKET, credentials: { ...BUCKET.credentials, secretAccessKey: 'x' } }]],
    ['no credentials', [{ ...BUCKET, credentials: undefined }]],
    ['half a key', [{ ...BUCKET, credentials: { kind: 'access-key', accessKeyId: 'x' } }]],
    ['a bad bucket name', [{ ...BUCKET, bucketName: 'Not_A_Bucket' }]],
    ['a metadata address', [{ ...BUCKET, endpoint: 'http://169.254.169.254' }]],
    ['two stores of one region', [BUCKET, BUCKET]],
    ['a folder without its path', [{ type: 'folder', region: 'x' }]],
  ])('is refused with %s', async (_, stores) => {
    await expect(readHostedStores(settings(stores))).rejects.toThrow(/^KEYSTEAD_HOSTED_STORAGE: /);
  });

  it.each(['vaults', 'vaults/hosted', '.'])('is refused where tenants name folders of their own (%s)', async (path) => {
    const config = settings([{ type: 'folder', region: 'eu-1', path }]);
    await expect(readHostedStores(config)).rejects.toThrow('KEYSTEAD_VAULT_ROOTS');
  });

  it('is refused when its file cannot be read', async () => {
    const config = settings([BUCKET]);
    rmSync(config.hosted?.place ?? '');
    await expect(readHostedStores(config)).rejects.toThrow('cannot be read');
  });
});
