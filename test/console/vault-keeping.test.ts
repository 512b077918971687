import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient, type Run } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, ended, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('the vault: what is kept, and by whose leave', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let second: KeysteadClient;
  let person: Visit;
  let page: Page;
  let id: string;
  let keyId: string;
  let region: string;

  const endOf = (run: Run): Promise<Run> => ended(api, run);

  beforeAll(async () => {
    house = await consoleHouse();
    const { folder } = house.home;
    mkdirSync(join(folder, 'records'));
    writeFileSync(join(folder, 'records', 'a'), 'a');
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    const { principalId } = await api.createPrincipal({ name: 'bob', policies: ['administrator'] });
    const { apiKey } = await api.createCredential(principalId, { type: 'api-key' });
    second = new KeysteadClient({ url: house.url, apiKey: apiKey as string });
    region = house.first.region;
    keyId = (await api.createKey(region, { description: 'backups' })).keyId;
    const made = await api.createEnvironment({
      label: 'production',
      storage: { type: 'folder', path: join(folder, 'vaults', 'production'), region },
      encryptAutomatically: true,
      encryption: 'Keystead',
      masterKey: { provider: 'keystead', keyId },
    });
    id = made.environment.environmentId;
    const { sourceId } = await api.createSource(id, { name: 'records', folder: { path: join(folder, 'records') } });
    await endOf(await api.startBackup(id, { sourceId }));
    await endOf(await api.startBackup(id, { sourceId }));
    person = await house.visit();
    page = person.page;
    await page.goto(`/console/environments/${id}/retention`);
  });
  afterAll(() => house.close());

  const field = (name: string) =>
    page
      .locator('input, textarea')
      .and(page.getByLabel(name, { exact: true }))
      .last();
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Sections of production' }).getByRole('link', { name, exact: true }).click();

  it('previews rules before they are kept, and says them as a sentence', async () => {
    await page.getByText('Everything is kept.').waitFor();
    for (const name of ['Days', 'Weeks', 'Months']) await field(name).fill('');
    await field('Newest').fill('1');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Of 2 snapshots, 1 would stay and 1 would go to the trash.').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect((await api.getRetention(id)).rules).toBeUndefined();
    await page.getByRole('button', { name: 'Save the rules' }).click();
    await page.getByText('All sources. Kept: the 1 newest snapshot.').waitFor();
    expect((await api.getRetention(id)).rules).toMatchObject({ last: 1 });
  });

  it('clears up by them, lists what lies in the trash, and takes it back', async () => {
    await page.getByRole('button', { name: 'Clear up now' }).click();
    await page.getByText('Moved to the trash').waitFor();
    await section('Snapshots');
    const table = page.getByRole('table', { name: 'Snapshots' });
    await table.getByText('In the trash').waitFor();
    await table.getByText('Kept by the newest of its source').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page
      .getByRole('button', { name: /^Actions for the snapshot/ })
      .last()
      .click();
    await page.getByRole('menuitem', { name: 'Take back from the trash' }).click();
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();
    expect((await api.listSnapshots(id)).snapshots.filter(({ deletedAt }) => deletedAt !== undefined)).toEqual([]);
  });

  it('places a hold, and has two people release it', async () => {
    await section('Holds');
    await page.getByRole('button', { name: 'Place a hold' }).first().click();
    await field('Reason').fill('Matter 2026-117');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Place the hold' }).click();
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();
    await section('Holds');
    const hold = page.getByRole('article', { name: 'Matter 2026-117' });
    await hold.getByRole('button', { name: 'Ask for its release' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ask for the release' }).click();
    await hold.getByText('You asked for it: somebody else has to confirm.').waitFor();
    expect(await hold.getByRole('button', { name: /second person/ }).count()).toBe(0);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await hold.getByRole('button', { name: 'Take the request back' }).click();
    await hold.getByRole('button', { name: 'Ask for its release' }).waitFor();
    const [{ holdId } = { holdId: '' }] = (await api.listHolds(id)).items;
    await second.requestHoldRelease(id, { holdId });
    await page.reload();
    await hold.getByRole('button', { name: 'Release it, as the second person' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Release the hold' }).click();
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();
    expect((await api.listHolds(id)).items).toMatchObject([{ state: 'released' }]);
  });

  it('says that the backups are dark when the key is off, and brings them back', async () => {
    await api.disableKey(region, keyId);
    await page.goto(`/console/environments/${id}/snapshots`);
    await page.getByText('The backups are dark: the master key is disabled').waitFor();
    // What is listed needs no key.
    await page.getByRole('table', { name: 'Snapshots' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('table', { name: 'Snapshots' }).getByRole('link').first().click();
    await page.getByText('It cannot be opened').waitFor();
    await page.getByRole('button', { name: 'Enable the key' }).click();
    await page.getByText('The backups are dark').waitFor({ state: 'detached' });
    expect((await api.getKey(region, keyId)).state).toBe('enabled');
    await page.reload();
    await page.getByRole('table', { name: 'Files' }).getByText('a', { exact: true }).waitFor();
  });

  it('schedules a drill each week, and deletes the schedule', async () => {
    await section('Schedules');
    await page.getByRole('button', { name: 'Add a schedule' }).first().click();
    await page.getByText('Runs every Sunday at 4:00').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Add the schedule' }).click();
    await page.getByRole('table', { name: 'Schedules' }).getByText('Restore drill').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect((await api.listSchedules(id)).items).toMatchObject([
      { task: { kind: 'verify', level: 'drill' }, cron: '0 4 * * 0', timeZone: 'Europe/Berlin' },
    ]);
    await page.getByRole('button', { name: 'Actions for Restore drill' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the schedule' }).click();
    await page.getByRole('heading', { name: 'Nothing runs by itself yet' }).waitFor();
    expect((await api.listSchedules(id)).items).toEqual([]);
  });

  it('invites a host with a token that is shown once, and revokes it by its name', async () => {
    await section('Agents');
    await page.getByRole('button', { name: 'Invite a host' }).first().click();
    await field('Name of the host').fill('db-1');
    await page.getByRole('dialog').getByRole('button', { name: 'Invite the host' }).click();
    await page.getByText('It is shown this once').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    const done = page.getByRole('button', { name: 'Done' });
    expect(await done.isDisabled()).toBe(true);
    await page.getByLabel('I have kept the token').check();
    await done.click();
    await page.getByRole('table', { name: 'Agents' }).getByText('Invited').waitFor();
    expect(await page.getByRole('main').innerText()).not.toContain('ks_');
    await page.getByRole('button', { name: 'Revoke db-1' }).click();
    await field('Type db-1 to go on').fill('db-1');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the host' }).click();
    await page.getByRole('table', { name: 'Agents' }).getByText('Revoked').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('has somebody told, and tells of a refusal', async () => {
    await section('Alerts');
    await page.getByRole('button', { name: 'Tell somebody' }).first().click();
    await field('Label').fill('pager');
    await page.getByRole('radiogroup', { name: 'How' }).getByText('Webhook').click();
    await field('Address of the webhook').fill('nowhere');
    await page.getByRole('dialog').getByRole('button', { name: 'Add the channel' }).click();
    await page.locator('[data-problem]').waitFor();
    await field('Address of the webhook').fill('https://pager.example.com/hook');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Add the channel' }).click();
    await page.getByText('With it the receiver verifies').waitFor();
    const secret = page.getByRole('dialog', { name: 'The secret of pager' });
    await secret.getByRole('checkbox').check();
    await secret.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('table', { name: 'Channels' }).getByText('pager', { exact: true }).waitFor();
    expect((await api.listAlertChannels()).items).toMatchObject([{ webhookUrl: 'https://pager.example.com/hook' }]);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect(person.faults).toEqual([]);
  });
});
