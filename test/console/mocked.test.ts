import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchBrowser, visit } from './browser.fixture.ts';
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
});
