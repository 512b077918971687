import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient } from '../../sdk/src/index.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('the list of keys', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let visit: Visit;
  let region: string;

  beforeAll(async () => {
    house = await consoleHouse();
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    region = (await api.listRegions()).items[0]?.region as string;
    visit = await house.visit();
  });
  afterAll(() => house.close());

  it('teaches what a key is where there is none', async () => {
    const { page } = visit;
    await page.goto('/console/keys');
    await page.getByRole('heading', { name: `No key in ${region} yet` }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('shows keys by their aliases, finds them, and remembers the filter in the address', async () => {
    const { page } = visit;
    const signer = await api.createKey(region, { spec: 'ec-p256', usage: 'sign-verify', aliases: ['alias/releases'] });
    const backups = await api.createKey(region, { aliases: ['alias/backups'], description: 'of the vault' });
    await api.disableKey(region, signer.keyId);
    await page.reload();
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await row('releases').getByText('Disabled').waitFor();
    await row('backups').getByText('Enabled').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('searchbox', { name: 'Search' }).fill('VAULT');
    await row('releases').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('text')).toBe('VAULT');
    await page.getByRole('link', { name: 'backups' }).waitFor();
    await page.goto(`/console/keys?spec=hmac-256&region=${region}`);
    await page.getByRole('heading', { name: 'No key is like that' }).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await row('backups').waitFor();
    expect(backups.state).toBe('enabled');
  });

  it('disables a key with the words of what that breaks, and takes it back', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Actions for backups' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disable the key backups?' });
    await dialog.getByText('No environment has it as its master key').waitFor();
    await dialog.getByText(/keystead key disable .* --region/).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Disable the key' }).click();
    await page.getByText('backups is disabled.').waitFor();
    expect((await api.getKey(region, 'alias/backups')).state).toBe('disabled');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('backups is enabled.').waitFor();
    expect((await api.getKey(region, 'alias/backups')).state).toBe('enabled');
  });

  it('stores a secret, and reads it again for who may, and for nobody else', async () => {
    const { page } = visit;
    await page.goto(`/console/keys?region=${region}`);
    await page.getByRole('link', { name: 'Store a secret' }).click();
    await page.getByRole('textbox', { name: 'Alias' }).fill('database');
    await page.getByLabel('Secret', { exact: true }).fill('correct horse — pferd');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Store the secret' }).click();
    await page.getByRole('button', { name: 'Read the secret' }).waitFor();
    const { keyId, spec, usage } = await api.getKey(region, 'alias/database');
    expect([spec, usage]).toEqual(['secret', 'store']);
    const { value } = await api.readSecret(region, keyId);
    expect(Buffer.from(value, 'base64').toString()).toBe('correct horse — pferd');
    // Until somebody asks, the page has nothing of it; nor when that is over.
    expect(await page.content()).not.toContain('correct horse');
    await page.getByRole('button', { name: 'Read the secret' }).click();
    await page.getByText('correct horse — pferd').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('correct horse — pferd').waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain('correct horse');
    await api.disableKey(region, keyId);
    await page.getByRole('button', { name: 'Read the secret' }).click();
    await page.locator('[data-problem=key-disabled]').waitFor();
  });

  it('offers nothing that one may not do, and says which permission it takes', async () => {
    const { principalId } = await api.createPrincipal({ name: 'grace', policies: ['auditor'] });
    const { apiKey } = await api.createCredential(principalId, { type: 'api-key' });
    const { page, faults, close } = await house.visit({ apiKey: apiKey as string });
    await page.goto(`/console/keys?region=${region}`);
    await page.getByRole('button', { name: 'Actions for backups' }).click();
    const item = page.getByRole('menuitem', { name: 'Disable' });
    await item.getByText('needs the permission kms:DisableKey').waitFor();
    expect(await item.isDisabled()).toBe(true);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});
