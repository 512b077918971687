import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CONTRACT, readAnswer, Refusal, type Access, type TourClient } from './tour-client.fixture.ts';

/** Debian's Python, which has the packages python3-boto3 and awscli. */
export const PYTHON = '/usr/bin/python3';

type Reply = { readonly ok: unknown } | { readonly code: string; readonly text: string };

/**
 * Starts a Python script that reads requests line by line and answers each with a line, so that a client is loaded once
 * and not for each of its requests. Its own model of AWS KMS gives way to the pinned one (`AWS_DATA_PATH`), which has
 * all operations.
 */
export function pythonClient(script: string, { url, region, accessKeyId, secretAccessKey }: Access): TourClient {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-python-'));
  const models = join(folder, 'models', 'kms', '2014-11-01');
  mkdirSync(models, { recursive: true });
  copyFileSync(CONTRACT, join(models, 'service-2.json'));
  const child = spawn(PYTHON, [join(import.meta.dirname, script), url], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      AWS_DATA_PATH: join(folder, 'models'),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      PYTHONIOENCODING: 'utf-8',
    },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async call(operation, input, inRegion = region) {
      child.stdin.write(`${JSON.stringify({ operation, input: encoded(input), region: inRegion })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended`);
      const reply = JSON.parse(value as string) as Reply;
      if ('code' in reply) throw new Refusal(reply.code, reply.text);
      return readAnswer(operation, reply.ok);
    },
    close() {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Blobs are marked, so that a script need not know which members are some. */
function encoded(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { $blob: value.toString('base64') };
  if (Array.isArray(value)) return value.map(encoded);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encoded(member)]));
}
