import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPasskeys, axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

const DOCUMENT = '{"Statement":{"Effect":"Allow","Action":["kms:Encrypt","kms:ListKeys"],"Resource":"*"}}';

describe.skipIf(!hasChromium)('people and their roles', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let admin: Visit;
  let guest: Visit;
  let link: string;

  beforeAll(async () => {
    house = await consoleHouse();
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    [admin, guest] = await Promise.all([house.visit(), house.visit({ isNobody: true })]);
    await addPasskeys(guest.page);
  });
  afterAll(() => house.close());

  const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
  const personOf = async (name: string) => (await api.listPrincipals({ name })).items[0];
  const act = async (page: Page, of: string, label: string): Promise<void> => {
    await page.getByRole('button', { name: `Actions for ${of}` }).click();
    await page.getByRole('menuitem', { name: label }).click();
  };

  it('are listed, with a command beside it', async () => {
    const { page } = admin;
    await page.goto('/console/access');
    await page.getByRole('navigation', { name: 'Access' }).getByRole('link', { name: 'People' }).click();
    await heading(page, 'People');
    await page.getByRole('row', { name: /administrator.*you/ }).waitFor();
    expect(await page.getByText('keystead principal list').count()).toBe(1);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('are invited: roles explained, a link that is shown once', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Invite a person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite a person' });
    await dialog.getByLabel('Name').fill('not a name');
    expect(await dialog.getByRole('button', { name: 'Invite' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Name').fill('hedy@example.com');
    await dialog.getByRole('checkbox', { name: 'Auditor' }).check();
    await dialog.getByText('keystead principal invite hedy@example.com --role auditor').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Invite' }).click();
    const shown = page.getByRole('dialog', { name: 'The sign-in link of hedy@example.com' });
    link = await shown.locator('.ks-code').first().innerText();
    expect(link).toContain('/console/welcome#kse_');
    expect(await shown.getByRole('link', { name: 'Write a mail' }).getAttribute('href')).toContain(
      'mailto:hedy%40example.com',
    );
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect(await shown.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true);
    await shown.getByRole('checkbox', { name: 'I have passed it on' }).check();
    await shown.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('row', { name: /hedy@example.com Invited Auditor/ }).waitFor();
    expect((await personOf('hedy@example.com'))?.policies).toEqual(['auditor']);
    expect(await page.content()).not.toContain('kse_');
  });

  it('tell a refusal as it is', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Invite a person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite a person' });
    await dialog.getByLabel('Name').fill('hedy@example.com');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await dialog.locator('[data-problem="principal-exists"]').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await api.listEnrolments()).items.map(({ name }) => name)).toContain('hedy@example.com');
  });

  it('may what their roles say, and nothing else', async () => {
    const { page, faults } = guest;
    await page.goto(link.slice(house.url.length));
    await page.getByRole('button', { name: 'Set up a passkey' }).click();
    await heading(page, 'Overview');
    await page.goto('/console/access/people');
    await heading(page, 'People');
    const invite = page.getByRole('button', { name: 'Invite a person' });
    await page.locator('button[aria-disabled="true"]', { hasText: 'Invite a person' }).waitFor();
    await invite.hover();
    await page.getByRole('tooltip', { name: /keystead:CreatePrincipal/ }).waitFor();
    await act(page, 'administrator', 'New sign-in link');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.locator('[data-problem="access-denied"]').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('have a page of their own: how they sign in, where they are signed in', async () => {
    const { page } = admin;
    await page.goto('/console/access/people');
    await page.getByRole('link', { name: 'hedy@example.com' }).click();
    await heading(page, 'hedy@example.com');
    await page.getByRole('region', { name: 'Passkeys' }).getByText('Chrome on Linux').waitFor();
    await page.getByRole('region', { name: 'Sessions' }).getByText('Sign-in link').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('change roles, which count in the next request', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Actions', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Change roles' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roles of hedy@example.com' });
    await dialog.getByRole('checkbox', { name: 'Key user' }).check();
    await dialog.getByRole('checkbox', { name: 'Auditor' }).uncheck();
    await dialog.getByRole('button', { name: 'Change the roles' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Key user' }).waitFor();
    expect((await personOf('hedy@example.com'))?.policies).toEqual(['key-user']);
  });

  it('are suspended, and out at once in the page that is open; resumed, they sign in again', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Actions', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Suspend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Suspend hedy@example.com?' });
    await dialog.getByText('Signed out everywhere at once').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Suspend hedy@example.com' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Suspended', { exact: true }).waitFor();
    // The page may have asked by itself, and be gone already.
    await guest.page.evaluate(`document.querySelector('a[href="/console/keys"]')?.click()`);
    await heading(guest.page, 'Sign in');
    await page.getByRole('button', { name: 'Actions', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume hedy@example.com' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await guest.page.goto('/console/keys');
    await heading(guest.page, 'Keys');
    expect((await personOf('hedy@example.com'))?.state).toBe('active');
  });

  it('get a new link that takes all else away', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Actions', exact: true }).click();
    await page.getByRole('menuitem', { name: 'New sign-in link' }).click();
    await page.getByRole('checkbox', { name: 'Take away all that signs them in today' }).check();
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('checkbox', { name: 'I have passed it on' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByText('None yet: they come in by their sign-in link').waitFor();
    const { principalId } = (await personOf('hedy@example.com')) as { readonly principalId: string };
    expect((await api.getPrincipalSignIn(principalId)).passkeys).toEqual([]);
  });

  it('have links that can be taken back', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Invitations' }).click();
    await page.getByRole('row', { name: /hedy@example.com New way in/ }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await act(page, 'hedy@example.com', 'Take the link back');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('row', { name: /hedy@example.com/ }).waitFor({ state: 'hidden' });
    expect((await api.listEnrolments()).items.map(({ name }) => name)).not.toContain('hedy@example.com');
  });

  it('are deleted for good, once their name was typed', async () => {
    const { page } = admin;
    await page.goto('/console/access/people?q=hedy');
    await act(page, 'hedy@example.com', 'Delete');
    const dialog = page.getByRole('dialog', { name: 'Delete hedy@example.com for good?' });
    const button = dialog.getByRole('button', { name: 'Delete hedy@example.com' });
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByLabel('Type hedy@example.com to go on').fill('hedy@example.com');
    await button.click();
    await page.getByRole('heading', { name: 'Nobody fits' }).waitFor();
    expect((await personOf('hedy@example.com'))?.state ?? 'deleted').toBe('deleted');
  });

  it('have roles: built-in ones told in words', async () => {
    const { page } = admin;
    await page.goto('/console/access/roles');
    await page.getByRole('link', { name: 'Backup administrator' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('link', { name: 'Key user' }).click();
    await heading(page, 'Key user');
    await page.getByText('Encrypt', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Actions', exact: true }).count()).toBe(0);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('have roles of their own: made, refused where they are none, changed, deleted', async () => {
    const { page } = admin;
    await page.goto('/console/access/roles');
    await page.getByRole('button', { name: 'New role' }).click();
    const dialog = page.getByRole('dialog', { name: 'New role' });
    await dialog.getByLabel('Name').fill('payroll');
    await dialog.getByLabel('Policy').fill('{');
    await dialog.getByText('This is no JSON with statements').waitFor();
    expect(await dialog.getByRole('button', { name: 'Make the role' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Policy').fill('{"Statement":{"Effect":"Perhaps","Action":"kms:Encrypt","Resource":"*"}}');
    await dialog.getByRole('button', { name: 'Make the role' }).click();
    await dialog.locator('[data-problem]').waitFor();
    await dialog.getByLabel('Policy').fill('{"Statement":{"Effect":"Allow","Action":"kms:Encrpyt","Resource":"*"}}');
    await dialog.locator('[data-strange-actions]').getByText('kms:Encrpyt').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByLabel('Policy').fill(DOCUMENT);
    await dialog.locator('[data-strange-actions]').waitFor({ state: 'detached' });
    await dialog.getByText('ListKeys', { exact: true }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the role' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(JSON.parse((await api.getPolicy('payroll')).document)).toEqual(JSON.parse(DOCUMENT));
    await act(page, 'payroll', 'Edit');
    await page.getByLabel('What it is for').fill('Encrypts for the payroll');
    await page.getByRole('button', { name: 'Save the role' }).click();
    await page.getByRole('cell', { name: 'Encrypts for the payroll' }).waitFor();
    await act(page, 'payroll', 'Delete');
    await page.getByLabel('Type payroll to go on').fill('payroll');
    await page.getByRole('button', { name: 'Delete the role' }).click();
    await page.getByRole('row', { name: /payroll/ }).waitFor({ state: 'hidden' });
    expect((await api.listPolicies()).items.map(({ name }) => name)).not.toContain('payroll');
    expect(admin.faults).toEqual([]);
  });
});
