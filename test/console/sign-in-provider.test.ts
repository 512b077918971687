import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realProvider, type RealProvider } from '../../src/clients/oidc/real-provider.fixture.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';
import { ownCallbackUrl } from '../../src/protocols/admin/sign-in/callback-url.ts';

describe.skipIf(!hasChromium)('signing in by an identity provider', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let provider: RealProvider;
  let providerId: string;
  /** Where the provider sends browsers back to: an address, at which there are no passkeys. */
  let url: string;

  beforeAll(async () => {
    house = await consoleHouse({ KEYSTEAD_EGRESS_HOSTS: '127.0.0.1' });
    url = house.url.replace('localhost', '127.0.0.1');
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    provider = await realProvider((issuer) => ownCallbackUrl(url, issuer));
    const { issuer, clientId, clientSecret } = provider;
    const made = await api.createIdentityProvider({ name: 'Example Corp', issuer, clientId, clientSecret });
    ({ providerId } = made);
    await api.createIdentityProvider({ name: 'Second Corp', issuer, clientId, clientSecret });
    await api.invitePrincipal({ name: 'anna@example.com', policies: ['auditor'] });
  });
  afterAll(async () => {
    await house.close();
    await provider.close();
  });

  const button = ({ page }: Visit) => page.getByRole('link', { name: 'Sign in with Example Corp' });

  it('lets in who was invited, and leads to where they were going', async () => {
    const guest = await house.visit({ isNobody: true, url });
    const { page, faults, close } = guest;
    await page.goto('/console/keys');
    await page.getByText('Passkeys do not work here').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    provider.willSignIn({ sub: 'anna-1', email: 'anna@example.com', email_verified: true });
    await button(guest).click();
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
    expect(new URL(page.url()).origin).toBe(url);
    await page.getByRole('button', { name: 'anna@example.com' }).click();
    await page.getByRole('menuitem', { name: 'My account' }).click();
    await page.getByRole('region', { name: 'Identity providers' }).getByText(provider.issuer).waitFor();
    // Nobody knows when the provider asked who it is: a second provider is linked once that is proven anew.
    await page.getByRole('button', { name: 'Link Second Corp' }).click();
    const dialog = page.getByRole('dialog', { name: 'Is it still you?' });
    await dialog.getByRole('link', { name: 'Sign in again at Example Corp' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('link', { name: 'Sign in again at Example Corp' }).click();
    await page.getByText('You have proven who you are').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    provider.willSignIn({ sub: 'anna-2', email: 'anna@second.example', email_verified: true });
    await page.getByRole('button', { name: 'Link Second Corp' }).click();
    await page.getByText('You are linked').waitFor();
    await page.getByRole('button', { name: 'Link Second Corp' }).waitFor({ state: 'detached' });
    await page.goto('/console/account?problem=linked-to-another');
    await page.getByText('An administrator can take that link away.').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect((await api.listSessions()).items.map(({ name, method }) => [name, method])).toEqual([
      ['anna@example.com', 'oidc'],
    ]);
    expect(faults).toEqual([]);
    await close();
  });

  it('lets in nobody else, and says what to do', async () => {
    const stranger = await house.visit({ isNobody: true, url });
    const { page } = stranger;
    await page.goto('/console/sign-in');
    provider.willSignIn({ sub: 'eve-1', email: 'eve@example.com', email_verified: true });
    await button(stranger).click();
    await page.locator('[data-problem="not-admitted"]').waitFor();
    await page.getByText('Ask an administrator for an invitation').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await api.suspendIdentityProvider(providerId);
    await button(stranger).click();
    await page.locator('[data-problem="provider-unavailable"]').waitFor();
    expect((await api.listSessions()).items).toEqual([]);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    expect(await button(stranger).count()).toBe(0);
    await stranger.close();
  });
});
