import { KeysteadFixture } from '../vault/master-keys/aws-kms.keystead.fixture.ts';
import { answersOf, cli, type Ran } from './cli.fixture.ts';

/** A whole server with a key that was brought, and the commands of `keystead vault` of somebody who may use both. */
export class VaultCli {
  readonly server: KeysteadFixture;
  readonly key: Awaited<ReturnType<KeysteadFixture['importedKey']>>;
  readonly env: Readonly<Record<string, string>>;

  private constructor(server: KeysteadFixture, key: VaultCli['key']) {
    this.server = server;
    this.key = key;
    this.env = {
      KEYSTEAD_URL: server.url,
      KEYSTEAD_API_KEY: server.apiKey,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    };
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<VaultCli> {
    const server = await KeysteadFixture.start(settings);
    return new VaultCli(server, await server.importedKey());
  }

  async run(...args: readonly string[]): Promise<Ran> {
    return await cli(this.env, 'vault', ...args);
  }

  /** What a command that succeeds answers. */
  async json(...args: readonly string[]): Promise<Record<string, unknown>> {
    return (await answersOf(this.env, 'vault', ...args))[0] as Record<string, unknown>;
  }
}
