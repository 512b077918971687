import {
  DecapsulateCommand,
  DecryptCommand,
  DescribeCustomKeyStoresCommand,
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  KMSClient,
  type KMSClientConfig,
  ListGrantsCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { chmodSync, copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKeystead, startServer, type DemoServer } from '../../tools/demo/server.ts';
import { fromJson, type Expectation, type HttpExpectations } from '../../tools/state-archive/expectation.ts';
import { HttpActors } from '../../tools/state-archive/http-actors.ts';
import { proxyEnvironment } from '../../tools/state-archive/own-proxy.ts';
import { REGIONS } from '../../tools/state-archive/scenes.ts';

/** Every operation that an expectation asks for. */
const COMMANDS: Readonly<Record<string, unknown>> = {
  Decapsulate: DecapsulateCommand,
  Decrypt: DecryptCommand,
  DescribeCustomKeyStores: DescribeCustomKeyStoresCommand,
  DescribeKey: DescribeKeyCommand,
  GetKeyRotationStatus: GetKeyRotationStatusCommand,
  GetPublicKey: GetPublicKeyCommand,
  ListGrants: ListGrantsCommand,
  Sign: SignCommand,
  Verify: VerifyCommand,
  VerifyMac: VerifyMacCommand,
};

/** What tools/make-state-archive.ts wrote beside a copy of the state. */
interface Archived {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly expectations: readonly Expectation[];
  /** The clock goes on from there: tokens and sessions run out, and what waits becomes due. */
  readonly archivedAtMs?: number;
  readonly http?: HttpExpectations;
}

const versions = readdirSync(import.meta.dirname).filter((name) => /^v\d+$/.test(name));

let home: string;
let server: DemoServer | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keystead-archived-'));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(home, { recursive: true });
});

describe.each(versions)('the state that %s wrote', (version) => {
  it('is restored, opens, and answers as it did', async () => {
    const [copy, seal] = [join(home, 'copy'), join(home, 'keystead.seal')];
    cpSync(join(import.meta.dirname, version, 'state'), copy, { recursive: true });
    copyFileSync(join(copy, 'keystead.seal'), seal);
    chmodSync(seal, 0o600);
    const text = readFileSync(join(import.meta.dirname, version, 'state', 'expected.json'), 'utf8');
    const { accessKeyId, secretAccessKey, expectations, archivedAtMs, http } = fromJson(text) as Archived;
    const environment = {
      ...(archivedAtMs !== undefined && { ...turnedTo(archivedAtMs), ...(await proxyEnvironment(copy)) }),
      KEYSTEAD_DATA: join(home, 'data'),
      KEYSTEAD_SEAL: seal,
      KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
    };
    await runKeystead(environment, ['state', 'restore', copy]);
    server = await startServer(environment);
    const credentials = { accessKeyId, secretAccessKey };
    const place = { endpoint: server.url, region: REGIONS[0] };
    const offsetMs = archivedAtMs === undefined ? 0 : archivedAtMs - Date.now();
    const kms = clientOf({ ...place, credentials }, offsetMs);
    expect(expectations.length).toBeGreaterThan(5);
    for (const expectation of expectations) {
      const by = expectation.credentials && clientOf({ ...place, credentials: expectation.credentials }, offsetMs);
      const answer = await ask(by ?? kms, expectation);
      const { operation, output = { name: expectation.error } } = expectation;
      expect({ operation, answer }).toMatchObject({ operation, answer: output });
    }
    const clock = () => Date.now() + offsetMs;
    const actors = new HttpActors(server.url, http?.instanceId ?? '', http?.actors ?? {}, clock);
    for (const { status, output, ...request } of http?.requests ?? []) {
      const answer = await actors.ask(request);
      expect({ request, ...answer }).toMatchObject({ request, status, ...(output && { body: output }) });
    }
    await server.stop();
    server = undefined;
    await expect(runKeystead(environment, ['audit', 'verify'])).resolves.toContain('Verified');
  });
});

/** A client whose clock differs as that of the server does: the `Date` of an answer, which is not turned, is hidden. */
function clientOf(config: KMSClientConfig, systemClockOffset: number): KMSClient {
  const client = new KMSClient({ ...config, systemClockOffset });
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      delete (answer.response as { headers: Record<string, string> }).headers['date'];
      return answer;
    },
    { step: 'deserialize', priority: 'low', name: 'hideDate' },
  );
  return client;
}

/** What turns the clock of a server. */
function turnedTo(archivedAtMs: number): Record<string, string> {
  const clock = join(import.meta.dirname, '../../tools/state-archive/turned-clock.ts');
  return { KEYSTEAD_ARCHIVED_AT_MS: String(archivedAtMs), NODE_OPTIONS: `--import ${pathToFileURL(clock).href}` };
}

async function ask(kms: KMSClient, { operation, input }: Expectation): Promise<unknown> {
  const Command = COMMANDS[operation] as typeof DecryptCommand;
  try {
    return await kms.send(new Command(input as never));
  } catch (error) {
    return error;
  }
}
