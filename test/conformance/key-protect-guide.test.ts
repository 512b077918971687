import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { cli, jsonLines } from '../../src/cli/cli.fixture.ts';
import { bearer, keyProtectCalls } from './key-protect-client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';

const GUIDE = readFileSync(new URL('../../docs/guide/key-protect.md', import.meta.url), 'utf8');

let server: RunningInstallation;

beforeAll(async () => {
  server = await startInstallation();
});
afterAll(() => server.close());

describe('the guide to the clients of IBM Key Protect', () => {
  it('names commands that there are', () => {
    const named = [...GUIDE.matchAll(/`keystead ([a-z-]+(?: [a-z-]+){1,2})/g)].map(([, path]) => path as string);
    expect(named.length).toBeGreaterThan(3);
    for (const path of named) expect(COMMANDS.some((one) => `${path} `.startsWith(`${one.path} `))).toBe(true);
  });

  it('is right about the addresses that instances are shown with', async () => {
    const env = { KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: server.first.apiKey };
    const made = jsonLines((await cli(env, 'instance', 'create', 'eu-de', '--json')).stdout)[0] as {
      instanceId: string;
      keyProtect: { endpoint: string; apiEndpoint: string; iamEndpoint: string };
    };
    const { endpoint, apiEndpoint, iamEndpoint } = made.keyProtect;
    expect(apiEndpoint).toBe(`${endpoint}/api/v2`);
    const ibm = keyProtectCalls(endpoint, made.instanceId, await bearer(iamEndpoint, server.first.apiKey));
    expect(await ibm('GET', '/keys')).toMatchObject({ status: 200, body: { metadata: { collectionTotal: 0 } } });
  });
});
