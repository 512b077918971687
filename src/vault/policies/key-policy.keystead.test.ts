import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../bytes/bytes.ts';
import { AwsKmsClient } from '../../clients/aws-kms/client.ts';
import { EgressGuard } from '../../clients/egress.ts';
import { backup } from '../backup/backup.ts';
import { MASTER_KEY_CHECKS } from '../environments/checks/master-key.ts';
import { runChecks } from '../environments/checks/check.ts';
import { KeysteadFixture } from '../master-keys/aws-kms.keystead.fixture.ts';
import { AwsKmsMasterKey } from '../master-keys/aws-kms.ts';
import { openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { rewrap } from '../rewrap.ts';
import { FolderSource } from '../sources/folder.ts';
import { makeTree, newVault, picture, removeScratch, scratch } from '../vault.fixture.ts';
import { keyPolicy } from './key-policy.ts';
import type { VaultRole } from './role.ts';

const OWNER = { tenant: 'tenant-1', environment: 'environment-1' };

/** A real server evaluates the policies as they are printed; each principal has nothing but what its role's statement gives. */
describe('the key policy of each role', () => {
  let server: KeysteadFixture;
  let folder: string;
  let key: string;
  let next: string;
  let source: string;
  const users = new Map<VaultRole, { readonly arn: string; readonly client: AwsKmsClient }>();

  beforeAll(async () => {
    server = await KeysteadFixture.start();
    folder = scratch();
    source = join(folder, 'source');
    mkdirSync(source);
    makeTree(source);
    const api = new KeysteadClient({ url: server.url, apiKey: server.apiKey });
    for (const role of ['writer', 'reader', 'maintenance'] as const) {
      const { principalId, arn } = await api.createPrincipal({ name: role, policies: [] });
      const issued = await api.createCredential(principalId, { type: 'access-key' });
      const credentials = {
        accessKeyId: issued.accessKeyId as string,
        secretAccessKey: bytesOf<'AwsSecretAccessKey'>(Buffer.from(issued.secretAccessKey as string)),
      };
      const connection = { region: server.region, endpoint: server.url, credentials };
      users.set(role, { arn, client: new AwsKmsClient(connection, new EgressGuard(), { maxAttempts: 2 }) });
    }
    [key, next] = await Promise.all([server.importedKey(), server.importedKey()]).then(
      (keys) => keys.map(({ arn }) => arn) as [string, string],
    );
    for (const KeyId of [key, next]) {
      const account = {
        Sid: 'Account',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${server.accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      };
      const statements = [...users].flatMap(
        ([role, { arn }]) => keyPolicy([role], { principal: arn, ...OWNER }).Statement,
      );
      const Statement = [account, ...statements.map((one, index) => ({ ...one, Sid: `${one.Sid}${index}` }))];
      await server.kms.send(
        new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
      );
    }
  });
  afterAll(async () => {
    await server.stop();
    removeScratch(folder);
  });

  const as = (role: VaultRole, arn = key, owner = OWNER): AwsKmsMasterKey => {
    const user = users.get(role);
    if (user === undefined) throw new Error('no such user');
    return new AwsKmsMasterKey(user.client, arn, owner);
  };
  const opened = (vault: Awaited<ReturnType<typeof newVault>>, ...masterKeys: AwsKmsMasterKey[]): Promise<Repository> =>
    openRepository(vault.target, { masterKeys, writerKey: vault.writerKey });
  const denied = expect.objectContaining({ name: 'MasterKeyError', code: 'denied' });

  it('lets a writer back up again and again and read nothing, a reader read and write nothing, maintenance move', async () => {
    const vault = await newVault(folder, { masterKeys: [as('writer')] });
    const options = { repository: vault.repository, source: new FolderSource(source, 'source'), threads: 0 };
    await backup(options);
    const { snapshotId, unchangedFiles } = await backup(options);
    expect(unchangedFiles).toBeGreaterThan(300);
    const asWriter = restore({ repository: vault.repository, snapshotId, to: join(folder, 'by-writer'), threads: 0 });
    await expect(asWriter).rejects.toEqual(denied);

    const reader = await opened(vault, as('reader'));
    const to = join(folder, 'by-reader');
    await restore({ repository: reader, snapshotId, to, threads: 0 });
    expect(picture(to)).toEqual(picture(source));
    await expect(backup({ ...options, repository: reader })).rejects.toEqual(denied);

    const keeper = await opened(vault, as('maintenance'), as('maintenance', next));
    const { rewrapped, envelopes } = await rewrap({ repository: keeper, to: [as('maintenance', next)] });
    expect([rewrapped, envelopes]).toEqual([5, 5]);
    const after = await opened(vault, as('reader', next));
    await restore({ repository: after, snapshotId, to: join(folder, 'moved'), threads: 0 });
    expect(picture(join(folder, 'moved'))).toEqual(picture(source));
    for (const repository of [vault.repository, reader, keeper, after]) repository.close();
  });

  it('is for one environment, one tenant and the known purposes alone', async () => {
    for (const owner of [
      { ...OWNER, environment: 'environment-2' },
      { ...OWNER, tenant: 'tenant-2' },
    ]) {
      const context = { ...owner, purpose: 'metadata', key: '0'.repeat(32) } as const;
      await expect(as('writer', key, owner).generate(context)).rejects.toEqual(denied);
    }
    const mine = { ...OWNER, key: '0'.repeat(32) };
    const { wrapped } = await as('writer').generate({ ...mine, purpose: 'data' });
    await expect(as('writer').unwrap(wrapped, { ...mine, purpose: 'data' })).rejects.toEqual(denied);
    expect(await as('reader').unwrap(wrapped, { ...mine, purpose: 'data' })).toHaveLength(32);
    await expect(as('reader').generate({ ...mine, purpose: 'data' })).rejects.toEqual(denied);
    await expect(as('writer').probe()).resolves.toBeUndefined();
    const other = AwsKmsMasterKey.prototype.probe.call(as('reader'));
    await expect(other).rejects.toEqual(denied);
  });

  it.each(['writer', 'maintenance'] as const)('lets a %s pass the checks of an environment', async (role) => {
    const checked = { masterKey: as(role), owner: OWNER, region: server.region, isPrimary: true };
    const checks = await runChecks(MASTER_KEY_CHECKS, checked);
    expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  it('does not let a reader pass for somebody who makes data keys', async () => {
    const checked = { masterKey: as('reader'), owner: OWNER, region: server.region, isPrimary: true };
    const checks = await runChecks(MASTER_KEY_CHECKS, checked);
    expect(checks.find(({ check }) => check === 'key-use')).toMatchObject({ outcome: 'failed' });
  });
});
