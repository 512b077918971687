import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CreateAliasCommand, CreateKeyCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { expect, it } from 'vitest';
import { kmsClient, makeHome, startServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(root, 'docs/guide/grants.md'), 'utf8');

it('what the guide to grants does gives the right that it says, and takes it back', async () => {
  const [give, take, ...more] = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text as string);
  expect(more).toEqual([]);
  const home = makeHome();
  const server = await startServerProcess(home);
  const first = server.first!;
  const shell = async (script: string) => {
    const keystead = `PATH="${join(root, 'bin')}:$PATH"`;
    const text = script.replaceAll('111122223333', first.accountId);
    const env = {
      PATH: '/usr/bin:/bin',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      HOME: home.folder,
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: first.apiKey,
    };
    return (await promisify(execFile)('bash', ['-c', `set -euo pipefail\n${keystead}\n${text}`], { env })).stdout;
  };
  try {
    const admin = new KeysteadClient({ url: server.url, apiKey: first.apiKey });
    const { principalId } = await admin.createPrincipal({ name: 'backup-host', policies: [] });
    const issued = await admin.createCredential(principalId, { type: 'access-key' });
    const { accessKeyId, secretAccessKey } = issued as { accessKeyId: string; secretAccessKey: string };
    const owner = kmsClient(server.url, first);
    const { KeyMetadata } = await owner.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn as string;
    await owner.send(new CreateAliasCommand({ AliasName: 'alias/backups', TargetKeyId: KeyId }));
    const host = kmsClient(server.url, { ...first, accessKeyId, secretAccessKey });
    const use = (purpose: string) =>
      host.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext: { purpose } })).then(
        () => 'done',
        (error: Error) => error.name,
      );
    expect(await use('backup')).toBe('AccessDeniedException');
    const shown = await shell(give as string);
    expect([await use('backup'), await use('else')]).toEqual(['done', 'AccessDeniedException']);
    const grantId = /[0-9a-f]{64}/.exec(shown)?.[0] as string;
    await shell((take as string).replace(/[0-9a-f]{64}/, grantId));
    expect(await use('backup')).toBe('AccessDeniedException');
  } finally {
    await server.stop();
    home.remove();
  }
});
