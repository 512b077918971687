import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient } from '../../sdk/src/index.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('the settings', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let visit: Visit;
  let region: string;

  beforeAll(async () => {
    house = await consoleHouse({
      KEYSTEAD_XKS_LISTEN: 'http://127.0.0.1:0',
      KEYSTEAD_XKS_URL: 'https://xks.example.com',
    });
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    region = (await api.listRegions()).items[0]?.region as string;
    visit = await house.visit();
  });
  afterAll(() => house.close());

  it('are listed, and lead to each other', async () => {
    const { page } = visit;
    await page.goto('/console/settings');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('main').getByRole('link', { name: 'External key store Keys' }).click();
    await page.getByRole('heading', { level: 1, name: 'External key store' }).waitFor();
    const shown = page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'External key store' });
    expect(await shown.getAttribute('aria-current')).toBe('page');
  });

  describe('an endpoint of an external key store', () => {
    it('is made, with what to enter at AWS shown once', async () => {
      const { page } = visit;
      await page.getByRole('heading', { name: 'AWS uses no key from here' }).waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('button', { name: 'Make an endpoint' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Make an endpoint' });
      await dialog.getByRole('textbox', { name: 'Name' }).fill('my store');
      await dialog.getByText('Letters, digits, - and _ only, at most 64').waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await dialog.getByRole('textbox', { name: 'Name' }).fill('production');
      await dialog.getByText(`keystead xks create production --region ${region}`).waitFor();
      await dialog.getByRole('button', { name: 'Make the endpoint' }).click();
      const secret = page.getByRole('dialog', { name: 'The credential of production' });
      await secret.getByText('https://xks.example.com').waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.keyboard.press('Escape');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        secret.getByRole('button', { name: 'Download production.json' }).click(),
      ]);
      const written = JSON.parse(await text(file)) as Readonly<Record<string, unknown>>;
      const made = (await api.listXksEndpoints()).items[0];
      expect(written).toEqual({
        XksProxyUriPath: made?.uriPath,
        XksProxyAuthenticationCredential: {
          AccessKeyId: made?.accessKeyIds[0],
          RawSecretAccessKey: expect.stringMatching(/^\S{43,64}$/),
        },
      });
      const done = secret.getByRole('button', { name: 'Close' });
      expect(await done.isDisabled()).toBe(true);
      await secret.getByRole('checkbox').check();
      await done.click();
      await secret.waitFor({ state: 'detached' });
      expect(await page.content()).not.toContain(JSON.stringify(written).slice(-30, -3));
    });

    it('tells why another of its name is refused', async () => {
      const { page } = visit;
      await page.getByRole('button', { name: 'Make an endpoint' }).click();
      const dialog = page.getByRole('dialog', { name: 'Make an endpoint' });
      await dialog.getByRole('textbox', { name: 'Name' }).fill('production');
      await dialog.getByRole('button', { name: 'Make the endpoint' }).click();
      const problem = dialog.locator('[data-problem="xks-endpoint-exists"]');
      expect(await problem.innerText()).toContain('tenant has an endpoint production already');
      await page.keyboard.press('Escape');
    });

    it('exposes a key within limits, and hides it again', async () => {
      const { page } = visit;
      const key = await api.createKey(region, { aliases: ['alias/payroll'] });
      await api.createKey(region, { spec: 'ec-p256', usage: 'sign-verify', aliases: ['alias/releases'] });
      await page.getByRole('link', { name: 'production' }).click();
      await page.getByRole('heading', { name: 'No key is exposed yet' }).waitFor();
      await page.getByRole('button', { name: 'Expose a key' }).click();
      const dialog = page.getByRole('dialog', { name: 'Expose a key at production' });
      await dialog.getByRole('combobox', { name: 'Key', exact: true }).fill('PAY');
      await page.getByRole('option', { name: /^payroll/ }).click();
      expect(await page.getByRole('option', { name: /^releases/ }).count()).toBe(0);
      await dialog.getByRole('textbox', { name: 'External key ID' }).fill('pay');
      await dialog.getByRole('textbox', { name: 'Most requests a second' }).fill('500');
      const regions = dialog.getByRole('combobox', { name: 'Regions of AWS' });
      await regions.fill('eu-central-1');
      await regions.press('Enter');
      await dialog.getByText(`keystead xks expose production ${key.keyId} --xks-key-id pay`).waitFor();
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Expose the key' }).click();
      await page.getByText('AWS can use the key as pay.').waitFor();
      await page.getByText('at most 500 a second').waitFor();
      expect((await api.listXksEndpoints()).items[0]?.keys).toEqual([
        {
          xksKeyId: 'pay',
          keyId: key.keyId,
          operations: ['ENCRYPT', 'DECRYPT'],
          perSecond: 500,
          awsRegions: ['eu-central-1'],
        },
      ]);
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      await page.getByRole('button', { name: 'Hide pay' }).click();
      const hide = page.getByRole('dialog', { name: 'Hide pay from AWS?' });
      await hide.getByText('cannot be read from the next request on').waitFor();
      await hide.getByRole('button', { name: 'Hide the key' }).click();
      await page.getByRole('heading', { name: 'No key is exposed yet' }).waitFor();
      expect((await api.listXksEndpoints()).items[0]?.keys).toEqual([]);
    });

    it('gets a new credential, and goes when its name is typed', async () => {
      const { page } = visit;
      const before = (await api.listXksEndpoints()).items[0]?.accessKeyIds as string[];
      await page.getByRole('button', { name: 'Renew the credential' }).click();
      const renew = page.getByRole('dialog', { name: 'Renew the credential of production?' });
      await renew.getByText(`${before[0]} works until the next renewal`).waitFor();
      await renew.getByRole('button', { name: 'Renew the credential' }).click();
      const secret = page.getByRole('dialog', { name: 'The credential of production' });
      await secret.getByRole('checkbox').check();
      await secret.getByRole('button', { name: 'Close' }).click();
      const after = (await api.listXksEndpoints()).items[0]?.accessKeyIds;
      expect(after).toEqual([expect.not.stringContaining(before[0] as string), before[0]]);
      await page.getByRole('button', { name: 'Delete the endpoint' }).click();
      const remove = page.getByRole('dialog', { name: 'Delete the endpoint production?' });
      expect(await remove.getByRole('button', { name: 'Delete the endpoint' }).isDisabled()).toBe(true);
      await remove.getByRole('textbox').fill('production');
      await remove.getByRole('button', { name: 'Delete the endpoint' }).click();
      await page.getByRole('heading', { name: 'AWS uses no key from here' }).waitFor();
      expect((await api.listXksEndpoints()).items).toEqual([]);
    });
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});

async function text(file: { createReadStream(): Promise<NodeJS.ReadableStream> }): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await file.createReadStream()) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
