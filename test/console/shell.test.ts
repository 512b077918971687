import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindingsInBothThemes, hasChromium } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

const FIRST_LOAD_BYTES = 300 * 1024;

describe.skipIf(!hasChromium)('the console', () => {
  let house: ConsoleHouse;

  beforeAll(async () => {
    house = await consoleHouse();
  });
  afterAll(() => house.close());

  it('is where whoever opens the server is led', async () => {
    const { page, faults, close } = await house.visit();
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/');
    expect(faults).toEqual([]);
    await close();
  });

  it('sends nobody known to the sign-in, and remembers where they were going', async () => {
    const { page, close } = await house.visit({ isNobody: true });
    await page.goto('/console/keys');
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toContain('keys');
    await close();
  });

  it('loads within its bounds, and nothing from elsewhere', async () => {
    const { page, close } = await house.visit();
    const sizes: number[] = [];
    const elsewhere: string[] = [];
    const all: Promise<void>[] = [];
    const weigh = (response: Response) => {
      if (!response.url().startsWith(house.url)) elsewhere.push(response.url());
      else if (response.url().includes('/console/'))
        all.push(
          response.body().then((body) => {
            // As the bound has it, whatever this browser took: fonts are compressed in themselves.
            sizes.push(response.url().endsWith('.woff2') ? body.length : gzipSync(body).length);
          }),
        );
    };
    page.on('response', weigh);
    // An open stream of events would keep the network busy.
    await page.route('**/admin/v1/events', (route) => route.abort());
    await page.goto('/console/', { waitUntil: 'networkidle' });
    // What comes later belongs to no first load, and may find the page closed.
    page.off('response', weigh);
    await Promise.all(all);
    expect(elsewhere).toEqual([]);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD_BYTES);
    await close();
  });

  it('shows each state in a colour of its own, in both themes', async () => {
    const { page, close } = await house.visit();
    await page.goto('/console/');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const tones = ['good', 'off', 'waiting', 'bad'];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const backgrounds = await page.evaluate<string[]>(`${JSON.stringify(tones)}.map((tone) => {
        const badge = document.body.appendChild(document.createElement('span'));
        badge.className = 'ks-state';
        badge.dataset.tone = tone;
        return getComputedStyle(badge).backgroundColor;
      })`);
      expect(backgrounds).not.toContain('rgba(0, 0, 0, 0)');
      expect(new Set(backgrounds).size).toBe(tones.length);
    }
    await close();
  });

  it('answers with a policy that lets no script of others run, and with what was compressed', async () => {
    const page = await fetch(`${house.url}/console/`, { headers: { 'accept-encoding': 'gzip' } });
    const text = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] as string;
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(text).toContain(`nonce="${nonce}"`);
    expect(text).not.toContain('KEYSTEAD_NONCE');
    const again = await fetch(`${house.url}/console/keys`);
    expect(again.headers.get('content-security-policy')).not.toBe(policy);
    const [script] = /\/console\/assets\/[\w-]+\.js/.exec(text) as RegExpExecArray;
    for (const encoding of ['br', 'gzip', 'identity', 'br;q=0.5, gzip']) {
      const file = await fetch(house.url + script, { headers: { 'accept-encoding': encoding } });
      expect(file.headers.get('cache-control')).toContain('immutable');
      const wanted = encoding === 'identity' ? null : encoding === 'gzip' ? 'gzip' : 'br';
      expect(file.headers.get('content-encoding')).toBe(wanted);
      await file.arrayBuffer();
    }
  });

  it.each([
    '/console/assets/none.js',
    '/console/../package.json',
    '/console/..%2fpackage.json',
    '/console/.built-from',
  ])('has no file %s', async (path) => {
    const answer = await fetch(house.url + path);
    expect([404, 200]).toContain(answer.status);
    expect(await answer.text()).not.toContain('"dependencies"');
  });

  it('can be used by keyboard, on a narrow screen, and in either theme', async () => {
    const { page, close } = await house.visit({ width: 360 });
    await page.goto('/console/');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
    const menu = page.locator('header button[aria-haspopup="menu"]');
    await menu.click();
    await page.getByRole('menuitem', { name: 'My account' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem', { name: 'My account' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'To the content' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.getByRole('button', { name: 'Navigation' }).click();
    await page.getByRole('link', { name: 'Keys', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await close();
  });
});
