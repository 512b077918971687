import { KeysteadClient } from '@keystead/sdk';
import { execFile } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keyCheckValue } from '../src/crypto/key-check-value.ts';
import { buildSdk } from '../tools/build-sdk.ts';
import { makeHome, startServerProcess, type Home, type ServerProcess } from './process/server-process.ts';

const root = resolve(import.meta.dirname, '..');
const execute = promisify(execFile);

/** Node that the machine has, where it is one that the package says it runs on; and this test's own. */
const SYSTEM_NODE = '/usr/bin/node';

/** The SDK as somebody gets it who has nothing but the package. */
describe('the published SDK', () => {
  let folder: string;
  let packed: { readonly files: readonly { readonly path: string }[]; readonly version: string };
  let nodes: readonly string[];
  let home: Home;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-sdk-'));
    const [dist, installed] = [join(folder, 'dist'), join(folder, 'app/node_modules/@keystead/sdk')];
    buildSdk(dist);
    mkdirSync(installed, { recursive: true });
    const env = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
    const { stdout } = await execute('npm', ['pack', dist, '--json', '--pack-destination', folder], {
      cwd: folder,
      env,
    });
    const answer = JSON.parse(stdout) as
      | (typeof packed & { filename: string })[]
      | Record<string, typeof packed & { filename: string }>;
    const [first] = Object.values(answer);
    if (first === undefined) throw new Error(`npm packed nothing: ${stdout}`);
    packed = first;
    await execute('tar', ['-xzf', join(folder, first.filename), '--strip-components=1', '-C', installed]);
    const version = await execute(SYSTEM_NODE, ['-p', 'process.versions.node']).then(
      (done) => done.stdout,
      () => '0',
    );
    nodes = [process.execPath, ...(Number.parseFloat(version) >= 20.3 ? [SYSTEM_NODE] : [])];
    home = makeHome();
    server = await startServerProcess(home);
    // An entry is listed once the log that it is in was signed.
    const client = new KeysteadClient({ url: server.url, apiKey: server.first!.apiKey });
    const listed = async (): Promise<void> => {
      if ((await client.listAuditEntries({ limit: 1 })).items.length === 0) throw new Error('the log was not signed');
    };
    await vi.waitFor(listed, { timeout: 120_000 });
  });
  afterAll(async () => {
    await server.stop();
    home.remove();
    rmSync(folder, { recursive: true });
  });

  /** Runs a program beside the package, on every Node there is; answers what each printed. */
  async function runs(program: string): Promise<readonly string[]> {
    const file = join(folder, 'app/example.mjs');
    writeFileSync(file, program);
    const env = { PATH: '/usr/bin:/bin', KEYSTEAD_URL: server.url, KEYSTEAD_API_KEY: server.first!.apiKey };
    const printed: string[] = [];
    for (const node of nodes) printed.push((await execute(node, [file], { cwd: join(folder, 'app'), env })).stdout);
    return printed;
  }

  it('holds modules, their types, a README and the licence, and no source and no test', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'README.md', 'LICENSE', 'package.json']));
    expect(paths.filter((path) => !/\.js$|\.d\.ts$|^(?:README\.md|LICENSE|package\.json)$/.test(path))).toEqual([]);
    expect(paths.filter((path) => path.includes('.test.'))).toEqual([]);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(packed.version).toBe(version);
  });

  const examples = [
    ...readFileSync(join(root, 'sdk/README.md'), 'utf8').matchAll(/^## ([^\n]+)\n[^]*?^```js\n([^]*?)^```$/gm),
  ].map(([, heading, program]) => [heading, program] as [string, string]);

  it.each<[heading: string, expected: RegExp]>([
    ['Calls', /^\S+ made [0-9a-f-]{36}\n[0-9a-f-]{36} enabled\n/],
    ['Refusals', /^404 key-not-found true\n$/],
    ['Is it my key?', new RegExp(`^${keyCheckValue(createSecretKey(Buffer.alloc(32, 0xa7)))}\n$`)],
    ['Is it in the log?', /^(?:yes .+\n){3,}true true\n$/],
  ])(
    'does what its README says under "%s"',
    async (heading, expected) => {
      const program = new Map(examples).get(heading) as string;
      // On the second Node the alias of the first is taken.
      const fresh = program.replace("'alias/payroll'", '`alias/${process.versions.modules}`');
      for (const printed of await runs(fresh)) expect(printed).toMatch(expected);
    },
    240_000,
  );

  it('has no example that nobody looked at', () => expect(examples).toHaveLength(4));

  it('has types that stand by themselves, as a strict project reads them', async () => {
    writeFileSync(
      join(folder, 'app/use.ts'),
      `import { KeysteadClient, KeysteadError, everyItem, type Key, type Verification, verifyEntry } from '@keystead/sdk';
const client = new KeysteadClient({ url: 'https://keys.example.com', apiKey: () => 'ks_' });
const shown: Promise<Key> = client.getKey('us-east-1', 'alias/payroll');
export const states: Promise<string>[] = [shown.then(({ state }) => state)];
export const verified: Promise<Verification> = client.proveAuditEntry(0).then(verifyEntry);
export const code = (error: unknown): string | undefined => (error instanceof KeysteadError ? error.code : undefined);
export const keys = everyItem((after) => client.listKeys('us-east-1', { after }));
// @ts-expect-error: there is no such member
client.createKey('us-east-1', { descripton: 'payroll' });
`,
    );
    const options = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false };
    const where = { module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [] };
    writeFileSync(
      join(folder, 'app/tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...options, ...where }, files: ['use.ts'] }),
    );
    writeFileSync(join(folder, 'app/package.json'), '{"type":"module"}');
    const done = await execute(join(root, 'node_modules/.bin/tsc'), ['--project', join(folder, 'app')]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    expect(done).toBe('');
  });
});
