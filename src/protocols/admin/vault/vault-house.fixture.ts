import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { AwsKmsFixture, type FixtureKey } from '../../../vault/master-keys/aws-kms.fixture.ts';
import { adminHouse, type AdminHouse, type Answer } from '../admin.fixture.ts';

export const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY';
export const REGION = 'eu-central-1';
export let house: AdminHouse;
export let aws: AwsKmsFixture;
export let apiKey: string;
export let key: FixtureKey;
export let number = 0;
export const masterKeyOf = ({ arn }: FixtureKey) => ({
  provider: 'aws-kms',
  keyId: arn,
  endpoint: aws.endpoint,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: SECRET,
});
export const wanted = (change: Record<string, unknown> = {}, storage: Record<string, unknown> = {}) => ({
  label: `environment ${++number}`,
  storage: { type: 'folder', path: join(house.scratch, 'vaults', `vault-${number}`), region: REGION, ...storage },
  encryptAutomatically: true,
  masterKey: masterKeyOf(key),
  ...change,
});
export const refused = ({ status, body }: Answer) => [status, (body['error'] as { code: string }).code];
export const post = (path: string, body?: unknown, by = apiKey) => house.send(by, 'POST', path, body);
export const get = (path: string, by = apiKey) => house.send(by, 'GET', path);

interface ShownRun {
  readonly runId: string;
  readonly state: string;
  readonly problem?: { readonly code: string; readonly message: string };
  readonly report?: Record<string, unknown>;
}

export async function made(body: Record<string, unknown> = wanted()): Promise<{ id: string; path: string }> {
  const answer = await post('/environments', body);
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
  const environment = answer.body['environment'] as { environmentId: string; storage: { path: string } };
  return { id: environment.environmentId, path: environment.storage.path };
}

export async function endOf(run: Answer): Promise<ShownRun> {
  expect([run.status, run.body]).toEqual([201, expect.anything()]);
  const { runId: id } = run.body as unknown as ShownRun;
  for (;;) {
    const { body } = await get(`/runs/${id}`);
    const shown = body as unknown as ShownRun;
    if (shown.state !== 'running') return shown;
    await new Promise((done) => setTimeout(done, 20));
  }
}
export const source = () => join(house.scratch, 'sources', 'records');
export const backup = (id: string) => post(`/environments/${id}/backups`, { source: source() });

/** All tests of a file share a server and an AWS KMS; each has a key of its own. */
export function withAHouse(): void {
  beforeAll(async () => {
    [house, aws] = await Promise.all([adminHouse(), AwsKmsFixture.start()]);
    apiKey = (await house.member(['administrator'])).apiKey;
    mkdirSync(join(house.scratch, 'sources', 'records'), { recursive: true });
    writeFileSync(join(house.scratch, 'sources', 'records', 'a'), 'a record');
  });
  afterAll(async () => {
    await house.close();
    await aws.stop();
  });
  beforeEach(() => {
    aws.always.clear();
    aws.planned.length = aws.calls.length = 0;
    key = aws.makeKey(REGION);
  });
}
