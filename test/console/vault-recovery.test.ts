import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient, type Run } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, ended, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('the vault: what was lost, and what leaked', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let person: Visit;
  let page: Page;
  let id: string;
  let writerId: string;
  let keyId: string;
  let region: string;
  let store: string;
  let reader: string;
  const snapshots: string[] = [];

  const endOf = (run: Run): Promise<Run> => ended(api, run);

  beforeAll(async () => {
    house = await consoleHouse();
    const { folder } = house.home;
    const records = join(folder, 'records');
    store = join(folder, 'vaults', 'production');
    mkdirSync(records);
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    const { principalId } = await api.createPrincipal({ name: 'grace', policies: ['auditor'] });
    reader = (await api.createCredential(principalId, { type: 'api-key' })).apiKey as string;
    region = house.first.region;
    keyId = (await api.createKey(region, { description: 'backups' })).keyId;
    const { environment } = await api.createEnvironment({
      label: 'production',
      storage: { type: 'folder', path: store, region },
      encryptAutomatically: true,
      encryption: 'Keystead',
      masterKey: { provider: 'keystead', keyId },
    });
    ({ environmentId: id, writerId } = environment);
    const { sourceId } = await api.createSource(id, { name: 'records', folder: { path: records } });
    for (const content of ['a', 'b', 'c']) {
      writeFileSync(join(records, 'file'), content);
      snapshots.push((await endOf(await api.startBackup(id, { sourceId }))).report?.snapshotId ?? '');
    }
    person = await house.visit();
    page = person.page;
  });
  afterAll(() => house.close());

  const field = (name: string, within = page.getByRole('main')) =>
    within
      .locator('input')
      .and(page.getByLabel(name, { exact: true }))
      .last();
  /** Reads the public head of a snapshot: docs/spec/backup-format.md, section 8. */
  function dataKeysOf(snapshot: string): string[] {
    const bytes = readFileSync(join(store, 'snapshots', snapshot.replace('-', '/')));
    const head = JSON.parse(bytes.toString('utf8', 12, 12 + bytes.readUInt32BE(8))) as {
      keys: { id: string; purpose: string }[];
    };
    return head.keys.filter(({ purpose }) => purpose === 'data').map(({ id: key }) => key);
  }
  const succeeded = () => page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();

  it('greys out what one may not do, and says what it takes', async () => {
    const auditor = await house.visit({ apiKey: reader });
    await auditor.page.goto(`/console/environments/${id}/sources`);
    const add = auditor.page.getByRole('button', { name: 'Add a source' });
    await add.and(auditor.page.locator('[aria-disabled="true"]')).waitFor();
    await add.hover();
    await auditor.page.getByText('Your roles do not allow this: it takes keystead:CreateSource.').waitFor();
    await auditor.page.getByRole('button', { name: 'Actions for records' }).click();
    const backUp = auditor.page.getByRole('menuitem', { name: /^Back up now/ });
    await backUp.getByText('needs the permission keystead:StartBackup').waitFor();
    expect(await backUp.isDisabled()).toBe(true);
    expect(await axeFindingsInBothThemes(auditor.page)).toEqual([]);
    expect(auditor.faults).toEqual([]);
    await auditor.close();
  });

  it('retires a data key that leaked, and goes on with the rewriting', async () => {
    await page.goto(`/console/settings/backup-environment/${id}`);
    await page.getByRole('button', { name: 'Retire a data key' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retire a data key of production that leaked' });
    await field('Data key', dialog).fill('leaked');
    await dialog.getByText('An id of a data key has 32 hexadecimal digits').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    // Of the newest snapshot alone: the others stay where they are.
    const [, older, newest] = snapshots.map(dataKeysOf);
    const [leaked] = newest?.filter((key) => !older?.includes(key)) ?? [];
    await field('Data key', dialog).fill(leaked as string);
    await dialog.getByRole('button', { name: 'Retire the data key' }).click();
    await page.getByRole('heading', { level: 2, name: /Retirement of a data key/ }).waitFor();
    await succeeded();
    const [run] = (await api.listRuns(id, { order: 'newest-first', limit: 1 })).items;
    expect(run).toMatchObject({ kind: 'retire', state: 'succeeded' });
  });

  it('accepts a loss by the name of the environment, once it is said what is lost', async () => {
    const [, lost = ''] = snapshots;
    const [writer, sequence] = lost.split('-');
    const files = readdirSync(join(store, 'snapshots'), { recursive: true, withFileTypes: true });
    const ofIt = files.filter(
      ({ name, parentPath }) => `${parentPath}/${name}`.includes(writer as string) && name.includes(sequence as string),
    );
    expect(ofIt).toHaveLength(1);
    for (const { parentPath, name } of ofIt) rmSync(join(parentPath, name));
    await page.goto(`/console/environments/${id}/snapshots`);
    await page.getByText(`The snapshot ${lost} was there and is gone`).waitFor();
    await page.getByRole('button', { name: 'Accept the loss of 1 snapshot' }).click();
    const dialog = page.getByRole('dialog', { name: 'Accept the loss of 1 snapshot of production?' });
    await dialog.getByRole('list', { name: 'What is lost' }).getByText(lost).waitFor();
    expect(await dialog.getByRole('button', { name: 'Accept the loss' }).isDisabled()).toBe(true);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await field('Type production to go on', dialog).fill('production');
    await dialog.getByRole('button', { name: 'Accept the loss' }).click();
    await page.getByRole('heading', { level: 2, name: /Acceptance of a loss/ }).waitFor();
    await succeeded();
    const listed = await api.listSnapshots(id);
    expect(listed.findings).toEqual([]);
    expect(listed.snapshots.map(({ snapshotId }) => snapshotId)).not.toContain(lost);
  });

  it('brings an environment back from its store, tells who made it, and restores from there', async () => {
    await api.deleteEnvironment(id, { label: 'production' });
    await page.goto('/console/settings/backup-environment');
    await page.getByRole('link', { name: 'Bring one back from its store' }).click();
    await page.getByRole('heading', { level: 1, name: 'Bring an environment back' }).waitFor();
    const from = page.getByRole('group', { name: 'Where the vault lies', exact: true });
    const to = page.getByRole('group', { name: 'Where new backups go', exact: true });
    await field('Folder', from).fill(store);
    await field('Writer id', from).fill('0'.repeat(32));
    await field('Master Key').fill(keyId);
    await page.keyboard.press('Escape');
    await field('Label', to).fill('back');
    await field('Folder', to).fill(join(house.home.folder, 'vaults', 'new'));
    expect(await page.locator('[data-command]').last().innerText()).toContain(`import back --from-path ${store}`);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await page.locator('[data-problem="vault-not-expected"]').waitFor();
    expect((await api.listEnvironments()).items).toEqual([]);
    await field('Writer id', from).fill('');
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await page.getByText('back is back').waitFor();
    await page.getByText('Compare who made it').waitFor();
    await page.getByText(writerId).first().waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('link', { name: 'Look at the snapshots' }).click();
    const table = page.getByRole('table', { name: 'Snapshots' });
    await table.waitFor();
    expect(await table.getByRole('row').count()).toBe(3);
    await table.getByRole('link').first().click();
    await page.getByRole('table', { name: 'Files' }).getByText('file', { exact: true }).waitFor();
    expect(person.faults).toEqual([]);
  });
});
