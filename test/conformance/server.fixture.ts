import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { DEFAULT_QUOTAS } from '../../src/keys/quotas.ts';
import { testRoot } from '../../src/attestation/enclave.fixture.ts';
import { startKeystead, type Keystead } from '../../src/server.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';

/** When the certificates of enclaves were made that a server of these tests believes. */
export const ENCLAVES_SINCE_MS = Date.now();

/** A whole server over a data folder of its own, as it would run at home. */
export interface RunningInstallation {
  readonly url: string;
  /** Where the external key store proxy listens, if one was asked for. */
  readonly xksUrl: string | undefined;
  readonly first: FirstCredentials;
  /** Where its data, its seal and its witness are. */
  readonly folder: string;
  /** Everything that the server logged as an error. */
  readonly errors: readonly object[];
  close(): Promise<void>;
}

/** Starts a server in a fresh folder, at any free port of the loopback. `hear` is told all that it logs. */
export async function startInstallation(
  more: Partial<Config> = {},
  hear: (fields: object, message: string) => void = () => {},
): Promise<RunningInstallation> {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-conformance-'));
  const errors: object[] = [];
  const log = {
    info: hear,
    warn: hear,
    error(fields: object, message: string) {
      errors.push(fields);
      hear(fields, message);
    },
  };
  const config = {
    listen: { host: '127.0.0.1', port: 0 },
    attestationRootsFile: rootsIn(folder),
    dataFolder: join(folder, 'data'),
    sealFile: join(folder, 'keystead.seal'),
    witnessFolders: [join(folder, 'witness')],
    vaultRoots: [join(folder, 'vaults')],
    sourceRoots: [],
    egress: {},
    region: 'eu-central-1',
    quotas: DEFAULT_QUOTAS,
    rates: {},
    logLevel: 'error',
    ...more,
  } as const;
  let server: Keystead;
  try {
    server = await startKeystead(config, log);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  if (server.first === undefined) throw new Error('the first start showed no credentials');
  return {
    url: server.url,
    xksUrl: server.xksUrl,
    first: server.first,
    folder,
    errors,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A file with the root of the tests' enclaves. */
function rootsIn(folder: string): string {
  const file = join(folder, 'attestation-roots.pem');
  writeFileSync(file, testRoot(ENCLAVES_SINCE_MS).x509.toString());
  return file;
}
