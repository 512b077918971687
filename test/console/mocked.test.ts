import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindingsInBothThemes, hasChromium, launchBrowser, visit } from './browser.fixture.ts';
import { mockedConsole, type MockedConsole } from './mocked.fixture.ts';

/** Every place of the navigation, and what its page is called. */
const PLACES = ['Overview', 'Keys', 'Vault', 'Audit', 'Access', 'Settings'];

/** `npm run dev`: the console over made-up data, without a server. */
describe.skipIf(!hasChromium)('the console without a server', () => {
  let mocked: MockedConsole;
  let browser: Browser;

  beforeAll(async () => {
    [mocked, browser] = await Promise.all([mockedConsole(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await mocked.close();
  });

  it('shows every place of its navigation, with data and without a fault', async () => {
    const { page, faults, close } = await visit(browser, { url: mocked.url });
    await page.goto('/console/', { timeout: 120_000 });
    for (const place of PLACES) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();
      const heading = page.getByRole('heading', { level: 1 });
      await heading.waitFor();
      // Whoever hears the page is told where they are.
      if (place !== 'Overview') await heading.and(page.locator(':focus')).waitFor();
      await page.waitForLoadState('networkidle');
      expect([place, await page.locator('[data-problem]').count()]).toEqual([place, 0]);
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('takes away what a host wrote after it was taken over, up to the number that is said', async () => {
    const { page, faults, close } = await visit(browser, { url: mocked.url });
    await page.goto('/console/environments', { timeout: 120_000 });
    await page.getByRole('link', { name: 'Production' }).click();
    await page.getByRole('link', { name: 'Agents', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke db-1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke db-1?' });
    await dialog.getByRole('radio', { name: /^Only those from before/ }).click();
    const last = dialog.getByRole('textbox', { name: 'Number of the last good one' });
    await dialog.getByText('the newest is 17').waitFor();
    await last.fill('18');
    await dialog.getByText('0 to 17').waitFor();
    // What was begun and is no such number is not taken by its first digit.
    await last.fill('');
    await last.pressSequentially('18');
    await last.blur();
    await dialog.getByText(/db-1 --through 17$/).waitFor();
    expect(await last.inputValue()).toBe('17');
    await last.fill('12');
    await dialog.getByText(/keystead vault agent revoke \S+ db-1 --through 12$/).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByLabel('Type db-1 to go on').fill('db-1');
    await dialog.getByRole('button', { name: 'Revoke it, and destroy those snapshots' }).click();
    await page.getByText('its snapshots count up to number 12').waitFor();
    await page.getByRole('button', { name: 'Take snapshots of db-1 away' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it('has no table that is wider than its place, on phones and tablets', async () => {
    const { page, close } = await visit(browser, { url: mocked.url });
    const tooWide: string[] = [];
    for (const path of ['', 'keys', 'audit', 'access/credentials', 'access/service-ids']) {
      await page.goto(`/console/${path}`, { timeout: 60_000 });
      await page.getByRole('table').first().waitFor();
      for (const width of [390, 768]) {
        await page.setViewportSize({ width, height: 900 });
        const over = await page
          .locator('.ks-table-scroll')
          .evaluateAll((places) => Math.max(...places.map((place) => place.scrollWidth - place.clientWidth)));
        if (over > 1) tooWide.push(`${path} at ${width}: ${over} pixels`);
      }
    }
    expect(tooWide).toEqual([]);
    await close();
  });
});
