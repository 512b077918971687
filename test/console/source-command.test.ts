import { KeysteadClient, type Source } from '@keystead/sdk';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceCommand } from '../../console/src/pages/vault/sources/source-command.ts';
import {
  sourceBody,
  sourceChange,
  sourceForm,
  type SourceForm,
} from '../../console/src/pages/vault/sources/source-form.ts';
import { VaultCli } from '../../src/cli/vault-cli.fixture.ts';

/** The command beside the form of a source does what the form does: both are carried out, and compared. */
describe('the command beside the form of a source', () => {
  let vaultCli: VaultCli;
  let api: KeysteadClient;
  let environmentId: string;
  let folder: string;

  beforeAll(async () => {
    vaultCli = await VaultCli.start();
    const { server, key } = vaultCli;
    folder = join(server.folder, 'sources', 'records');
    mkdirSync(folder);
    const place = ['--path', join(server.folder, 'vaults', 'p'), '--region', server.region];
    await vaultCli.json('environment', 'create', 'production', ...place, '--key', key.arn, '--endpoint', server.url);
    api = new KeysteadClient({ url: server.url, apiKey: server.apiKey });
    environmentId = (await api.listEnvironments()).items[0]?.environmentId as string;
  });
  afterAll(() => vaultCli.server.stop());

  const run = (words: readonly string[]) => vaultCli.json(...words.slice(1));
  const settings = ({ folder: of, postgres, schedule, limits, alertAfterHours }: Source) => ({
    of,
    postgres,
    limits,
    alertAfterHours,
    schedule: schedule && [schedule.cron, schedule.timeZone, schedule.ifMissed, schedule.missedWithinHours],
  });
  const blank = (changes: Partial<SourceForm>): SourceForm => ({ ...sourceForm(undefined), ...changes });

  it.each<[string, () => Partial<SourceForm>]>([
    ['a folder every night', () => ({ path: folder })],
    ['one by hand, as fast as it can', () => ({ path: folder, isTimed: false, alertAfterHours: '' })],
    [
      'one with all that can be said, and what begins like an option',
      () => ({
        path: folder,
        include: '*.pdf\n-x y',
        exclude: '*.tmp',
        oneFileSystem: true,
        skipCaches: true,
        mebibytesPerSecond: 1.5,
        timing: { ...sourceForm(undefined).timing, timeZone: 'Europe/Berlin' },
      }),
    ],
    [
      'a database server',
      () => ({
        kind: 'postgres',
        host: 'db.example.com',
        user: 'backup',
        port: 5433,
        tls: 'require',
        databases: 'orders\nmore orders',
      }),
    ],
  ])('makes %s', async (name, changes) => {
    const form = blank({ ...changes(), name: `${name}: form` });
    const made = await api.createSource(environmentId, sourceBody(form));
    const command = sourceCommand(environmentId, { ...form, name: `${name}: command` });
    const { sourceId } = await run(command);
    expect(settings(await api.getSource(environmentId, String(sourceId)))).toEqual(settings(made));
  });

  it('changes one, takes away what the form has no more, and leaves what is said of missed times', async () => {
    const twin = async (name: string): Promise<Source> =>
      await api.createSource(environmentId, {
        name,
        folder: { path: folder, exclude: ['*.tmp'], skipCaches: true },
        schedule: { cron: '30 2 * * *', timeZone: 'UTC', ifMissed: 'skip', missedWithinHours: 5 },
        limits: { bytesPerSecond: 512_000 },
        alertAfterHours: 36,
      });
    const [byForm, byCommand] = [await twin('by form'), await twin('by command')];
    const change = (source: Source, changes: Partial<SourceForm>): SourceForm => ({
      ...sourceForm(source),
      ...changes,
    });
    const asItWas = await api.updateSource(environmentId, byForm.sourceId, sourceChange(change(byForm, {}), byForm));
    expect(settings(asItWas)).toEqual(settings(byForm));
    for (const changes of [
      { exclude: '', include: '*.pdf', skipCaches: false },
      { mebibytesPerSecond: '', alertAfterHours: '', isTimed: false },
    ]) {
      const now = await api.updateSource(environmentId, byForm.sourceId, sourceChange(change(byForm, changes), byForm));
      await run(sourceCommand(environmentId, change(byCommand, changes), byCommand));
      expect(settings(await api.getSource(environmentId, byCommand.sourceId))).toEqual(settings(now));
    }
  });

  it('stands for an example until the form says what is needed', () => {
    expect(sourceCommand('e', blank({ isTimed: false, alertAfterHours: '' })).join(' ')).toBe(
      'vault source create e records --folder /srv/records',
    );
  });
});
