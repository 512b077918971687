import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminHouse, REGION_NAME, type AdminHouse } from '../protocols/admin/admin.fixture.ts';
import { ADMIN_ROUTES } from '../protocols/admin/routes.ts';
import { cli } from './cli.fixture.ts';
import { COMMANDS } from './commands.ts';
import { askServer, complete, completeCli } from './complete.ts';
import { CHOICES } from './completion-table.ts';

describe('completion', () => {
  it.each<[line: string, expected: readonly string[]]>([
    ['key ali', ['alias']],
    ['key alias ', ['add', 'move', 'remove']],
    ['tenant region l', ['list']],
    ['compl', ['completion']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['completion b', ['bash']],
    ['completion bash ', []],
    ['key list --st', ['--state']],
    ['key list --state pending-i', ['pending-import']],
    ['key list --state enabled --or', ['--origin']],
    ['key list --origin = g', ['generated']],
    ['key import k --mat', ['--material']],
    ['key import --material ', [':files']],
    ['key import k --material ./x --tok', ['--token-file']],
    ['--v', ['--version']],
    ['nonsense ', []],
    ['key nonsense ', []],
    ['key show ', []],
  ])('of "%s"', async (line, expected) => {
    expect(await complete(line.split(' '))).toEqual(expected);
  });

  it('knows every first word, and every command to its end', async () => {
    expect(await complete([''])).toEqual([...new Set(COMMANDS.map(({ path }) => path.split(' ')[0]))]);
    for (const { path } of COMMANDS) {
      const words = path.split(' ');
      for (let length = 1; length <= words.length; length++)
        expect(await complete(words.slice(0, length))).toContain(words[length - 1]);
      expect(await complete([...words, '--js'])).toEqual(['--json']);
    }
  });

  it('offers the choices that the admin API takes', () => {
    const choicesOf = (id: string, part: 'query' | 'body', member: string) => {
      const route = ADMIN_ROUTES.find((one) => one.id === id);
      return (route?.[part]?.properties[member] as { readonly enum?: string[] } | undefined)?.enum?.join('|');
    };
    const ours = (choices: string | undefined) =>
      choices
        ?.split('|')
        .filter((name) => !/[A-Z]/.test(name))
        .join('|');
    expect(CHOICES).toEqual({
      'key list --spec': ours(choicesOf('listKeys', 'query', 'spec')),
      'key list --usage': choicesOf('listKeys', 'query', 'usage'),
      'key create --spec': ours(choicesOf('createKey', 'body', 'spec')),
      'key create --usage': ours(choicesOf('createKey', 'body', 'usage')),
      'key list --state': choicesOf('listKeys', 'query', 'state'),
      'key list --origin': choicesOf('listKeys', 'query', 'origin'),
      'key import-parameters --algorithm': choicesOf('getImportParameters', 'body', 'wrappingAlgorithm'),
      'key import-parameters --wrapping-key': choicesOf('getImportParameters', 'body', 'wrappingKeySpec'),
      'completion shell': 'bash|zsh|fish',
      'uses --by': choicesOf('getUses', 'query', 'step'),
      'key uses --by': choicesOf('getKeyUses', 'query', 'step'),
      'audit entries --outcome': choicesOf('listAuditEntries', 'query', 'outcome'),
      'audit show --outcome': choicesOf('listAuditEntries', 'query', 'outcome'),
      'audit download --format': choicesOf('exportAudit', 'query', 'format'),
      'audit export --format': choicesOf('exportAudit', 'query', 'format'),
      'credential create --type': choicesOf('createCredential', 'body', 'type'),
      'credential list --type': choicesOf('listCredentials', 'query', 'type'),
      'credential list --state': choicesOf('listCredentials', 'query', 'state'),
      'service credential --type': choicesOf('createServiceCredential', 'body', 'type'),
      'instance policy set --network': choicesOf('setInstancePolicies', 'body', 'network'),
      'key import-new --form': 'raw|hex|base64',
      'vault find --type': choicesOf('searchSnapshot', 'body', 'type'),
      'vault restore --conflict': choicesOf('startRestore', 'body', 'conflict'),
      'vault restore-databases --tls': 'disable|require|verify-full',
      'vault source create --tls': 'disable|require|verify-full',
      'vault source update --tls': 'disable|require|verify-full',
      'vault verify --level': choicesOf('startVerification', 'body', 'level'),
      'vault schedule create --verify': choicesOf('startVerification', 'body', 'level'),
    });
  });

  describe('by the shell', () => {
    let folder: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'keystead-completion-'));
      const main = resolve(import.meta.dirname, '../main.ts');
      writeFileSync(join(folder, 'keystead'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
      chmodSync(join(folder, 'keystead'), 0o755);
      writeFileSync(join(folder, 'a file with blanks'), '');
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    /** What bash offers for a line, the cursor at its end. */
    async function inBash(line: string): Promise<string[]> {
      const { stdout: script } = await cli({}, 'completion', 'bash');
      const words = line.split(' ').map((word) => `'${word}'`);
      const driver = `${script}
COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}
$(complete -p keystead | sed 's/.*-F \\([^ ]*\\).*/\\1/')
printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
      const done = spawnSync('bash', ['--norc', '-c', driver], { cwd: folder, env, encoding: 'utf8' });
      expect([done.status, done.stderr]).toEqual([0, '']);
      return done.stdout.split('\n').filter((one) => one !== '');
    }

    it.each([
      ['keystead key tag ', ['add', 'remove']],
      ['keystead key list --state dis', ['disabled']],
      ['keystead key import k --material a', ['a file with blanks']],
      ['keystead no-such-thing ', []],
    ])('bash: "%s"', async (line, expected) => expect(await inBash(line)).toEqual(expected));

    it('no other shell has one', async () => {
      const { exitCode, stderr } = await cli({}, 'completion', 'cmd');
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
    });
  });

  describe('of what the server has', () => {
    let house: AdminHouse;
    let env: Record<string, string>;

    beforeAll(async () => {
      house = await adminHouse();
      env = { KEYSTEAD_URL: house.url, KEYSTEAD_API_KEY: (await house.member(['administrator'])).apiKey };
      await cli(env, 'key', 'create', '--alias', 'alias/payroll');
    });
    afterAll(() => house.close());

    it('offers names, as the caller may see them', async () => {
      const ask = askServer(env);
      expect(await complete(['key', 'show', 'alias/'], ask)).toEqual(['alias/payroll']);
      expect(await complete(['key', 'show', ''], ask)).toHaveLength(2);
      expect(await complete(['key', 'list', '--region', 'us'], ask)).toEqual([REGION_NAME]);
      expect(await complete(['key', 'ring', 'delete', ''], ask)).toEqual(['default']);
      expect(await complete(['vault', 'backup', ''], ask)).toEqual([]);
      expect(await completeCli(['--values', '--', 'key', 'enable', 'al'], env)).toBe('alias/payroll\n');
    });

    it('asks only where that was wished, and is silent when there is no answer', async () => {
      const before = house.store.entries().length;
      expect(await completeCli(['--', 'key', 'show', ''], env)).toBe('');
      expect(house.store.entries()).toHaveLength(before);
      for (const wrong of [
        {},
        { ...env, KEYSTEAD_URL: 'http://127.0.0.1:1' },
        { ...env, KEYSTEAD_URL: 'nonsense' },
        { ...env, KEYSTEAD_API_KEY: 'ks_wrong' },
      ])
        expect(await completeCli(['--values', '--', 'key', 'show', ''], wrong)).toBe('');
    });

    it('offers nothing that a shell would take for more than a word', async () => {
      const offered = ['$(reboot)', 'a b', 'a;b', '`x`', 'fine', '\u001b[2J'];
      expect(await complete(['key', 'show', ''], async () => offered)).toEqual(['fine']);
    });
  });
});
