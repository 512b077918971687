import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT, realProvider, type RealProvider } from '../../src/clients/oidc/real-provider.fixture.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';
import { ownCallbackUrl } from '../../src/protocols/admin/sign-in/callback-url.ts';

describe.skipIf(!hasChromium)('approvals, providers, settings, roles and rights', () => {
  let house: ConsoleHouse;
  let admin: KeysteadClient;
  let provider: RealProvider;
  let visit: Visit;
  let page: Page;
  let region: string;

  beforeAll(async () => {
    house = await consoleHouse({ KEYSTEAD_EGRESS_HOSTS: '127.0.0.1' });
    const home = house.url.replace('localhost', '127.0.0.1');
    provider = await realProvider((issuer) => ownCallbackUrl(home, issuer));
    admin = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    region = (await admin.listRegions()).items[0]?.region as string;
    visit = await house.visit();
    ({ page } = visit);
  });
  afterAll(async () => {
    await house.close();
    await provider.close();
  });

  const heading = (name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = (name: string) => page.getByRole('dialog', { name });
  const choose = async (label: string, name: string): Promise<void> => {
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name, exact: true }).click();
  };
  const findings = (): Promise<string[]> => axeFindingsInBothThemes(page);

  describe('approvals', () => {
    it('teach what two people are for where nothing waits', async () => {
      await page.goto('/console/access/approvals');
      await page.getByRole('heading', { name: 'Nothing waits for a second person' }).waitFor();
      expect(await findings()).toEqual([]);
    });

    it('show what somebody else has asked for, and carry it out', async () => {
      const grace = await admin.createPrincipal({ name: 'grace', policies: ['key-administrator'] });
      const { apiKey = '' } = await admin.createCredential(grace.principalId, { type: 'api-key' });
      const other = new KeysteadClient({ url: house.url, apiKey });
      const { keyId } = await admin.createKey(region, { aliases: ['alias/old-payroll'] });
      const mine = await admin.createKey(region, { aliases: ['alias/mine'] });
      for (const id of [keyId, mine.keyId]) await admin.requireTwoPeople(region, id);
      await other.authorizeKeyDeletion(region, keyId);
      await admin.authorizeKeyDeletion(region, mine.keyId);
      await page.reload();
      await page.getByText('1 of 2 may be carried out by you').waitFor();
      await page.getByText('You have asked for it').waitFor();
      expect(await findings()).toEqual([]);
      await button('Schedule the deletion of alias/old-payroll').click();
      const asked = dialog('Schedule the deletion of old-payroll?');
      await asked.getByText('What this breaks first').waitFor();
      await asked.getByRole('textbox', { name: /Type old-payroll/ }).fill('old-payroll');
      expect(await findings()).toEqual([]);
      await asked.getByRole('button', { name: 'Schedule its deletion' }).click();
      await page.getByText('None of it waits for you').waitFor();
      expect((await admin.getKey(region, keyId)).state).toBe('pending-deletion');
      await button('Withdraw the request to delete alias/mine').click();
      await button('Withdraw it').click();
      await page.getByRole('heading', { name: 'Nothing waits for a second person' }).waitFor();
    });
  });

  it('release a hold, or keep it, as the second person', async () => {
    const { keyId } = await admin.createKey(region);
    const { environment } = await admin.createEnvironment({
      label: 'production',
      storage: { type: 'folder', path: join(house.home.folder, 'vaults', 'production'), region },
      encryptAutomatically: true,
      encryption: 'Keystead',
      masterKey: { provider: 'keystead', keyId },
    });
    const { environmentId } = environment;
    await admin.placeHold(environmentId, { reason: 'Case 14' });
    const hold = async () => (await admin.listHolds(environmentId)).items[0];
    await expect.poll(hold).toBeDefined();
    const { principalId } = await admin.createPrincipal({ name: 'bob', policies: ['administrator'] });
    const { apiKey = '' } = await admin.createCredential(principalId, { type: 'api-key' });
    const bob = new KeysteadClient({ url: house.url, apiKey });
    const ask = async () => bob.requestHoldRelease(environmentId, { holdId: (await hold())?.holdId as string });
    await ask();
    await page.goto('/console/access/approvals');
    await page.getByText('Case 14').waitFor();
    expect(await findings()).toEqual([]);
    await button('Withdraw the request to release "Case 14"').click();
    await button('Withdraw the request').click();
    await page.getByRole('heading', { name: 'Nothing waits for a second person' }).waitFor();
    expect((await hold())?.release).toBeUndefined();
    await ask();
    await page.reload();
    await button('Release the hold').click();
    await dialog('Release the hold "Case 14"?').getByRole('button', { name: 'Release the hold' }).click();
    await page.getByText('The hold on production is being released.').waitFor();
    await expect.poll(async () => (await hold())?.state).toBe('released');
  });

  describe('identity providers', () => {
    it('are added, with the callback URL to register there', async () => {
      await page.goto('/console/access/identity-providers');
      await heading('Identity providers');
      expect(await findings()).toEqual([]);
      await button('Add a provider').click();
      const form = dialog('Add an identity provider');
      await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Example Corp');
      await form.getByRole('textbox', { name: 'Issuer' }).fill(provider.issuer);
      await form.getByRole('textbox', { name: 'Client id' }).fill(CLIENT.clientId);
      await form.getByRole('textbox', { name: 'Client secret' }).fill('wrong');
      expect(await findings()).toEqual([]);
      await form.getByRole('button', { name: 'Add the provider' }).click();
      const shown = page.getByRole('region', { name: 'Example Corp' });
      await shown.getByText('/admin/v1/sign-in/oidc/callback').waitFor();
      const [made] = (await admin.listIdentityProviders()).items;
      expect(made).toMatchObject({ issuer: provider.issuer, hasClientSecret: true, allowNewcomers: false });
      expect(provider.redirectUris).toEqual([made?.callbackUrl]);
    });

    it('are tested: a wrong secret is told with what to do, the right one works', async () => {
      await button('Test it: Example Corp').click();
      await page.getByText('People cannot sign in by it yet').waitFor();
      await page.getByText('Check client id and client secret').waitFor();
      expect(await findings()).toEqual([]);
      await button('Change Example Corp').click();
      const form = dialog('Change Example Corp');
      await form.getByRole('textbox', { name: 'Client secret' }).fill(CLIENT.clientSecret);
      await form.getByRole('button', { name: 'Save the changes' }).click();
      await form.waitFor({ state: 'detached' });
      await button('Test it: Example Corp').click();
      await page.getByText('The provider answers, and knows this server').waitFor();
    });

    it('are suspended, resumed and deleted', async () => {
      await button('Suspend Example Corp').click();
      await button('Suspend the provider').click();
      await button('Resume Example Corp').click();
      await button('Suspend Example Corp').waitFor();
      expect((await admin.listIdentityProviders()).items[0]?.state).toBe('active');
      await button('Delete Example Corp').click();
      const asked = dialog('Delete Example Corp?');
      await asked.getByRole('textbox', { name: /Type Example Corp/ }).fill('Example Corp');
      await asked.getByRole('button', { name: 'Delete the provider' }).click();
      await page.getByRole('heading', { name: 'No provider yet' }).waitFor();
      expect((await admin.listIdentityProviders()).items).toEqual([]);
    });
  });

  it('sets how people sign in, and says whom it locks out', async () => {
    await page.goto('/console/access/sign-in-settings');
    await heading('Sign-in settings');
    await page.getByRole('switch', { name: 'People may sign in by a password' }).uncheck({ force: true });
    await page.getByText('Who has only a password is locked out').waitFor();
    await page.getByRole('textbox', { name: /nobody does anything/ }).fill('10');
    await page.getByText('keystead sign-in-settings set --passkeys-only yes').waitFor();
    expect(await findings()).toEqual([]);
    await button('Save').click();
    await page.getByText('This holds for every sign-in from now on.').waitFor();
    expect(await admin.getSignInSettings()).toMatchObject({ passwordSignIn: false, idleMinutes: 10 });
  });

  it('makes service ids, gives them roles, switches them off and deletes them', async () => {
    await page.goto('/console/access/service-ids');
    await heading('Service ids');
    expect(await findings()).toEqual([]);
    await button('Make a service id').click();
    const form = dialog('Make a service id');
    await form.getByRole('textbox', { name: 'Name' }).fill('runner');
    await form.getByRole('button', { name: 'Make it' }).click();
    await button('Roles of runner').click();
    await choose('Roles', 'key-user');
    await page.keyboard.press('Escape');
    await page.getByText('keystead policy attach key-user --principal runner').waitFor();
    expect(await findings()).toEqual([]);
    await button('Save the roles').click();
    await page.getByRole('cell', { name: 'key-user', exact: true }).waitFor();
    const found = async () => (await admin.listPrincipals({ name: 'runner' })).items[0];
    expect(await found()).toMatchObject({ serviceId: true, policies: ['key-user'] });
    expect(await findings()).toEqual([]);
    await page.getByRole('link', { name: 'runner', exact: true }).click();
    await heading('runner');
    await button('Write a policy').click();
    const policy = dialog('A policy of runner alone');
    await policy.getByRole('textbox', { name: 'Name' }).fill('lists-keys');
    await policy.getByText('keystead policy put-inline lists-keys').waitFor();
    await policy.getByRole('button', { name: 'Write the policy' }).click();
    await button('Read lists-keys').click();
    const read = dialog('The policy lists-keys of runner');
    await read.getByText('"kms:DescribeKey"').waitFor();
    await read.getByText('keystead policy list-inline --principal runner').waitFor();
    expect(await findings()).toEqual([]);
    await read.getByRole('button', { name: 'Close' }).click();
    await read.waitFor({ state: 'detached' });
    await button('Set a tag').click();
    const tag = dialog('Set a tag of runner');
    await tag.getByRole('textbox', { name: 'Tag' }).fill('team');
    await tag.getByRole('textbox', { name: 'Value' }).fill('payroll');
    await tag.getByRole('button', { name: 'Set the tag' }).click();
    await button('Take away the tag team').waitFor();
    expect(await findings()).toEqual([]);
    const tags = [{ key: 'team', value: 'payroll' }];
    expect(await found()).toMatchObject({ inlinePolicies: ['lists-keys'], tags });
    await button('Take away the tag team').click();
    await button('Take away the tag team').waitFor({ state: 'detached' });
    await button('Take away lists-keys').click();
    await button('Take it away').click();
    await button('Take away lists-keys').waitFor({ state: 'detached' });
    expect(await found()).toMatchObject({ inlinePolicies: [], tags: [] });
    await button('Suspend runner').click();
    await button('Suspend it').click();
    await button('Resume runner').click();
    await button('Suspend runner').waitFor();
    expect((await found())?.state).toBe('active');
  });

  it('makes a role, says who may assume it, ends its sessions and deletes it', async () => {
    await page.goto('/console/access/assumable-roles');
    await heading('Assumable roles');
    await button('Make a role').click();
    const form = dialog('Make an assumable role');
    await form.getByRole('textbox', { name: 'Name' }).fill('restore-host');
    await choose('Who may assume it', 'runner');
    await page.keyboard.press('Escape');
    expect(await findings()).toEqual([]);
    await form.getByRole('button', { name: 'Make the role' }).click();
    await heading('restore-host');
    await form.waitFor({ state: 'detached' });
    await button('Change the policies').click();
    await choose('Policies', 'restore-operator');
    await page.keyboard.press('Escape');
    await button('Save the policies').click();
    await dialog('What restore-host may do').waitFor({ state: 'detached' });
    expect(await findings()).toEqual([]);
    const role = await admin.getRole('restore-host');
    expect(role.policies).toEqual(['restore-operator']);
    expect(role.trustPolicy).toContain('user/runner');
    await page.getByRole('textbox', { name: 'Trust policy' }).fill('{ "Version"');
    await page.getByText('This is not JSON yet').waitFor();
    expect(await button('Save the trust policy').isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Trust policy' }).fill('{ "Version": "2012-10-17", "Statement": [7] }');
    await button('Save the trust policy').click();
    await page.getByText('The trust policy was not set').waitFor();
    await button('Undo the changes').click();
    await button('End its sessions').click();
    await button('End the sessions').click();
    await page.getByText('Every session of restore-host has ended.').waitFor();
    expect((await admin.getRole('restore-host')).sessionsRevokedAt).toBeDefined();
    await button('Delete').click();
    await page.getByRole('textbox', { name: /Type restore-host/ }).fill('restore-host');
    await button('Delete the role').click();
    await page.getByRole('heading', { name: 'No assumable role yet' }).waitFor();
    expect((await admin.listRoles()).items).toEqual([]);
  });

  it('explains who can do what, with every statement that was looked at', async () => {
    await page.goto('/console/access/explain');
    await heading('Who can do what');
    expect(await findings()).toEqual([]);
    await page.getByRole('combobox', { name: 'Who' }).fill('runner');
    await page.getByRole('combobox', { name: 'Wants to' }).fill('kms:Decrypt');
    await page.getByRole('textbox', { name: 'With the key' }).fill('alias/mine');
    await button('Ask').click();
    await page.getByText('Yes: runner may kms:Decrypt').waitFor();
    await page.getByRole('table', { name: 'Statements' }).getByText('Its own policy').first().waitFor();
    expect(await findings()).toEqual([]);
    const refused = new URLSearchParams({ principal: 'runner', action: 'kms:ScheduleKeyDeletion', region });
    await page.goto(`/console/access/explain?${refused.toString()}&key=alias/mine`);
    await page.getByText('No: runner may not kms:ScheduleKeyDeletion').waitFor();
    await page.getByText('Nothing allows it: no policy and no grant.').waitFor();
    await page.goto(`/console/access/explain?${refused.toString()}&key=alias/not-there`);
    await page.locator('[data-problem]').waitFor();
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});
