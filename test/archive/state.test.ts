import {
  DecapsulateCommand,
  DecryptCommand,
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListGrantsCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { chmodSync, copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runKeystead, startServer, type DemoServer } from '../../tools/demo/server.ts';
import { fromJson, type Expectation } from '../../tools/state-archive/expectation.ts';
import { REGIONS } from '../../tools/state-archive/scenes.ts';

/** Every operation that an expectation asks for. */
const COMMANDS: Readonly<Record<string, unknown>> = {
  Decapsulate: DecapsulateCommand,
  Decrypt: DecryptCommand,
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
  it('is restored, opens, and answers as it did', { timeout: 60_000 }, async () => {
    const [copy, seal] = [join(home, 'copy'), join(home, 'keystead.seal')];
    cpSync(join(import.meta.dirname, version, 'state'), copy, { recursive: true });
    copyFileSync(join(copy, 'keystead.seal'), seal);
    chmodSync(seal, 0o600);
    const environment = {
      KEYSTEAD_DATA: join(home, 'data'),
      KEYSTEAD_SEAL: seal,
      KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
    };
    await runKeystead(environment, ['state', 'restore', copy]);
    server = await startServer(environment);
    const text = readFileSync(join(import.meta.dirname, version, 'state', 'expected.json'), 'utf8');
    const { accessKeyId, secretAccessKey, expectations } = fromJson(text) as Archived;
    const credentials = { accessKeyId, secretAccessKey };
    const kms = new KMSClient({ endpoint: server.url, region: REGIONS[0], credentials });
    expect(expectations.length).toBeGreaterThan(5);
    for (const expectation of expectations) {
      const answer = await ask(kms, expectation);
      const { operation, output = { name: expectation.error } } = expectation;
      expect({ operation, answer }).toMatchObject({ operation, answer: output });
    }
    await server.stop();
    server = undefined;
    await expect(runKeystead(environment, ['audit', 'verify'])).resolves.toContain('Verified');
  });
});

async function ask(kms: KMSClient, { operation, input }: Expectation): Promise<unknown> {
  const Command = COMMANDS[operation] as typeof DecryptCommand;
  try {
    return await kms.send(new Command(input as never));
  } catch (error) {
    return error;
  }
}
