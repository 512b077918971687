import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, ended, type ConsoleHouse } from './console.fixture.ts';

const MEBIBYTE = 1024 * 1024;

describe.skipIf(!hasChromium)('the vault: from a source to what was restored', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let person: Visit;
  let page: Page;
  let id: string;
  let records: string;

  beforeAll(async () => {
    house = await consoleHouse();
    const { folder } = house.home;
    records = join(folder, 'records');
    mkdirSync(join(records, 'reports'), { recursive: true });
    writeFileSync(join(records, 'readme.txt'), 'read me');
    writeFileSync(join(records, 'reports', 'budget.csv'), 'a,b\n1,2\n');
    writeFileSync(join(records, 'reports', 'big.bin'), randomBytes(MEBIBYTE));
    mkdirSync(join(records, 'parts'));
    for (let part = 0; part < 20; part++) writeFileSync(join(records, 'parts', `${part}`), randomBytes(MEBIBYTE / 10));
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    const { region } = house.first;
    const { keyId } = await api.createKey(region, { description: 'backups' });
    const made = await api.createEnvironment({
      label: 'production',
      storage: { type: 'folder', path: join(folder, 'vaults', 'production'), region },
      encryptAutomatically: true,
      encryption: 'Keystead',
      masterKey: { provider: 'keystead', keyId },
    });
    id = made.environment.environmentId;
    person = await house.visit();
    page = person.page;
  });
  afterAll(async () => {
    await house.close();
  });

  const field = (name: string) =>
    page
      .locator('input')
      .and(page.getByLabel(name, { exact: true }))
      .last();
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Sections of production' }).getByRole('link', { name, exact: true }).click();
  const succeeded = () => page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();

  it('lists environments with what one wants to know each morning', async () => {
    await page.goto('/console/environments');
    await page.getByRole('article', { name: 'production' }).getByText('Nothing is scheduled').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('link', { name: 'production' }).click();
    await page.getByRole('link', { name: 'Add a source' }).click();
    await page.getByRole('heading', { name: 'Nothing is backed up yet' }).waitFor();
  });

  it('adds a source with its schedule, said in words, with its next times', async () => {
    await page.getByRole('button', { name: 'Add a source' }).first().click();
    await field('Name').fill('records');
    await field('Folder of the server').fill(records);
    await page.getByText('Runs every night at 3:00').waitFor();
    await page.getByRole('button', { name: 'More settings' }).click();
    // Slow enough for its progress to be seen on a machine that does other things.
    await field('At most so many MiB a second').fill('1');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Add the source' }).click();
    await page.getByRole('table', { name: 'Sources' }).getByText('every night at 3:00 Europe/Berlin').waitFor();
    const { items } = await api.listSources(id);
    expect(items).toMatchObject([
      {
        name: 'records',
        folder: { path: records },
        schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
        limits: { bytesPerSecond: MEBIBYTE },
        alertAfterHours: 36,
      },
    ]);
    await section('Schedules');
    await page.getByRole('table', { name: 'Schedules' }).getByText('Backup of records').waitFor();
  });

  it('backs it up with its progress seen, and reports what came of it', async () => {
    await section('Overview');
    await page.getByRole('button', { name: 'Back up records now' }).click();
    const progress = page.locator('[data-progress="prepare"], [data-progress="read"], [data-progress="finish"]');
    expect(await progress.innerText()).toMatch(/\d+ files?\s+[\d.]+ (bytes|KiB|MiB)/);
    await succeeded();
    await page.getByText('Added').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('link', { name: 'Open the snapshot' }).click();
    await page.getByRole('table', { name: 'Files' }).getByText('readme.txt').waitFor();
  });

  it('browses, and searches', async () => {
    await page.getByRole('table', { name: 'Files' }).getByRole('link', { name: 'reports', exact: true }).click();
    await page.getByRole('table', { name: 'Files' }).getByText('budget.csv').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByLabel('Find in this snapshot').fill('*.csv');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByRole('table', { name: 'What was found' }).getByText('reports/budget.csv').waitFor();
  });

  it('compares two snapshots, and follows a path through them', async () => {
    writeFileSync(join(records, 'reports', 'budget.csv'), 'a,b\n1,3\n');
    writeFileSync(join(records, 'new.txt'), 'new');
    rmSync(join(records, 'readme.txt'));
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('menuitem', { name: 'records' }).click();
    await page.getByRole('heading', { level: 2, name: /Backup records/ }).waitFor();
    await succeeded();
    await page.getByRole('link', { name: 'Open the snapshot' }).click();
    await page.getByRole('link', { name: 'Compare' }).click();
    const table = page.getByRole('table', { name: 'Differences' });
    await table.waitFor();
    for (const [path, what] of [
      ['new.txt', 'Added'],
      ['reports/budget.csv', 'Changed'],
      ['readme.txt', 'Deleted'],
    ] as const) {
      expect(await table.getByRole('row').filter({ hasText: path }).innerText()).toContain(what);
    }
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.goBack();
    await page.getByRole('table', { name: 'Files' }).getByRole('link', { name: 'reports', exact: true }).click();
    await page.getByRole('link', { name: 'History of budget.csv' }).click();
    const history = page.getByRole('table', { name: 'History of reports/budget.csv' });
    await history.getByText('Changed').last().waitFor();
    expect(await history.getByRole('row').count()).toBe(3);
  });

  it('plans a restore of what was chosen, restores it, and the bytes are the same', async () => {
    const destination = join(house.home.folder, 'restored');
    await page.getByLabel('Choose budget.csv').check();
    await page.getByLabel('Choose big.bin').check();
    await page.getByRole('button', { name: 'Restore 2 items' }).click();
    await field('Into the folder of the server').fill('/etc/restored');
    await page.getByRole('button', { name: 'Plan it' }).click();
    await page.locator('[data-problem="path-outside-roots"]').waitFor();
    await field('Into the folder of the server').fill(destination);
    await page.getByRole('button', { name: 'Plan it' }).click();
    await page.getByText('What it would do. Nothing is deleted, ever.').waitFor();
    expect(await page.getByRole('dialog').innerText()).toContain('2 files');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByRole('heading', { level: 2, name: /Restore/ }).waitFor();
    await succeeded();
    for (const path of ['reports/budget.csv', 'reports/big.bin']) {
      expect(readFileSync(join(destination, path)).equals(readFileSync(join(records, path)))).toBe(true);
    }
  });

  it('proves a restore by a drill, and says so everywhere', async () => {
    await section('Recovery');
    await page.getByText('Never', { exact: true }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start the drill' }).click();
    await page.getByRole('heading', { name: 'What the drill did' }).waitFor();
    await section('Overview');
    await page.getByRole('table', { name: 'Sources' }).waitFor();
    expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0);
    expect((await api.getEnvironment(id)).lastProvenRestorable).toMatchObject([{ source: 'records', level: 'drill' }]);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await section('Runs');
    await page.getByRole('table', { name: 'Runs' }).getByText('Restore drill').waitFor();
    const oldestFirst = (await api.listRuns(id)).items.map(({ runId }) => runId);
    const newest = await api.listRuns(id, { order: 'newest-first', limit: 3 });
    const rest = await api.listRuns(id, { order: 'newest-first', after: newest.next });
    expect([...newest.items, ...rest.items].map(({ runId }) => runId)).toEqual(oldestFirst.toReversed());
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row');
    expect(await rows.count()).toBe(oldestFirst.length + 1);
    expect(await rows.nth(1).innerText()).toContain('Restore drill');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('says that the server is not reached, and goes on by itself when it is', async () => {
    const [source] = (await api.listSources(id)).items;
    await api.updateSource(id, (source as { sourceId: string }).sourceId, { limits: { bytesPerSecond: MEBIBYTE } });
    writeFileSync(join(records, 'reports', 'huge.bin'), randomBytes(96 * MEBIBYTE));
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('menuitem', { name: 'records' }).click();
    await page.locator('[data-progress="read"]').waitFor();
    await person.context.setOffline(true);
    await page.locator('[data-connection="lost"]').waitFor();
    await page.locator('[data-stale]').getByText('The run goes on without this page').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await person.context.setOffline(false);
    await page.locator('[data-connection="lost"]').waitFor({ state: 'detached' });
    expect(await page.locator('[data-stale]').count()).toBe(0);
  });

  it('cancels a run that goes on', async () => {
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    // It ends between the question and the click.
    await page.route('**/runs/*/cancel', async (route) => {
      await ended(api, await api.cancelRun(new URL(page.url()).pathname.split('/').at(-1) as string));
      await route.continue();
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByRole('status').filter({ hasText: 'Cancelled' }).first().waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.locator('[data-problem=run-ended]').count()).toBe(0);
    expect((await api.listSnapshots(id)).snapshots).toHaveLength(2);
  });

  it('pauses a source, and forgets it with its backups left', async () => {
    await section('Sources');
    await page.getByRole('button', { name: 'Actions for records' }).click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await page.getByRole('table', { name: 'Sources' }).getByText('Paused').waitFor();
    // What a menu does at once, and the server refuses, is told.
    await page.route('**/sources/*/resume', (route) =>
      route.continue({ url: route.request().url().replace(id, 'gone') }),
    );
    await page.getByRole('button', { name: 'Actions for records' }).click();
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    const told = page.locator('[data-problem=invalid-request]');
    await told.waitFor();
    await page.unroute('**/sources/*/resume');
    const notice = page.getByRole('alert').filter({ has: told });
    await notice.getByRole('button', { name: 'Close' }).click();
    await told.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Actions for records' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the source' }).click();
    await page.getByRole('heading', { name: 'Nothing is backed up yet' }).waitFor();
    expect((await api.listSnapshots(id)).snapshots).toHaveLength(2);
  });

  it('has no page that is wider than a phone', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    for (const name of ['Overview', 'Sources', 'Schedules', 'Snapshots', 'Runs', 'Recovery', 'Retention', 'Alerts']) {
      await section(name);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([name, overflow]).toEqual([name, 0]);
    }
    expect(person.faults).toEqual([]);
  });
});
