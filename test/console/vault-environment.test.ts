import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('Settings > Backup Environment', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let person: Visit;
  let page: Page;
  let keyId: string;
  let region: string;

  beforeAll(async () => {
    house = await consoleHouse();
    mkdirSync(join(house.home.folder, 'vaults', 'taken'), { recursive: true });
    writeFileSync(join(house.home.folder, 'vaults', 'taken', 'letter.txt'), 'of somebody else');
    region = house.first.region;
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    keyId = (await api.createKey(region, { description: 'backups' })).keyId;
    person = await house.visit();
    page = person.page;
  });
  afterAll(async () => {
    await house.close();
  });

  const outcome = (check: string) => page.locator(`[data-check="${check}"]`).getAttribute('data-outcome');
  const field = (name: string) =>
    page
      .locator('input')
      .and(page.getByLabel(name, { exact: true }))
      .last();

  it('teaches what an environment is while there is none, and leads to the form', async () => {
    await page.goto('/console/settings/backup-environment');
    await page.getByRole('heading', { name: 'No backup environment yet' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('main').getByRole('link', { name: 'Add an environment' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Add a backup environment' }).waitFor();
    expect(await field('Region').inputValue()).toBe(region);
    expect(await page.getByRole('button', { name: 'Save Settings' }).isDisabled()).toBe(true);
  });

  it('says as one types whether the key is in the region of the storage', async () => {
    const hint = page.locator('[data-region-hint]');
    await page.getByRole('radio', { name: 'AWS-KMS' }).check();
    await field('Master Key').fill('arn:aws:kms:eu-west-3:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab');
    await page.getByText('The key is in eu-west-3 and the storage in').waitFor();
    expect(await hint.getAttribute('data-region-hint')).toBe('false');
    await field('Region').fill('eu-west-3');
    await page.getByText('The key is in eu-west-3, as the storage is.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: 'Keystead' }).check();
    await field('Region').fill(region);
    await field('Master Key').fill('alias/none');
    await page.getByText(`There is no key of that name in ${region}`).waitFor();
    await field('Master Key').fill(keyId);
    await page.getByText(`The key is in ${region}, as the storage is.`).waitFor();
    expect(await hint.getAttribute('data-region-hint')).toBe('true');
    await page.keyboard.press('Escape');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('shows the pre-flight check by check, and saves nothing where one fails', async () => {
    await field('Label').fill('production');
    await field('Folder').fill(join(house.home.folder, 'vaults', 'production'));
    await field('Folder').fill(join(house.home.folder, 'vaults', 'taken'));
    await page.getByRole('button', { name: 'Save Settings' }).click();
    await page.getByText('Nothing was saved.').waitFor();
    expect([await outcome('folder-writable'), await outcome('folder-free'), await outcome('key-use')]).toEqual([
      'passed',
      'failed',
      'passed',
    ]);
    expect((await api.listEnvironments()).items).toEqual([]);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('looks at a bucket by reaching it', async () => {
    await page.getByRole('combobox', { name: 'Storage Type' }).click();
    await page.getByRole('option', { name: 'S3-compatible' }).click();
    await field('Bucket Name').fill('acme-backups');
    await field('Endpoint').fill('http://127.0.0.1:9');
    await field('Access key').fill('AKIAIOSFODNN7EXAMPLE');
    await field('Secret key').fill('not-a-secret');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Look only' }).click();
    await page.locator('[data-check="storage-reachable"]').waitFor();
    expect([await outcome('storage-reachable'), await outcome('storage-objects')]).toEqual(['failed', 'skipped']);
    await page.getByRole('combobox', { name: 'Storage Type' }).click();
    await page.getByRole('option', { name: 'Folder / NFS' }).click();
  });

  it('asks a key in AWS KMS as a role', async () => {
    await page.getByRole('radio', { name: 'AWS-KMS' }).check();
    const key = page.getByRole('radiogroup', { name: 'Credentials of the key' });
    await key.getByRole('radio', { name: 'A role to assume' }).check();
    await field('Master Key').fill(`arn:aws:kms:${region}:111122223333:key/${keyId}`);
    await field('Role of the key').fill('arn:aws:iam::111122223333:role/keystead-vault');
    await field('Access key of the key').fill('AKIAIOSFODNN7EXAMPLE');
    await field('Secret key of the key').fill('not-a-secret');
    await field('Endpoint of the key service').fill(house.url);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Look only' }).click();
    const row = page.locator('[data-check="key-state"]');
    await row.getByText('arn:aws:iam::111122223333:role/keystead-vault could not be assumed').waitFor();
    await page.getByRole('radio', { name: 'Keystead' }).check();
    await field('Master Key').fill(keyId);
    await page.keyboard.press('Escape');
  });

  it('tells a refusal with what to do, where the operator allows no such place', async () => {
    await field('Folder').fill('/etc/elsewhere');
    await page.getByRole('button', { name: 'Look only' }).click();
    await page.locator('[data-problem="path-outside-roots"]').waitFor();
    await field('Folder').fill(join(house.home.folder, 'vaults', 'production'));
    await api.disableKey(region, keyId);
    await page.getByRole('button', { name: 'Save Settings' }).click();
    await page.locator('[data-problem="key-disabled"]').waitFor();
    expect(await page.locator('[data-problem]').innerText()).toContain('Enable it first.');
    await api.enableKey(region, keyId);
    await field('Folder').fill(join(house.home.folder, 'vaults', 'production'));
  });

  it('saves once all of it passes, and leads on to the first backup', async () => {
    await page.getByRole('button', { name: 'Save Settings' }).click();
    await page.getByText('production is saved').waitFor();
    expect([await outcome('region'), await outcome('key-use')]).toEqual(['passed', 'passed']);
    const { items } = await api.listEnvironments();
    expect(items).toMatchObject([
      { label: 'production', encryption: 'Keystead', storage: { type: 'folder', region }, encryptAutomatically: true },
    ]);
    await page.getByRole('link', { name: 'Go on to the first backup' }).click();
    await page.getByRole('heading', { level: 1, name: 'production' }).waitFor();
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('shows what an environment stands on, checks it, writes policies to copy, and renames it', async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).last().click();
    await page.getByRole('heading', { level: 1, name: 'Settings of production' }).waitFor();
    await page.getByRole('button', { name: 'Check everything now' }).click();
    await page.locator('[data-check="key-use"]').waitFor();
    expect(await outcome('key-use')).toBe('passed');
    await page.getByRole('combobox', { name: 'For' }).click();
    await page.getByRole('option', { name: /^Reader/ }).click();
    await page.getByLabel('Whom to allow').fill('arn:aws:iam::111122223333:user/restore');
    await page.getByRole('region', { name: 'The policy' }).getByText('user/restore').waitFor();
    const policy = await page.getByRole('region', { name: 'The policy' }).innerText();
    expect(JSON.parse(policy)).toMatchObject({ Version: '2012-10-17' });
    expect(policy).not.toContain('kms:GenerateDataKey');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await field('Label').fill('main');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings of main' }).waitFor();
    expect((await api.listEnvironments()).items).toMatchObject([{ label: 'main' }]);
  });

  it('moves to another storage and to another master key', async () => {
    const [environment] = (await api.listEnvironments()).items;
    const id = environment?.environmentId as string;
    await page.getByRole('button', { name: 'Move to another storage' }).click();
    const dialog = page.getByRole('dialog');
    await field('Folder').fill(join(house.home.folder, 'vaults', 'moved'));
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Move the storage' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await api.getEnvironment(id)).storage.path).toContain('moved');
    const next = await api.createKey(region, { description: 'next' });
    await page.getByRole('button', { name: 'Change the master key' }).click();
    await field('Master Key').fill(next.keyId);
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Change the master key' }).click();
    await page.getByRole('heading', { level: 2, name: /Change of master key/ }).waitFor();
    await page.getByText('Succeeded').waitFor();
    expect((await api.getEnvironment(id)).masterKey.keyId).toBe(next.arn);
  });

  it('asks for the label before it is deleted, and says what is left', async () => {
    const [environment] = (await api.listEnvironments()).items;
    await page.goto(`/console/settings/backup-environment/${environment?.environmentId}`);
    await page.getByRole('button', { name: 'Delete the environment' }).click();
    const dialog = page.getByRole('dialog');
    const verb = dialog.getByRole('button', { name: 'Delete the environment' });
    expect(await verb.isDisabled()).toBe(true);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByLabel('Type main to go on').fill('main');
    await verb.click();
    await page.getByText('What is left, and what opens it').waitFor();
    expect((await api.listEnvironments()).items).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { level: 1, name: 'Backup Environment' }).waitFor();
  });

  it('met no fault', () => {
    expect(person.faults).toEqual([]);
  });
});
