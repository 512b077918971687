import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from './client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

/** Debian's Python, which has Debian's package python3-boto3. */
const PYTHON = '/usr/bin/python3';
const reason = missing({ name: 'boto3', command: PYTHON, probe: ['-c', 'import boto3'] });

let server: RunningInstallation;

describe.skipIf(reason !== undefined)(`boto3${reason === undefined ? '' : `: ${reason}`}`, () => {
  beforeAll(async () => {
    server = await startInstallation();
  });
  afterAll(() => server.close());

  it('makes, names, uses and lists keys, and reads every error as its own', async () => {
    const { accessKeyId, secretAccessKey, region, accountId } = server.first;
    const earliest = Date.now() / 1_000;
    const script = join(import.meta.dirname, 'boto3_client.py');
    const { stdout } = await promisify(execFile)(PYTHON, [script, server.url, region], {
      env: {
        PATH: '/usr/bin:/bin',
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    });
    const latest = Date.now() / 1_000;
    const refused = (code: string, message: string) => ({ code, message, status: 400, type: code });
    const { creationTime, ...told } = JSON.parse(stdout) as { readonly creationTime: number };
    expect(creationTime).toBeGreaterThanOrEqual(earliest);
    expect(creationTime).toBeLessThanOrEqual(latest);
    expect(told).toEqual({
      requestId: expect.stringMatching(/^[0-9a-f]{8}-/) as string,
      tags: [{ TagKey: '__proto__', TagValue: 'b' }],
      plaintext: 'secret',
      keyId: true,
      dataKey: true,
      aliases: ['alias/python'],
      wrongContext: refused('InvalidCiphertextException', ''),
      damaged: refused('InvalidCiphertextException', ''),
      unknown: refused('NotFoundException', `Alias arn:aws:kms:${region}:${accountId}:alias/nobody is not found.`),
      malformed: refused('NotFoundException', `Invalid keyId 'fake-key-id'`),
      exists: refused(
        'AlreadyExistsException',
        `An alias with the name arn:aws:kms:${region}:${accountId}:alias/python already exists`,
      ),
    });
    expect(server.errors).toEqual([]);
  });
});
