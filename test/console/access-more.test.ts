import { readFileSync } from 'node:fs';
import { KeysteadClient, type Principal } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPasskeys, axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('sessions, credentials and approvals', () => {
  let house: ConsoleHouse;
  let admin: KeysteadClient;
  let visit: Visit;
  let page: Page;

  beforeAll(async () => {
    house = await consoleHouse();
    admin = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    visit = await house.visit();
    ({ page } = visit);
  });
  afterAll(() => house.close());

  const heading = (name: string, on = page): Promise<void> => on.getByRole('heading', { level: 1, name }).waitFor();
  const choose = async (label: string, name: string): Promise<void> => {
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name, exact: true }).click();
  };

  describe('sessions', () => {
    let grace: Visit;

    beforeAll(async () => {
      const { enrolment } = await admin.invitePrincipal({ name: 'grace', policies: ['auditor'] });
      grace = await house.visit({ isNobody: true });
      await addPasskeys(grace.page);
      await grace.page.goto(`/console/welcome#${enrolment.token}`);
      await grace.page.getByRole('button', { name: 'Set up a passkey' }).click();
      await grace.page.getByRole('button', { name: 'grace' }).waitFor();
    });
    afterAll(() => grace.close());

    it('are listed with who it is, how and from where', async () => {
      await page.goto('/console/access');
      await heading('Access');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('navigation', { name: 'Access' }).getByRole('link', { name: 'Sessions' }).click();
      const row = page.getByRole('row').filter({ hasText: 'grace' });
      await row.getByText('Sign-in link').waitFor();
      await row.getByText('Chrome on Linux').waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
    });

    it('end at once for who sits there', async () => {
      await page.getByRole('button', { name: /End the session of grace/ }).click();
      const dialog = page.getByRole('dialog', { name: 'End this session of grace?' });
      await dialog.getByText(/keystead session end/).waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'End the session' }).click();
      await page.getByRole('heading', { name: 'Nobody is signed in' }).waitFor();
      expect((await admin.listSessions()).items).toEqual([]);
      // What she does next is refused; her passkey, which is at hand, signs her in anew.
      await grace.page.getByRole('link', { name: 'Audit' }).click();
      await heading('Audit', grace.page);
      await expect
        .poll(async () => (await admin.listSessions()).items.map(({ method }) => method))
        .toEqual(['passkey']);
    });

    it('of one person end together', async () => {
      await page.reload();
      await choose('Person', 'grace');
      expect(new URL(page.url()).searchParams.get('person')).toBe('grace');
      await page.getByRole('button', { name: 'Sign grace out everywhere' }).click();
      await page.getByRole('button', { name: 'End all sessions' }).click();
      await page.getByRole('heading', { name: 'grace is not signed in' }).waitFor();
      expect((await admin.listSessions()).items).toEqual([]);
    });

    it('are told of to who may not end them, without a way to do it', async () => {
      await grace.page.goto('/console/access/sessions');
      await heading('Sessions', grace.page);
      const button = grace.page.getByRole('button', { name: /End the session of grace/ });
      await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true');
      await button.hover();
      await grace.page.getByText('it takes keystead:EndSession').waitFor();
      expect(grace.faults).toEqual([]);
    });
  });

  describe('credentials', () => {
    let runner: Principal;

    beforeAll(async () => {
      runner = await admin.createPrincipal({ name: 'runner', policies: ['key-user'], serviceId: true });
    });

    it('are listed with their last use', async () => {
      await page.goto('/console/access/credentials');
      await heading('API and access keys');
      const row = page.getByRole('row').filter({ hasText: 'administrator' }).first();
      await row.getByText('Active').waitFor();
      await page.getByText('the admin API').first().waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
    });

    it('are issued with an end, a purpose and a scope, and shown once', async () => {
      await page.getByRole('button', { name: 'Issue a credential' }).click();
      const dialog = page.getByRole('dialog', { name: 'Issue a credential' });
      await choose('Of whom', 'runner');
      await dialog.getByRole('textbox', { name: 'What it is for' }).fill('Reports on db-1');
      await choose('It lasts', '30 days');
      await choose('Scopes', 'key-user');
      await page.keyboard.press('Escape');
      await dialog
        .getByText(/keystead credential create runner --type api-key --expires .* --scope key-user/)
        .waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Issue it' }).click();
      const secret = page.getByRole('dialog', { name: 'The API key of runner' });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        secret.getByRole('button', { name: 'Download runner.env' }).click(),
      ]);
      const file = readFileSync(await download.path(), 'utf8');
      const apiKey = /^KEYSTEAD_API_KEY=(.+)$/m.exec(file)?.[1] ?? '';
      expect((await new KeysteadClient({ url: house.url, apiKey }).whoAmI()).name).toBe('runner');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      const done = secret.getByRole('button', { name: 'Close' });
      expect(await done.isDisabled()).toBe(true);
      await page.keyboard.press('Escape');
      await secret.getByRole('checkbox', { name: 'I have kept it where it is safe' }).check();
      await done.click();
      await secret.waitFor({ state: 'detached' });
      expect(await page.content()).not.toContain(apiKey);
      const { items } = await admin.listCredentials({ principal: runner.principalId });
      expect(items).toMatchObject([{ description: 'Reports on db-1', scopes: ['key-user'], type: 'api-key' }]);
      expect(Date.parse(items[0]?.expiresAt ?? '')).toBeLessThan(Date.now() + 31 * 86_400_000);
    });

    it('of the account itself are issued with a warning, as access keys', async () => {
      await page.getByRole('button', { name: 'Issue a credential' }).click();
      const form = page.getByRole('dialog', { name: 'Issue a credential' });
      await choose('Of whom', 'The account itself');
      await form.getByText('Nothing bounds it but the policies of keys').waitFor();
      await form.getByText('keystead credential create --root').waitFor();
      await form.getByRole('button', { name: 'Issue it' }).click();
      const secret = page.getByRole('dialog', { name: 'The Access key of The account itself' });
      await secret.getByText('Secret access key').waitFor();
      await secret.getByRole('checkbox', { name: 'I have kept it where it is safe' }).check();
      await secret.getByRole('button', { name: 'Close' }).click();
      const root = page.getByRole('row').filter({ hasText: 'The account itself' });
      await root.getByText('Everything').waitFor();
      await root.getByRole('button', { name: /^Delete/ }).click();
      await page.getByRole('button', { name: 'Delete it' }).click();
      await root.waitFor({ state: 'detached' });
      expect((await admin.listCredentials()).items.some(({ holder }) => holder === 'root')).toBe(false);
    });

    it('are found by what is in the address', async () => {
      await page.goto('/console/access/credentials?of=runner&view=expiring&type=api-key');
      await page.getByText('Reports on db-1').waitFor();
      expect(await page.getByRole('row').count()).toBe(2);
      await page.getByText('Unused for 90 days').click();
      await page.getByRole('heading', { name: 'No credential is like that' }).waitFor();
      expect(new URL(page.url()).searchParams.get('view')).toBe('unused');
      await page.getByText('Ending within 30 days').click();
      await page.getByText('Reports on db-1').waitFor();
    });

    it('are taken back, after one has read what stops first', async () => {
      await page.getByRole('button', { name: 'Suspend the API key "Reports on db-1" of runner' }).click();
      const dialog = page.getByRole('dialog', { name: 'Suspend the API key "Reports on db-1" of runner?' });
      await dialog.getByText(/whatever runs there stops working first/).waitFor();
      await dialog.getByRole('button', { name: 'Suspend it' }).click();
      await page.getByText('proves nobody any more').waitFor();
      await page.getByRole('row').getByText('Suspended').waitFor();
      await page.getByRole('button', { name: 'Delete the API key "Reports on db-1" of runner' }).click();
      await page.getByRole('button', { name: 'Delete it' }).click();
      await page.getByRole('heading', { name: 'No credential is like that' }).waitFor();
      expect((await admin.listCredentials({ principal: runner.principalId })).items).toEqual([]);
    });
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});
