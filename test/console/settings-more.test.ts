import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient } from '../../sdk/src/index.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('the settings of a tenant and of the installation', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let visit: Visit;
  let region: string;
  let receiver: Server;
  const told: string[] = [];

  beforeAll(async () => {
    receiver = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      request.resume().on('end', () => {
        told.push(String(request.headers['webhook-signature']));
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    [house] = await Promise.all([consoleHouse({ KEYSTEAD_EGRESS_HOSTS: '127.0.0.1' }), once(receiver, 'listening')]);
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    region = (await api.listRegions()).items[0]?.region as string;
    visit = await house.visit();
  });
  afterAll(async () => {
    receiver.close();
    await house.close();
  });

  /** Goes to a page, and has it looked at in both themes. */
  async function open(path: string, title: string) {
    const { page } = visit;
    await page.goto(`/console/settings/${path}`);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    return page;
  }

  it('policies of an instance are set, and what is amiss is said', async () => {
    const page = await open('policies', 'Instance policies');
    await page.getByRole('switch', { name: 'New keys are deleted by two people' }).check();
    await page.getByRole('textbox', { name: 'Allowed addresses' }).fill('not-a-network');
    await page.getByText('stay open, so that it can be taken back').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[data-problem="invalid-addresses"]').waitFor();
    expect((await api.getInstancePolicies(region)).dualAuthorization).toBe(false);
    await page.getByRole('textbox', { name: 'Allowed addresses' }).fill('10.0.0.0/8');
    // Somebody else changes something else meanwhile.
    const metrics = !(await api.getInstancePolicies(region)).metrics;
    await api.setInstancePolicies(region, { metrics });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`What holds for the keys of ${region} is saved.`).waitFor();
    expect(await api.getInstancePolicies(region)).toMatchObject({
      dualAuthorization: true,
      addresses: ['10.0.0.0/8'],
      metrics,
    });
    await api.setInstancePolicies(region, { dualAuthorization: false, addresses: [] });
  });

  it('a region is opened, and closed when its name is typed', async () => {
    const page = await open('regions', 'Regions and instances');
    await page.getByRole('button', { name: 'Open a region' }).click();
    const dialog = page.getByRole('dialog', { name: 'Open a region' });
    await dialog.getByRole('textbox', { name: 'Region' }).fill('eu-de');
    await dialog.getByRole('button', { name: 'Open the region' }).click();
    await page.getByRole('button', { name: 'Close eu-de' }).click();
    expect((await api.listRegions()).items.map((one) => one.region)).toContain('eu-de');
    const confirm = page.getByRole('dialog', { name: 'Close the region eu-de?' });
    await confirm.getByRole('textbox').fill('eu-de');
    await confirm.getByRole('button', { name: 'Close eu-de' }).click();
    await page.getByText('The region eu-de is closed.').waitFor();
    expect((await api.listRegions()).items.map((one) => one.region)).not.toContain('eu-de');
  });

  it('somebody is told by a webhook, and a test of it arrives with a signature', async () => {
    const page = await open('notifications', 'Notifications');
    await page.getByRole('button', { name: 'Tell somebody' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Tell somebody' });
    await dialog.getByRole('textbox', { name: 'Label' }).fill('pager');
    await dialog.getByText('Webhook', { exact: true }).click();
    const { port } = receiver.address() as AddressInfo;
    await dialog.getByRole('textbox', { name: 'Address of the webhook' }).fill(`http://127.0.0.1:${port}/hook`);
    await dialog.getByRole('button', { name: 'Add the channel' }).click();
    const secret = page.getByRole('dialog', { name: 'The secret of pager' });
    await secret.getByText(/^whsec_/).waitFor();
    await secret.getByRole('checkbox').check();
    await secret.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Actions for pager' }).click();
    const arrived = once(receiver, 'request');
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    await arrived;
    await page.getByText('A test', { exact: true }).first().waitFor();
    expect(told[0]).toMatch(/^v1,/);
  });

  it('limits are shown with what is used of them', async () => {
    await api.createKey(region, {});
    const page = await open('limits', 'Limits');
    const keys = page.getByRole('row').filter({ has: page.getByRole('cell', { name: 'Keys', exact: true }) });
    expect(await keys.innerText()).toContain('1 of 100,000');
    await page.getByText('Nothing bounds how often this tenant asks.').waitFor();
  });

  it('a service is known to the installation, and authorized by the tenant', async () => {
    const page = await open('services', 'Services and authorizations');
    await page.getByRole('button', { name: 'Add a service' }).click();
    const service = page.getByRole('dialog', { name: 'Add a service' });
    await service.getByRole('textbox', { name: 'Name' }).fill('backup.example.com');
    await service.getByRole('button', { name: 'Add the service' }).click();
    await service.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Authorize a service' }).click();
    const dialog = page.getByRole('dialog', { name: 'Authorize a service' });
    await dialog.getByRole('textbox', { name: 'Service' }).fill('backup.example.com');
    await dialog.getByRole('button', { name: 'Authorize the service' }).click();
    await page.getByRole('button', { name: 'End the authorization of backup.example.com' }).waitFor();
    expect((await api.listAuthorizations()).items).toMatchObject([
      { service: 'backup.example.com', roles: ['Reader'] },
    ]);
    await page.getByRole('button', { name: 'Authorize a service' }).click();
    await dialog.getByRole('textbox', { name: 'Service' }).fill('backup.example.com');
    await dialog.getByRole('combobox', { name: 'Region' }).click();
    await page.getByRole('option', { name: region }).click();
    await dialog.getByRole('combobox', { name: 'Key ring' }).click();
    await page.getByRole('option', { name: 'default' }).click();
    await dialog.getByText(`--region ${region} --ring default`).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Authorize the service' }).click();
    await page.getByRole('cell', { name: `${region}, ring default` }).waitFor();
    const { items } = await api.listAuthorizations();
    expect(items.map(({ keyRing }) => keyRing)).toContain('default');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('a service gets a credential that ends by itself, and is told of its keys until it is not', async () => {
    const page = await open('services', 'Services and authorizations');
    const act = async (name: string) => {
      await page.getByRole('button', { name: 'Actions for backup.example.com' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    await act('Issue a credential…');
    const form = page.getByRole('dialog', { name: 'Issue a credential of backup.example.com' });
    await form.getByRole('radio', { name: 'Access key' }).check();
    await form.getByText('--type access-key --expires').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await form.getByRole('button', { name: 'Issue it' }).click();
    const secret = page.getByRole('dialog', { name: 'The access key of backup.example.com' });
    expect(await secret.innerText()).toMatch(/Secret access key/i);
    await secret.getByRole('checkbox').check();
    await secret.getByRole('button', { name: 'Close' }).click();
    await act('Tell it of its keys…');
    const events = page.getByRole('dialog', { name: 'Tell backup.example.com of its keys' });
    await events.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:9/keys');
    await events.getByRole('button', { name: 'Tell it there' }).click();
    const shown = page.getByRole('dialog', { name: 'The secret of the messages to backup.example.com' });
    await shown.getByRole('checkbox').check();
    await shown.getByRole('button', { name: 'Close' }).click();
    await act('Tell it no more');
    await page.getByRole('dialog').getByRole('button', { name: 'Tell it no more' }).click();
    await page.getByRole('cell', { name: 'nowhere' }).waitFor();
    expect((await api.listServices()).items).toMatchObject([{ name: 'backup.example.com' }]);
  });

  it('a tenant is added, with its first administrator shown once', async () => {
    const page = await open('tenants', 'Tenants');
    await page.getByRole('button', { name: 'Add a tenant' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a tenant' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Acme');
    await dialog.getByRole('textbox', { name: 'First region' }).fill('us-east-1');
    await dialog.getByRole('button', { name: 'Add the tenant' }).click();
    const secret = page.getByRole('dialog', { name: 'The first administrator of Acme' });
    await secret.getByRole('checkbox').check();
    await secret.getByRole('button', { name: 'Close' }).click();
    expect((await api.listTenants()).items.map(({ name }) => name)).toContain('Acme');
    await page.getByRole('button', { name: 'Open a region for Acme' }).click();
    const opening = page.getByRole('dialog', { name: 'Open a region for Acme' });
    await opening.getByRole('textbox', { name: 'Region' }).fill('eu-de');
    await opening.getByRole('button', { name: 'Open the region' }).click();
    await page.getByText('Acme may have keys in eu-de from now on.').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('keys that sign tokens are rotated, and the seal and the log are told of', async () => {
    const page = await open('token-keys', 'Token-signing keys');
    await page.getByRole('button', { name: 'Rotate now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Have another key sign tokens?' });
    await dialog.getByRole('button', { name: 'Rotate now' }).click();
    await page.getByText('A new key signs tokens.').waitFor();
    expect((await api.listTokenSigningKeys()).items.map(({ state }) => state)).toContain('signs');
    await open('seal', 'Seal and health');
    await page.getByText((await api.getStatus()).installationId).waitFor();
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});
