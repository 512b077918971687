import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cli } from './cli.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystead-refused-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'vault'));
writeFileSync(join(folder, 'there'), '');

/** Nobody is asked: all of these are refused before. */
const env = { KEYSTEAD_URL: 'http://localhost:1', KEYSTEAD_API_KEY: `ks_${'a'.repeat(43)}`, KEYSTEAD_REGION: 'eu-de' };
const there = join(folder, 'there');
const nowhere = join(folder, 'none', 'file');

describe('what a command cannot do is refused, and not left out', () => {
  it.each<[code: string, says: string, line: string]>([
    ['usage', '"week" is no step', 'key uses alias/k --by week'],
    ['option-not-taken', '--print-commands takes no --expires', 'key import k --print-commands --expires 2030-01-31'],
    ['option-not-taken', '--print-commands takes no --new', 'key import k --print-commands --new'],
    ['option-not-taken', 'a master key alone takes no --role', 'vault environment credentials e --role arn:x'],
    ['option-not-taken', 'a master key alone takes no --former', 'vault environment credentials e --former v'],
    [
      'option-not-taken',
      'without --storage-credentials takes no --role',
      'vault environment update e --label l --role arn:x',
    ],
    ['option-not-taken', 'without --offline takes no --vault', 'vault ls --environment e --vault v'],
    ['option-not-taken', 'without --offline takes no --recovery-key', 'vault verify --environment e --recovery-key k'],
    ['option-not-taken', 'without --offline takes no --key', 'vault restore to --environment e --key k'],
    [
      'option-not-taken',
      'with --offline takes no --environment',
      'vault snapshots --offline --vault v --environment e',
    ],
    ['option-not-taken', 'with --offline takes no --detach', 'vault restore to --offline --vault v --detach'],
    ['option-not-taken', 'with --offline takes no --former', 'vault verify --offline --vault v --former f'],
    ['option-not-taken', 'everything takes no --keep-daily', 'vault retention set e --keep-everything --keep-daily 3'],
    ['usage', '--sample-percent takes a whole number', 'vault schedule create e --verify sample --sample-percent much'],
    [
      'usage',
      '--missed-within takes a whole number',
      'vault schedule create e --maintain --cron @daily --missed-within x',
    ],
    ['usage', '--minutes takes a whole number', 'vault agent invite e --name n --minutes 1.5'],
    ['file-not-written', 'there is something already', `vault agent invite e --name n --token-file ${there}`],
    ['file-not-written', 'there is no such file or folder', `key secret read alias/s --to ${nowhere}`],
    ['file-not-written', 'there is something already', `xks create x --region eu-de --configuration-file ${there}`],
    ['file-not-written', 'there is something already', `xks rotate-credential x --configuration-file ${there}`],
    [
      'file-not-written',
      'there is something already',
      `key import-parameters k --public-key ${join(folder, 'new')} --token-file ${there}`,
    ],
  ])('%s: %s', async (code, says, line) => {
    const { exitCode, stdout, stderr } = await cli(env, ...line.split(' '), '--json');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code, message: expect.stringContaining(says) as string } });
  });

  it.each([
    'audit entries --from yesterday',
    // That would be another moment on another machine.
    'audit entries --from 2026-11-22T10:00:00',
    'audit entries --to 2026-11-22T10:00',
    'audit entries --from 2026-13-01',
    'audit download --format json --from 22.11.2026',
    'audit export --format json --from 1',
    'vault ls --environment e --at 2026-11-22T10:00',
  ])('%s names no moment', async (line) => {
    const { exitCode, stderr } = await cli({ ...env, KEYSTEAD_DATA: join(folder, 'data') }, ...line.split(' '));
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/is no moment\.\nWrite --(?:from|to|at) like/)]);
  });
});
