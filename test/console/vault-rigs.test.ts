import { GetBucketVersioningCommand } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres, PostgresServer } from '../../src/vault/postgres/postgres.fixture.ts';
import { hasS3Server, s3Server, type S3Server } from '../ceph/s3-server.fixture.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';
import { freePort } from '../process/free-port.ts';

describe.skipIf(!hasChromium)('the vault with a bucket and with databases that are real', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let person: Visit;
  let page: Page;
  let keyId: string;
  let region: string;

  beforeAll(async () => {
    house = await consoleHouse();
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    region = house.first.region;
    keyId = (await api.createKey(region, { description: 'backups' })).keyId;
    mkdirSync(join(house.home.folder, 'records'));
    writeFileSync(join(house.home.folder, 'records', 'a'), 'a record');
    person = await house.visit();
    page = person.page;
  });
  afterAll(() => house.close());

  const field = (name: string, within = page.locator('body')) =>
    within
      .locator('input')
      .and(page.getByLabel(name, { exact: true }))
      .last();
  // A gateway of Ceph takes its time on a machine that does other things.
  const succeeded = () => page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();

  describe.skipIf(!hasS3Server)('a bucket of Ceph', () => {
    let server: S3Server;
    const bucketName = `keystead-form-${randomBytes(6).toString('hex')}`;

    beforeAll(async () => {
      server = await s3Server();
    });

    it('is made from the form, with versions', async () => {
      await page.goto('/console/settings/backup-environment/new');
      await field('Label').fill('bucket');
      await page.getByRole('combobox', { name: 'Storage Type' }).click();
      await page.getByRole('option', { name: 'S3-compatible' }).click();
      await field('Bucket Name').fill(bucketName);
      await field('Prefix').fill('backups/');
      await field('Endpoint').fill(server.endpoint);
      await field('Access key').fill(server.user.accessKeyId);
      await field('Secret key').fill(server.user.secretAccessKey);
      await field('Master Key').fill(keyId);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Look only' }).click();
      await page.locator('[data-check="storage-reachable"][data-outcome="failed"]').waitFor();
      await page.getByRole('button', { name: 'Make this bucket' }).click();
      const dialog = page.getByRole('dialog', { name: `Make the bucket ${bucketName}` });
      await dialog.getByLabel('Keep versions').check();
      expect(await dialog.locator('[data-command]').innerText()).toContain('--versioned');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Make the bucket' }).click();
      await page.getByText(`The bucket ${bucketName} is there.`).waitFor();
      const s3 = server.client();
      expect(await s3.send(new GetBucketVersioningCommand({ Bucket: bucketName }))).toMatchObject({
        Status: 'Enabled',
      });
      s3.destroy();
      // The dialog's form lies in the page's: sending the one saves nothing of the other.
      await page.waitForLoadState('networkidle');
      expect(await page.getByText(/It is saved\./).count()).toBe(0);
      expect((await api.listEnvironments()).items).toEqual([]);
    });

    it('passes the pre-flight with what is to be known of it, and takes a backup', async () => {
      await page.getByRole('button', { name: 'Save Settings' }).click();
      await page.getByText(/to know of.* It is saved\./).waitFor();
      const outcomes = await page
        .locator('[data-check]')
        .evaluateAll((all) => all.map((one) => [one.getAttribute('data-check'), one.getAttribute('data-outcome')]));
      expect(Object.fromEntries(outcomes)).toMatchObject({
        'storage-reachable': 'passed',
        'storage-objects': 'passed',
        // This gateway knows no condition on a put: it is said what that means, and no reason not to save.
        'storage-create-only': 'warned',
        'storage-versioning': 'passed',
        'key-use': 'passed',
      });
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('link', { name: 'Go on to the first backup' }).click();
      await page.getByRole('button', { name: 'Back up now' }).click();
      await page.getByRole('menuitem', { name: 'A folder, this once…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').first().fill(join(house.home.folder, 'records'));
      await dialog.getByRole('button', { name: /^Back/ }).click();
      await succeeded();
      const [environment] = (await api.listEnvironments()).items;
      expect(environment).toMatchObject({ storage: { bucketName, prefix: 'backups/' } });
      expect((await api.listSnapshots(environment?.environmentId ?? '')).snapshots).toHaveLength(1);
    });
  });

  describe.skipIf(!hasPostgres)('databases of PostgreSQL', () => {
    let postgres: PostgresServer;

    beforeAll(async () => {
      postgres = new PostgresServer(await freePort());
      for (const name of ['clinic', 'orders']) {
        postgres.sql('postgres', `CREATE DATABASE ${name}`);
        postgres.sql(name, `CREATE TABLE facts AS SELECT '${name} ' || n AS name FROM generate_series(1, 500) n`);
      }
      const { environment } = await api.createEnvironment({
        label: 'databases',
        storage: { type: 'folder', path: join(house.home.folder, 'vaults', 'databases'), region },
        encryptAutomatically: true,
        encryption: 'Keystead',
        masterKey: { provider: 'keystead', keyId },
      });
      await page.goto(`/console/environments/${environment.environmentId}/sources`);
    });
    afterAll(() => postgres.remove());

    const connect = async (within = page.getByRole('dialog')): Promise<void> => {
      await field('Host', within).fill('127.0.0.1');
      await field('Port', within).fill(String(postgres.port));
      await field('User', within).fill(postgres.superuser);
      await field('Password', within).fill(postgres.password.toString('utf8'));
    };

    it('are a source, and are backed up', async () => {
      await page.getByRole('button', { name: 'Add a source' }).first().click();
      await field('Name').fill('clinic server');
      await page.getByRole('radiogroup', { name: 'Kind of source' }).getByText('PostgreSQL').click();
      await connect();
      await page.getByRole('textbox', { name: 'Databases' }).fill('clinic\norders');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Add the source' }).click();
      await page.getByRole('button', { name: 'Actions for clinic server' }).click();
      await page.getByRole('menuitem', { name: 'Back up now' }).click();
      await page.getByRole('heading', { level: 2, name: /Backup clinic server/ }).waitFor();
      await succeeded();
    });

    it('are listed by what the snapshot holds, and restored under another name', async () => {
      await page.getByRole('link', { name: 'Open the snapshot' }).click();
      await page.getByRole('button', { name: 'Restore everything' }).click();
      const dialog = page.getByRole('dialog', { name: 'Restore databases' });
      const choice = dialog.getByRole('group', { name: 'Databases of the snapshot' });
      await choice.getByRole('checkbox', { name: 'clinic' }).waitFor();
      await choice.getByRole('checkbox', { name: 'orders' }).uncheck();
      await choice.getByRole('textbox', { name: 'Restore clinic under the name' }).fill('copy');
      await connect(dialog);
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Restore the databases' }).click();
      await page.getByRole('heading', { level: 2, name: /Restore of databases/ }).waitFor();
      await succeeded();
      const rows = "SELECT count(*), md5(string_agg(name, ',' ORDER BY name)) FROM facts";
      expect(postgres.sql('copy', rows)).toBe(postgres.sql('clinic', rows));
      expect(postgres.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'copy'")).toBe('1');
      expect(person.faults).toEqual([]);
    });
  });
});
