import { EncryptCommand } from '@aws-sdk/client-kms';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient, type Run } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsClient } from '../process/server-process.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

describe.skipIf(!hasChromium)('the overview in the console', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let look: Visit;
  let region: string;
  let environmentId: string;
  let keyId: string;

  beforeAll(async () => {
    house = await consoleHouse();
    region = house.first.region;
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    look = await house.visit();
  });
  afterAll(async () => {
    await look.close();
    await house.close();
  });

  async function ended(run: Run): Promise<Run> {
    await expect.poll(async () => (await api.getRun(run.runId)).state, { interval: 100 }).toBe('succeeded');
    return run;
  }

  it('leads a first visitor by the first steps: a key, storage, a backup, a proven restore', async () => {
    const { page } = look;
    const steps = page.getByRole('region', { name: 'First steps' });
    await page.goto('/console/');
    await steps.getByRole('link', { name: 'Bring your own key' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);

    const key = await api.createKey(region, { aliases: ['alias/backups'] });
    keyId = key.keyId;
    await page.reload();
    await steps.getByRole('link', { name: 'Set up a Backup Environment' }).waitFor();

    const { environment } = await api.createEnvironment({
      label: 'main office',
      storage: { type: 'folder', path: join(house.home.folder, 'vaults', 'main'), region },
      encryptAutomatically: true,
      encryption: 'Keystead',
      masterKey: { provider: 'keystead', keyId: key.arn },
    });
    environmentId = environment.environmentId;
    await page.reload();
    await steps.getByRole('link', { name: 'Make the first backup' }).waitFor();

    const folder = join(house.home.folder, 'records');
    mkdirSync(folder);
    writeFileSync(join(folder, 'letter.txt'), 'dear diary');
    await ended(await api.startBackup(environmentId, { source: folder, sourceName: 'records' }));
    await page.reload();
    await steps.getByRole('link', { name: 'Run a drill' }).waitFor();

    await ended(await api.startVerification(environmentId, { level: 'drill' }));
    await page.reload();
    await page.getByRole('heading', { name: 'Backups' }).waitFor();
    expect(await steps.count()).toBe(0);
  });

  it('draws what is protected by which key, and says the same as a table', async () => {
    const { page } = look;
    const key = page.getByRole('list', { name: 'Keys' }).getByRole('listitem').first();
    const thing = page.getByRole('list', { name: 'What they protect' }).getByRole('listitem').first();
    expect(await key.textContent()).toContain('alias/backups');
    expect(await thing.textContent()).toContain('main office');
    await key.getByRole('link').focus();
    expect(await thing.getAttribute('data-look')).toBe('near');
    expect(await page.locator('.ks-picture-lines path').count()).toBe(1);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByText('Table', { exact: true }).click();
    const row = page.getByRole('region', { name: 'What is protected by which key' }).locator('tbody tr');
    expect(await row.allTextContents()).toEqual([expect.stringMatching(/alias\/backups.*in use.*main office/)]);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await row.getByRole('link', { name: 'main office' }).click();
    await page.waitForURL(`**/environments/${environmentId}`);
  });

  it('tells of backups, what comes, alerts, uses and the log', async () => {
    const { page } = look;
    const kms = kmsClient(house.url, house.first);
    for (let n = 0; n < 3; n++) await kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('x') }));
    kms.destroy();
    const { keyId: going } = await api.createKey(region, { aliases: ['alias/going'] });
    await api.scheduleKeyDeletion(region, going, { windowDays: 7 });
    await page.goto('/console/');
    const backups = page.getByRole('region', { name: 'Backups by environment' }).locator('tbody tr');
    expect(await backups.textContent()).toMatch(/main office.*Backed up/);
    const waiting = page.getByRole('region', { name: 'What waits and what comes' }).locator('tbody tr');
    expect(await waiting.first().textContent()).toMatch(/alias\/going.*Is deleted for good.*in [67] days/);
    await page.getByText(/\d+ uses in the last 24 hours: .*Encrypt 3/).waitFor();
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.locator('canvas').waitFor();
    await page.getByText('30 days', { exact: true }).click();
    await page.getByText(/\d+ uses in the last 30 days/).waitFor();
    expect(await page.getByRole('heading', { name: 'Health' }).locator('../../..').textContent()).toMatch(
      /The seal is open.*\d+ entries, signed/,
    );
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('says that nobody is told of alerts, and follows what changes without being asked again', async () => {
    const follower = await house.visit();
    const { page } = follower;
    // Nothing here is read anew by time.
    await page.addInitScript('window.setInterval = () => 0');
    await page.goto('/console/');
    const alerts = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Alerts of 7 days' }) });
    await alerts.getByText('Nobody is told', { exact: true }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await api.createAlertChannel({ label: 'on call', emailRecipients: ['oncall@example.com'] });
    await alerts.getByText('Nobody is told', { exact: true }).waitFor({ state: 'detached' });
    expect(follower.faults).toEqual([]);
    await follower.close();
  });

  it('shows a person what that person may see, and says what is left out', async () => {
    const { principalId } = await api.createPrincipal({ name: 'keeper', policies: ['key-user'] });
    const { apiKey = '' } = await api.createCredential(principalId, { type: 'api-key' });
    const keeper = await house.visit({ apiKey, width: 360 });
    await keeper.page.goto('/console/');
    await keeper.page.getByText(/Not shown, because you may not see it: .*environments/).waitFor();
    expect(await keeper.page.getByRole('heading', { name: 'Backups' }).count()).toBe(0);
    expect(await axeFindingsInBothThemes(keeper.page)).toEqual([]);
    expect(await keeper.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(
      0,
    );
    expect([...keeper.faults, ...look.faults]).toEqual([]);
    await keeper.close();
  });
});
