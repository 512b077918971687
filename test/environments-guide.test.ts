import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { KeysteadClient } from '@keystead/sdk';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasS3Server, s3Server } from './ceph/s3-server.fixture.ts';
import { runGuide } from './guide.fixture.ts';
import { kmsClient, makeHome, startServerProcess } from './process/server-process.ts';

const REGION = 'us-east-1';

/** The whole guide as one who reads on would type it, with a bucket in a real S3 server and a vault of a lost server. */
it.skipIf(!hasS3Server)(
  'the guide to environments does what it says',
  async () => {
    const s3 = await s3Server();
    const [home, lost] = [makeHome(), makeHome()];
    for (const { folder } of [home, lost]) {
      mkdirSync(join(folder, 'records'), { recursive: true });
      mkdirSync(join(folder, 'vaults'), { recursive: true });
      writeFileSync(join(folder, 'records', 'a'), 'a record');
    }
    const [server, other] = await Promise.all([startServerProcess(home), startServerProcess(lost)]);
    try {
      const key = async (at: typeof server, AliasName: string) => {
        const kms = kmsClient(at.url, at.first!);
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
        kms.destroy();
        return KeyMetadata?.Arn as string;
      };
      await key(server, 'alias/backups');
      const elsewhere = await key(other, 'alias/elsewhere');
      const { writerId } = await backupOnce(other, lost.folder, elsewhere);
      cpSync(join(lost.folder, 'vaults', 'kept'), join(home.folder, 'vaults', 'kept'), { recursive: true });
      const client = s3.client();
      const bucket = `guide-${home.folder
        .slice(-6)
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, 'x')}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      client.destroy();
      const printed = await runGuide('docs/guide/environments.md', home, server, {
        env: { AWS_ACCESS_KEY_ID: other.first!.accessKeyId, AWS_SECRET_ACCESS_KEY: other.first!.secretAccessKey },
        instead: [
          ['/srv/', `${home.folder}/`],
          ['https://s3.example.com', s3.endpoint],
          ['acme-backups', bucket],
          ['=FIRST', `=${s3.user.accessKeyId}`],
          ['=SECRET', `=${s3.user.secretAccessKey}`],
          ['http://kms.example.com', other.url],
          ['alias/elsewhere', elsewhere],
          ['WRITER_ID', writerId],
        ],
      });
      const section = (name: string) => printed.get(name) ?? '';
      expect(section('The first one: a folder, and a key in Keystead')).toMatch(/key-use +passed/);
      expect(section('What is looked at before anything is kept')).toMatch(/folder-create-only +passed/);
      expect(section('A bucket')).toContain('s3:AbortMultipartUpload');
      expect(section('Rights to copy')).toContain('"sts:ExternalId": "keystead-');
      expect(section('Changing it, without stranding anything').match(/[0-9a-f]{32}-0000000001/g)).not.toBeNull();
      expect(section('When the database is lost')).toContain(`${writerId}-0000000001`);
    } finally {
      await Promise.all([server.stop(), other.stop()]);
      home.remove();
      lost.remove();
    }
  },
  240_000,
);

async function backupOnce(
  { url, first }: Awaited<ReturnType<typeof startServerProcess>>,
  folder: string,
  keyId: string,
): Promise<{ writerId: string }> {
  const { apiKey, accessKeyId, secretAccessKey } = first!;
  const api = new KeysteadClient({ url, apiKey });
  const { environment } = await api.createEnvironment({
    label: 'lost',
    storage: { type: 'folder', path: join(folder, 'vaults', 'kept'), region: REGION },
    encryptAutomatically: true,
    masterKey: { provider: 'aws-kms', keyId, endpoint: url, accessKeyId, secretAccessKey },
  });
  const run = await api.startBackup(environment.environmentId, { source: join(folder, 'records') });
  for (;;) {
    const { state } = await api.getRun(run.runId);
    if (state === 'succeeded') return { writerId: environment.writerId };
    if (state !== 'running') throw new Error(`the backup ${state}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
