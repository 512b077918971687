import { KeysteadClient } from '@keystead/sdk';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPasskeys, axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

const PASSWORD = 'four words drawn by chance';
const NEXT_PASSWORD = 'five words drawn by chance now';
const MINUTE_MS = 60_000;

describe.skipIf(!hasChromium)('my account', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let person: Visit;
  let page: Page;
  let id: string;
  let secret: string;
  let aheadMs = 0;

  beforeAll(async () => {
    house = await consoleHouse();
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    const { principal, enrolment } = await api.invitePrincipal({ name: 'joan', policies: ['owner'] });
    id = principal.principalId;
    person = await house.visit({ isNobody: true });
    ({ page } = person);
    await addPasskeys(page);
    await page.goto(`/console/welcome#${enrolment.token}`);
    await page.getByRole('button', { name: 'Set up a passkey' }).click();
    await page.getByRole('button', { name: 'joan' }).click();
    await page.getByRole('menuitem', { name: 'My account' }).click();
    await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor();
  });
  afterAll(() => house.close());

  const codeNow = (): string =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + aheadMs });
  const shift = async (ms: number): Promise<void> => {
    aheadMs += ms;
    await house.shift(ms);
  };
  const act = async (of: string, label: string): Promise<void> => {
    await page.getByRole('button', { name: `Actions for ${of}` }).click();
    await page.getByRole('menuitem', { name: label }).click();
  };
  const secretShown = async (): Promise<string> => {
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    return (await page.getByRole('dialog').locator('.ks-code').first().innerText()).replaceAll(' ', '');
  };
  const keepCodes = async (): Promise<void> => {
    const codes = page.getByRole('dialog', { name: 'Your recovery codes' });
    await codes.getByRole('listitem').nth(9).waitFor();
    await page.keyboard.press('Escape');
    expect(await codes.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true);
    await codes.getByRole('checkbox', { name: 'I have kept them' }).check();
    await codes.getByRole('button', { name: 'Close' }).click();
  };
  const ownSignIn = () => api.getPrincipalSignIn(id);

  it('shows how one signs in and where', async () => {
    await page.getByRole('region', { name: 'Passkeys' }).getByText('Chrome on Linux').waitFor();
    await page.getByRole('region', { name: 'Sessions' }).getByText('this one').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('keeps the last way in', async () => {
    await act('the passkey Chrome on Linux', 'Remove');
    await page.getByRole('button', { name: 'Remove the passkey' }).click();
    await page.locator('[data-problem="last-way-in"]').waitFor();
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    expect((await ownSignIn()).passkeys).toHaveLength(1);
  });

  it('sets a first password with an app, and shows the recovery codes once', async () => {
    await page.getByRole('button', { name: 'Set a password' }).click();
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same password again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Go on to the authenticator app' }).click();
    secret = await secretShown();
    await page.getByRole('textbox', { name: 'Code' }).fill(codeNow());
    await page.getByRole('button', { name: 'Set up password and app' }).click();
    await keepCodes();
    await page.getByText('10 of 10 left').waitFor();
    expect((await ownSignIn()).passwordSetAt).toBeDefined();
  });

  it('gives the keyboard back to what opened a dialog, also out of a menu', async () => {
    const opener = page.getByRole('button', { name: 'Actions for the passkey Chrome on Linux' });
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Rename' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Rename the passkey Chrome on Linux' });
    await dialog.locator('input:focus').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const focused = page.locator('button:focus').and(opener);
    await focused.waitFor();
    expect(await focused.count()).toBe(1);
  });

  it('gives passkeys names', async () => {
    await act('the passkey Chrome on Linux', 'Rename');
    await page.getByRole('textbox', { name: 'Name' }).fill('Desk');
    await page.getByRole('button', { name: 'Rename the passkey' }).click();
    await page.getByRole('region', { name: 'Passkeys' }).getByText('Desk').waitFor();
    expect((await ownSignIn()).passkeys.map(({ name }) => name)).toEqual(['Desk']);
  });

  it('asks who it is once more when some time has gone by, by a passkey, and then does what was asked', async () => {
    await shift(11 * MINUTE_MS);
    const before = await ownSignIn();
    await act('your password', 'New recovery codes');
    await page.getByRole('button', { name: 'Make new codes' }).click();
    const again = page.getByRole('dialog', { name: 'Is it still you?' });
    await again.waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await again.getByRole('button', { name: 'Use your passkey' }).click();
    await keepCodes();
    expect((await ownSignIn()).recoveryCodesLeft).toBe(before.recoveryCodesLeft);
  });

  it('asks by password and code, and does nothing where they are wrong', async () => {
    await shift(11 * MINUTE_MS);
    await act('your password', 'Another authenticator app');
    await page.getByRole('button', { name: 'Show the secret for the new app' }).click();
    const again = page.getByRole('dialog', { name: 'Is it still you?' });
    await again.getByRole('textbox', { name: 'Password' }).fill('not the password at all');
    await again.getByRole('textbox', { name: 'Code' }).fill(codeNow());
    await again.getByRole('button', { name: 'Use password and code' }).click();
    await again.locator('[data-problem]').waitFor();
    expect(await page.getByRole('img', { name: 'QR code' }).count()).toBe(0);
    await shift(MINUTE_MS);
    await again.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await again.getByRole('textbox', { name: 'Code' }).fill(codeNow());
    await again.getByRole('button', { name: 'Use password and code' }).click();
    secret = await secretShown();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Code' }).fill(codeNow());
    await page.getByRole('button', { name: 'Use this app' }).click();
    await page.getByText('Codes come from the new app now').waitFor();
  });

  it('changes the password', async () => {
    const before = (await ownSignIn()).passwordSetAt;
    await shift(1_000);
    await act('your password', 'Change the password');
    await page.getByLabel('New password').fill(NEXT_PASSWORD);
    await page.getByLabel('The same password again').fill(NEXT_PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password is changed').waitFor();
    expect((await ownSignIn()).passwordSetAt).not.toBe(before);
  });

  it('ends another session of oneself', async () => {
    const other = await house.visit({ isNobody: true });
    await shift(MINUTE_MS);
    await other.page.goto('/console/sign-in');
    await other.page.getByRole('textbox', { name: 'Name' }).fill('joan');
    await other.page.getByRole('textbox', { name: 'Password', exact: true }).fill(NEXT_PASSWORD);
    await other.page.getByRole('textbox', { name: 'Code' }).fill(codeNow());
    await other.page.getByRole('button', { name: 'Sign in with password and code' }).click();
    await other.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Actions for the session of joan' }).click();
    await page.getByRole('menuitem', { name: 'End this session' }).click();
    await page.getByRole('button', { name: 'End the session' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await other.page.evaluate(`document.querySelector('a[href="/console/audit"]')?.click()`);
    await other.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect((await api.listSessions({ principalId: id })).items).toHaveLength(1);
    await other.close();
  });

  it('removes the password, since a passkey is left', async () => {
    await act('your password', 'Remove the password');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the password' }).click();
    await page.getByRole('button', { name: 'Set a password' }).waitFor();
    expect((await ownSignIn()).passwordSetAt).toBeUndefined();
    expect(person.faults).toEqual([]);
  });
});
