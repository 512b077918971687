import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPasskeys, axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { keyCheckValueOf } from './check-value.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

/** What a person does with a new server, from the link that it prints to a backup that was seen to come back. */
describe.skipIf(!hasChromium)('the first run', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let person: Visit;
  let page: Page;
  let records: string;

  beforeAll(async () => {
    house = await consoleHouse();
    records = join(house.home.folder, 'records');
    mkdirSync(records);
    writeFileSync(join(records, 'readme.txt'), 'read me');
    writeFileSync(join(records, 'data.bin'), randomBytes(200_000));
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    person = await house.visit({ isNobody: true });
    ({ page } = person);
    await addPasskeys(page);
  });
  afterAll(() => house.close());

  const heading = (name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
  const field = (name: string) =>
    page
      .locator('input')
      .and(page.getByLabel(name, { exact: true }))
      .last();
  const steps = async (done: number): Promise<void> => {
    await page.goto('/console/first-steps');
    await heading('First steps');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'done' })
      .nth(done - 1)
      .waitFor();
    expect(await page.getByRole('main').getByText('done', { exact: true }).count()).toBe(done);
  };

  it('begins with the printed link: a passkey, and the four steps', async () => {
    await page.goto(`/console/welcome#${house.first.signInToken}`);
    await page.getByRole('button', { name: 'Set up a passkey' }).click();
    await heading('First steps');
    await page.getByRole('link', { name: 'Bring your own key' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/first-steps');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('brings a key whose material was made in the browser', async () => {
    await page.getByRole('link', { name: 'Bring your own key' }).click();
    await page.getByRole('textbox', { name: 'Alias' }).fill('first');
    const next = () => page.getByRole('button', { name: 'Next' }).click();
    await next();
    await page.getByRole('button', { name: 'Make 32 random bytes' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the material' }).click();
    const saved = readFileSync(await (await download).path(), 'utf8');
    const material = Buffer.from(/^Material \(hex\): ([0-9a-f]{64})$/m.exec(saved)?.[1] ?? '', 'hex');
    await page.getByLabel('Type kept').fill('kept');
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The check values are equal').waitFor();
    const key = await api.getKey(house.first.region, 'alias/first');
    expect(key.versions.map(({ checkValue }) => checkValue)).toEqual([keyCheckValueOf(material)]);
    await steps(1);
  });

  it('chooses where backups go, under that key', async () => {
    await page.getByRole('link', { name: 'Set up a Backup Environment' }).click();
    await heading('Add a backup environment');
    await field('Label').fill('production');
    await field('Folder').fill(join(house.home.folder, 'vaults', 'production'));
    await page.getByRole('radio', { name: 'Keystead' }).check();
    await field('Master Key').fill('alias/first');
    await page.getByText(`The key is in ${house.first.region}, as the storage is.`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save Settings' }).click();
    await page.getByText('production is saved').waitFor();
    expect((await api.listEnvironments()).items).toMatchObject([{ label: 'production', encryption: 'Keystead' }]);
    await steps(2);
  });

  it('makes the first encrypted backup', async () => {
    await page.getByRole('link', { name: 'Make the first backup' }).click();
    await page.getByRole('link', { name: 'Add a source' }).click();
    await page.getByRole('button', { name: 'Add a source' }).first().click();
    await field('Name').fill('records');
    await field('Folder of the server').fill(records);
    await page.getByRole('dialog').getByRole('button', { name: 'Add the source' }).click();
    await page.getByRole('table', { name: 'Sources' }).getByText('records').first().waitFor();
    await page
      .getByRole('navigation', { name: 'Sections of production' })
      .getByRole('link', { name: 'Overview', exact: true })
      .click();
    await page.getByRole('button', { name: 'Back up records now' }).click();
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();
    const [snapshot] = (await api.listSnapshots((await api.listEnvironments()).items[0]?.environmentId ?? ''))
      .snapshots;
    expect(snapshot).toBeDefined();
    await steps(3);
  });

  it('proves that it comes back: then nothing is left to do', async () => {
    await page.getByRole('link', { name: 'Run a drill' }).click();
    await page.getByRole('button', { name: 'Prove a restore', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();
    await steps(4);
    await page.getByText('All done').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('main').getByRole('link', { name: 'Go to the overview' }).click();
    await heading('Overview');
    await page.getByText('production').first().waitFor();
    expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0);
    const [environment] = (await api.listEnvironments()).items;
    expect(environment?.lastProvenRestorable).toHaveLength(1);
    expect(person.faults).toEqual([]);
  });
});
