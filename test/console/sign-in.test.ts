import { readFileSync } from 'node:fs';
import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeAt, wrongCodeAt } from '../../src/protocols/admin/sign-in/person.fixture.ts';
import {
  addPasskeys,
  axeFindingsInBothThemes,
  hasChromium,
  type Authenticator,
  type Visit,
} from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

const PASSWORD = 'four words drawn by chance';
const STEP_MS = 30_000;
const MINUTE_MS = 60_000;

describe.skipIf(!hasChromium)('signing in', () => {
  let house: ConsoleHouse;
  let admin: KeysteadClient;
  /** By how much the server's clock is ahead. */
  let aheadMs = 0;

  beforeAll(async () => {
    house = await consoleHouse();
    admin = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
  });
  afterAll(() => house.close());

  const shift = async (ms: number): Promise<void> => {
    aheadMs += ms;
    await house.shift(ms);
  };
  const codeOf = (secret: string): string => codeAt(secret, Date.now() + aheadMs);
  const heading = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole('heading', { level: 1, name }).waitFor();
  const signOut = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
  };
  /** Presses the button for somebody who is not there yet, and comes: whoever was there before would be found by the field. */
  const signInByButton = async (page: Page, authenticator: Authenticator): Promise<void> => {
    // A device that was asked while nobody was there does not ask again: somebody comes before it is asked.
    await page.route(
      '**/sign-in/passkey/start',
      async (route) => {
        await authenticator.setPresent(true);
        await route.continue();
      },
      { times: 1 },
    );
    // Where a test has stopped the page's clock, nothing moves that a real click would wait for.
    await page.getByRole('button', { name: 'Sign in with a passkey' }).dispatchEvent('click');
  };
  const invite = async (
    name: string,
    ...policies: string[]
  ): Promise<{ readonly id: string; readonly path: string }> => {
    const { principal, enrolment } = await admin.invitePrincipal({ name, policies });
    return { id: principal.principalId, path: `/console/welcome#${enrolment.token}` };
  };
  const typeIn = async (page: Page, name: string, password: string, code: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
    await page.getByRole('textbox', { name: 'Code' }).fill(code);
    const answered = page.waitForResponse('**/sign-in/password');
    await page.getByRole('button', { name: 'Sign in with password and code' }).click();
    await answered;
  };

  describe('by a passkey', () => {
    let first: Visit;
    let authenticator: Authenticator;

    beforeAll(async () => {
      first = await house.visit({ isNobody: true });
      authenticator = await addPasskeys(first.page);
    });
    afterAll(() => first.close());

    it('is set up by the link that the first start printed, whose secret is nowhere afterwards', async () => {
      const { page, faults } = first;
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`/console/welcome#${house.first.signInToken}`);
      await heading(page, 'Welcome, administrator');
      expect(page.url()).not.toContain('#');
      expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2);
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('button', { name: 'Set up a passkey' }).click();
      await heading(page, 'First steps');
      await page.getByRole('button', { name: 'administrator' }).waitFor();
      expect(asked.join()).not.toContain(house.first.signInToken);
      await page.goBack();
      expect(page.url()).not.toContain(house.first.signInToken);
      expect(faults).toEqual([]);
    });

    it('is used up then', async () => {
      const { page, close } = await house.visit({ isNobody: true });
      await page.goto(`/console/welcome#${house.first.signInToken}`);
      await heading(page, 'This link opens nothing');
      expect(await page.locator('[data-problem]').getAttribute('data-problem')).toBe('enrolment-refused');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await close();
    });

    it('signs in, and leads to where one was going', async () => {
      const { page } = first;
      await page.goto('/console/access');
      await authenticator.setPresent(false);
      await signOut(page, 'administrator');
      await page.getByText('You are signed out').waitFor();
      await page.goto('/console/keys?region=us-east-1');
      await heading(page, 'Sign in');
      await signInByButton(page, authenticator);
      await heading(page, 'Keys');
      expect(new URL(page.url()).pathname).toBe('/console/keys');
    });

    it('is offered in the field of the name, as saved passwords are', async () => {
      const { page } = first;
      await authenticator.setPresent(false);
      await signOut(page, 'administrator');
      await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
      await authenticator.setPresent(true);
      await page.goto('/console/sign-in?next=/audit');
      await heading(page, 'Audit');
      expect(new URL(page.url()).pathname).toBe('/console/audit');
    });

    it.each([
      'https://example.com/',
      '//example.com/',
      '/\\example.com',
      '/console//example.com',
      'javascript:alert(1)',
    ])('never leads elsewhere: %s', async (next) => {
      const { page } = first;
      await page.context().clearCookies();
      await page.goto(`/console/sign-in?next=${encodeURIComponent(next)}`);
      await heading(page, 'Overview');
      expect(page.url()).toBe(`${house.url}/console/`);
    });

    it('ends in every tab of a browser at once, and begins in every one', async () => {
      const { page, context, faults } = first;
      const other = await context.newPage();
      await other.goto('/console/audit');
      await heading(other, 'Audit');
      await authenticator.setPresent(false);
      await signOut(page, 'administrator');
      await heading(other, 'Sign in');
      await other.goto('/console/sign-in?next=/audit', { waitUntil: 'networkidle' });
      await heading(other, 'Sign in');
      await signInByButton(page, authenticator);
      await heading(page, 'Overview');
      await heading(other, 'Audit');
      await other.close();
      expect(faults).toEqual([]);
    });

    it('warns before the session ends, keeps it on a word, and comes back to the page when it has ended', async () => {
      const { page } = first;
      await page.clock.install();
      const renewed = page.waitForResponse('**/me/session/renew');
      await page.goto('/console/access');
      await (await renewed).finished();
      await heading(page, 'Access');
      await page.getByRole('button', { name: 'administrator' }).waitFor();
      await page.clock.fastForward(28 * MINUTE_MS + 1000);
      const warning = page.getByRole('dialog', { name: 'Are you still there?' });
      await warning.waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await shift(28 * MINUTE_MS);
      const before = (await admin.listSessions()).items.map(({ idleEndsAt }) => Date.parse(idleEndsAt));
      await warning.getByRole('button', { name: 'Stay signed in' }).click();
      await warning.waitFor({ state: 'hidden' });
      const after = (await admin.listSessions()).items.map(({ idleEndsAt }) => Date.parse(idleEndsAt));
      expect(Math.max(...after)).toBeGreaterThan(Math.max(...before));
      await authenticator.setPresent(false);
      await shift(31 * MINUTE_MS);
      await page.clock.fastForward(31 * MINUTE_MS);
      await heading(page, 'Sign in');
      await page.getByText('Your session has ended').waitFor();
      await signInByButton(page, authenticator);
      await heading(page, 'Access');
    });
  });

  describe('by a password with a code', () => {
    let person: Visit;
    let secret: string;
    let codes: string[];
    let id: string;

    beforeAll(async () => {
      person = await house.visit({ isNobody: true, width: 390 });
    });
    afterAll(() => person.close());

    it('is set up by an invitation: password, authenticator app, recovery codes that are shown once', async () => {
      const { page, faults } = person;
      const invited = await invite('grace', 'auditor');
      id = invited.id;
      await page.goto(invited.path);
      await heading(page, 'Welcome, grace');
      await page.getByText('administrator invites you to').waitFor();
      await page.getByText('Your role: Auditor').waitFor();
      await page.getByRole('button', { name: 'Use a password with an authenticator app' }).click();
      const go = page.getByRole('button', { name: 'Go on to the authenticator app' });
      await page.getByLabel('New password').fill('too short');
      expect(await go.isDisabled()).toBe(true);
      await page.getByLabel('New password').fill(PASSWORD);
      await page.getByLabel('The same password again').fill('another one that is long');
      await page.getByText('The two are not the same').waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByLabel('The same password again').fill(PASSWORD);
      await go.click();
      await page.getByRole('img', { name: 'QR code' }).waitFor();
      secret = (await page.locator('.ks-code').first().innerText()).replaceAll(' ', '');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('textbox', { name: 'Code' }).fill(wrongCodeAt(secret, Date.now() + aheadMs));
      await page.getByRole('button', { name: 'Set up password and app' }).click();
      await page.locator('[data-problem]').waitFor();
      await page.getByRole('textbox', { name: 'Code' }).fill(codeOf(secret));
      await page.getByRole('button', { name: 'Set up password and app' }).click();
      await heading(page, 'Your recovery codes');
      codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
      expect(codes).toHaveLength(10);
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download' }).click();
      expect(readFileSync(await (await download).path(), 'utf8')).toContain(codes[9] as string);
      expect(await page.getByRole('button', { name: 'Go on' }).isDisabled()).toBe(true);
      await page.getByRole('checkbox', { name: 'I have kept them' }).check();
      await page.getByRole('button', { name: 'Go on' }).click();
      await heading(page, 'Overview');
      expect(faults).toEqual([]);
    });

    it('signs in by the next code, and by a recovery code once', async () => {
      const { page } = person;
      await signOut(page, 'grace');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await shift(STEP_MS);
      await typeIn(page, 'grace', PASSWORD, codeOf(secret));
      await heading(page, 'Overview');
      await signOut(page, 'grace');
      await typeIn(page, 'grace', PASSWORD, (codes[0] as string).toLowerCase());
      await heading(page, 'Overview');
      await signOut(page, 'grace');
      await typeIn(page, 'grace', PASSWORD, codes[0] as string);
      await page.locator('[data-problem="sign-in-refused"]').waitFor();
      expect((await admin.getPrincipalSignIn(id)).recoveryCodesLeft).toBe(9);
    });

    it('says the same whatever is wrong, and waits after five tries', async () => {
      const { page } = person;
      const notice = page.locator('[data-problem="sign-in-refused"]');
      const said = new Set<string>();
      for (const [name, password] of [
        ['grace', 'not the password at all'],
        ['nobody-here', PASSWORD],
        ['grace', 'still not the password'],
        ['grace', 'nor is this the password'],
        ['grace', 'and this is not either'],
      ] as const) {
        await page.goto('/console/sign-in');
        await typeIn(page, name, password, codeOf(secret));
        await notice.waitFor();
        said.add((await notice.innerText()).replaceAll(/request \S+/g, ''));
      }
      expect(said.size).toBe(1);
      expect((await admin.getPrincipalSignIn(id)).lockedUntil).toBeDefined();
      await shift(STEP_MS);
      await typeIn(page, 'grace', PASSWORD, codeOf(secret));
      await notice.waitFor();
      await page.getByRole('button', { name: 'You cannot sign in?' }).click();
      await page.getByText('principal sign-in-link').waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await shift(61_000);
      await typeIn(page, 'grace', PASSWORD, codeOf(secret));
      await heading(page, 'Overview');
    });

    it('keeps what was typed when the session ends, for the same person alone', async () => {
      const { page, context } = person;
      await page.goto('/console/access/explain');
      const field = page.getByRole('textbox', { name: 'With the key' });
      await field.fill('half-typed');
      await shift(31 * MINUTE_MS);
      // Has the page ask whether the server is there, and read everything anew.
      await page.evaluate("window.dispatchEvent(new Event('offline'))");
      const held = page.getByRole('dialog', { name: 'Your session has ended' });
      await held.waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.keyboard.press('Escape');
      const [other] = await Promise.all([
        context.waitForEvent('page'),
        held.getByRole('link', { name: 'Sign in again' }).click(),
      ]);
      await typeIn(other, 'grace', PASSWORD, codeOf(secret));
      await heading(other, 'Overview');
      await held.waitFor({ state: 'detached' });
      expect(await field.inputValue()).toBe('half-typed');
      await other.close();
      await page.goto('/console/');
      await heading(page, 'Overview');
    });

    it('is over at once for whoever is suspended, in the page that is open', async () => {
      const { page } = person;
      await admin.suspendPrincipal(id);
      // The page may have asked by itself, and be gone already.
      await page.evaluate(`document.querySelector('a[href="/console/keys"]')?.click()`);
      await heading(page, 'Sign in');
      await typeIn(page, 'grace', PASSWORD, codes[1] as string);
      await page.locator('[data-problem="sign-in-refused"]').waitFor();
      expect(new URL(page.url()).pathname).toBe('/console/sign-in');
    });
  });
});
