import { execFile } from 'node:child_process';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from './client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

/** Debian's package awscli. Named by its path: another `aws` may come first on the PATH. */
const AWS = '/usr/bin/aws';
const reason = missing({ name: 'the AWS CLI', command: AWS, probe: ['--version'] });
const run = promisify(execFile);

let server: RunningInstallation;
let folder: string;

/** Runs one command and reads its JSON answer; `{}` where there is none. */
async function aws(...args: string[]): Promise<Record<string, unknown>> {
  const { accessKeyId, secretAccessKey, region } = server.first;
  const { stdout } = await run(AWS, ['--endpoint-url', server.url, '--output', 'json', 'kms', ...args], {
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return `fileb://${path}`;
}

const bytes = (base64: unknown): Buffer => Buffer.from(base64 as string, 'base64');

describe.skipIf(reason !== undefined)(`the AWS CLI${reason === undefined ? '' : `: ${reason}`}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-aws-cli-'));
    server = await startInstallation();
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('makes a key, names it, encrypts and decrypts files with it', async () => {
    const { KeyMetadata } = await aws('create-key', '--description', 'from the shell', '--tags', 'TagKey=a,TagValue=b');
    const { KeyId, Arn } = KeyMetadata as { KeyId: string; Arn: string };
    await aws('create-alias', '--alias-name', 'alias/shell', '--target-key-id', KeyId);
    const plaintext = randomBytes(1000);
    const context = ['--encryption-context', 'department=10103.0,place=Zürich'];
    const encrypted = await aws(
      'encrypt',
      '--key-id',
      'alias/shell',
      '--plaintext',
      file('plaintext', plaintext),
      ...context,
    );
    expect(encrypted).toMatchObject({ KeyId: Arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const blob = file('ciphertext', bytes(encrypted['CiphertextBlob']));
    const decrypted = await aws('decrypt', '--ciphertext-blob', blob, ...context);
    expect(bytes(decrypted['Plaintext'])).toEqual(plaintext);
    await expect(aws('decrypt', '--ciphertext-blob', blob)).rejects.toThrow('(InvalidCiphertextException)');
    const dataKey = await aws('generate-data-key', '--key-id', Arn, '--key-spec', 'AES_128');
    expect(bytes(dataKey['Plaintext'])).toHaveLength(16);
    const { Aliases } = await aws('list-aliases', '--key-id', KeyId);
    expect(Aliases).toMatchObject([{ AliasName: 'alias/shell', TargetKeyId: KeyId }]);
    await aws('disable-key', '--key-id', KeyId);
    await expect(aws('decrypt', '--ciphertext-blob', blob, ...context)).rejects.toThrow(
      new RegExp(String.raw`\(DisabledException\) when calling the Decrypt operation.*: ${Arn} is disabled\.`),
    );
  });

  it('imports a key', async () => {
    const { KeyMetadata } = await aws('create-key', '--origin', 'EXTERNAL');
    const { KeyId } = KeyMetadata as { KeyId: string };
    const parameters = await aws(
      'get-parameters-for-import',
      '--key-id',
      KeyId,
      '--wrapping-algorithm',
      'RSAES_OAEP_SHA_1',
      '--wrapping-key-spec',
      'RSA_2048',
    );
    const key = createPublicKey({ key: bytes(parameters['PublicKey']), format: 'der', type: 'spki' });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const encrypted = publicEncrypt({ key, padding, oaepHash: 'sha1' }, randomBytes(32));
    await aws(
      'import-key-material',
      '--key-id',
      KeyId,
      '--import-token',
      file('token', bytes(parameters['ImportToken'])),
      '--encrypted-key-material',
      file('material', encrypted),
      '--expiration-model',
      'KEY_MATERIAL_DOES_NOT_EXPIRE',
    );
    const described = await aws('describe-key', '--key-id', KeyId);
    expect(described['KeyMetadata']).toMatchObject({
      KeyState: 'Enabled',
      Origin: 'EXTERNAL',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
  });

  it('goes through the pages of a list', async () => {
    const { Keys } = await aws('list-keys', '--page-size', '1');
    expect(Keys).toHaveLength(2);
  });
});
