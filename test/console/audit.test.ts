import { EncryptCommand } from '@aws-sdk/client-kms';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient } from '../../sdk/src/client.gen.ts';
import { readFile } from 'node:fs/promises';
import { kmsClient } from '../process/server-process.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';

/** What turns the direction of text, and what would be markup elsewhere. */
const HOSTILE = '<img src=x onerror=alert(1)>\u202egnp.exe';

describe.skipIf(!hasChromium)('the audit log in the console', () => {
  let house: ConsoleHouse;
  let client: KeysteadClient;
  let keyId: string;
  let look: Visit;

  beforeAll(async () => {
    house = await consoleHouse();
    client = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    ({ keyId } = await client.createKey('us-east-1', { description: 'audited' }));
    const kms = kmsClient(house.url, house.first);
    const wanted = { KeyId: keyId, Plaintext: Buffer.from('hush'), EncryptionContext: { name: HOSTILE } };
    await kms.send(new EncryptCommand(wanted));
    await client.disableKey('us-east-1', keyId);
    await kms.send(new EncryptCommand(wanted)).catch(() => 'refused, as it must be');
    kms.destroy();
    look = await house.visit();
  });
  afterAll(async () => {
    await look.close();
    await house.close();
  });

  const rows = (page: Page) => page.getByRole('region', { name: /Entries of the audit log/ }).locator('tbody tr');

  /** Opens the newest entry of an action. */
  async function openEntry(page: Page, action: string): Promise<void> {
    await page.goto(`/console/audit?action=${action}&key=${keyId}`);
    await rows(page).first().getByRole('link').click();
    await page.getByRole('heading', { level: 2, name: 'Proof' }).waitFor();
  }

  it('tells in words what was done with a key, and finds it again by the address alone', async () => {
    const { page } = look;
    await page.goto('/console/audit');
    await page.locator('[data-log-watch=first]').waitFor();
    await page.getByRole('textbox', { name: 'Key' }).fill(keyId);
    await page.getByRole('textbox', { name: 'Action' }).fill('kms:Encrypt');
    await expect.poll(() => rows(page).count()).toBe(2);
    const [newest, older] = await rows(page).allTextContents();
    expect(newest).toMatch(/Encrypt.*key .*AWS KMS API.*Refused/);
    expect(older).toMatch(/Encrypt.*Done/);
    await page.getByRole('combobox', { name: 'Outcome' }).click();
    await page.getByRole('option', { name: 'Done' }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('key'), searchParams.get('action'), searchParams.get('outcome')]).toEqual([
      keyId,
      'kms:Encrypt',
      'done',
    ]);
    await page.reload();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await page.locator('[data-command]').textContent()).toContain(
      `--action kms:Encrypt --key ${keyId} --outcome done`,
    );
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('looks further back where there is more, and leaves out what only looks', async () => {
    const { page } = look;
    await Promise.all(Array.from({ length: 60 }, () => client.whoAmI()));
    // What was done is in the log a moment later, when it has its place there.
    const looks = () => client.listAuditEntries({ action: 'keystead:WhoAmI', limit: 1000 });
    await expect.poll(async () => (await looks()).items.length).toBeGreaterThanOrEqual(60);
    await page.goto('/console/audit');
    await expect.poll(() => rows(page).count()).toBe(50);
    await page.getByText(/searched back to/).waitFor();
    await page.getByRole('button', { name: 'Search further back' }).click();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(50);
    await page.getByRole('switch', { name: 'Without what only looks' }).click();
    await page.getByText(/that only look left out/).waitFor();
    await expect.poll(() => rows(page).count()).toBeLessThan(40);
    await page.goto('/console/audit?text=nobody-ever-wrote-this');
    await page.getByRole('heading', { name: 'No entry fits' }).waitFor();
  });

  it('shows one entry whole, with what strangers sent made harmless', async () => {
    const { page } = look;
    await openEntry(page, 'kms:Encrypt');
    const text = await page.locator('main').textContent();
    expect(text).toContain('<img src=x onerror=alert(1)>\\u{202e}gnp.exe');
    expect(text).not.toContain('\u202e');
    expect(text).toContain('"tenant"');
    expect(await page.locator('main img').count()).toBe(0);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
  });

  it('verifies an entry in the browser, step by step', async () => {
    const { page } = look;
    await openEntry(page, 'kms:Encrypt');
    await page.getByRole('button', { name: 'Verify in this browser' }).click();
    await page.getByText('Verified', { exact: true }).waitFor();
    expect(await page.locator('[data-step=holds]').count()).toBe(9);
    expect(await page.locator('[data-step=fails]').count()).toBe(0);
    expect(await page.locator('main').textContent()).toMatch(/Hash of the entry [0-9a-f]{64}/);
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the proof' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^audit-entry-\d+-proof\.json$/);
  });

  it.each([
    [
      'another leaf',
      (answer: Record<string, unknown>) => ({ ...answer, leaf: btoa('{"tenant":"x"}') }),
      'What is shown',
    ],
    [
      'a turned hash',
      (answer: Record<string, unknown>) => ({
        ...answer,
        hashes: (answer['hashes'] as string[]).map((hash, n) => (n === 0 ? btoa('\0'.repeat(32)) : hash)),
      }),
      'The way to the root',
    ],
    [
      'a turned checkpoint',
      (answer: Record<string, unknown>) => ({
        ...answer,
        checkpoint: String(answer['checkpoint'])
          .replace(/time (\d+)\d\n/, 'time $10\n')
          .replace(/state 0?./, 'state ff'),
      }),
      'The signature',
    ],
    [
      'another key',
      (answer: Record<string, unknown>) => ({ ...answer, verifierKey: 'x+00000000+AAAA' }),
      'Whose word it is',
    ],
  ])('does not verify what was tampered with: %s', async (_, tamper, step) => {
    const { page } = look;
    await openEntry(page, 'kms:Encrypt');
    await page.route('**/audit/entries/*/proof', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: tamper((await answer.json()) as Record<string, unknown>) });
    });
    await page.getByRole('button', { name: 'Verify in this browser' }).click();
    await page.getByText('Not verified', { exact: true }).waitFor();
    expect(await page.locator('[data-step=fails]').first().textContent()).toContain(step);
    await page.unroute('**/audit/entries/*/proof');
  });

  it.each([
    ['another person', { principal: 'arn:aws:iam::000000000000:user/eve' }, 'What is shown'],
    ['another address', { address: '198.51.100.9' }, 'The details'],
  ])('does not verify what is shown beside a true leaf: %s', async (_, lie, step) => {
    const { page } = look;
    await page.route(/audit\/entries\/\d+$/, async (route) => {
      const answer = await route.fetch();
      const whole = (await answer.json()) as { readonly entry: object };
      await route.fulfill({ response: answer, json: { ...whole, entry: { ...whole.entry, ...lie } } });
    });
    try {
      await openEntry(page, 'kms:Encrypt');
      await page.reload();
      await page.getByRole('button', { name: 'Verify in this browser' }).click();
      await page.getByText('Not verified', { exact: true }).waitFor();
      expect(await page.locator('[data-step=fails]').first().textContent()).toContain(step);
    } finally {
      await page.unroute(/audit\/entries\/\d+$/);
    }
  });

  it('proves on each visit that the log has only grown, and warns loudly where it has not', async () => {
    const { page } = look;
    await page.goto('/console/audit');
    await page.locator('[data-log-watch=grown]').waitFor();
    await page.evaluate(`(() => {
      const name = Object.keys(localStorage).find((one) => one.startsWith('keystead.audit-checkpoint.'));
      window.sessionStorage.kept = localStorage[name];
      localStorage[name] = JSON.stringify({ ...JSON.parse(localStorage[name]), size: 1000000 });
    })()`);
    await page.reload();
    await page.locator('[data-log-watch=shrunk]').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('1,000,000 entries');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);

    await page.route('**/audit/growth?*', async (route) => {
      const answer = await route.fetch();
      const growth = (await answer.json()) as { hashes: string[] };
      await route.fulfill({ response: answer, json: { ...growth, hashes: growth.hashes.toReversed() } });
    });
    await page.evaluate(`(() => {
      const name = Object.keys(localStorage).find((one) => one.startsWith('keystead.audit-checkpoint.'));
      localStorage[name] = window.sessionStorage.kept;
    })()`);
    await page.reload();
    await page.locator('[data-log-watch=rewritten]').waitFor();
    await page.unroute('**/audit/growth?*');

    await page.route('**/audit/growth?*', async (route) => {
      const answer = await route.fetch();
      const growth = (await answer.json()) as object;
      await route.fulfill({ response: answer, json: { ...growth, verifierKey: 'other+00000000+AAAA' } });
    });
    await page.reload();
    await page.locator('[data-log-watch=key-changed]').waitFor();
    await page.unroute('**/audit/growth?*');
    await page.getByRole('button', { name: /trust the log as it is now/ }).click();
    await page.getByRole('textbox', { name: 'Type trust to go on' }).fill('trust');
    await page.getByRole('button', { name: 'Forget what was kept' }).click();
    await page.locator('[data-log-watch=first]').waitFor();
  });

  it('hands the checkpoint out, of the installation too', async () => {
    const { page } = look;
    await page.goto('/console/audit?log=installation');
    await expect.poll(() => rows(page).count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Checkpoint' }).click();
    await page.getByRole('dialog').getByText('Verifier key').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the checkpoint' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^checkpoint-\d+\.txt$/);
    await page.keyboard.press('Escape');
  });

  it('exports the range that is shown, in the form that is chosen', async () => {
    const { page } = look;
    await page.goto('/console/audit?range=1h');
    // As browsers are that cannot write into a file as it comes.
    await page.evaluate('window.showSaveFilePicker = undefined');
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export entries' });
    await dialog.getByRole('radio', { name: 'AWS CloudTrail' }).check();
    await dialog.getByText('This browser gathers it before it is saved').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    const lines = text.trim().split('\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.map((line) => (JSON.parse(line) as { eventName: string }).eventName)).toContain('Encrypt');
  });

  it('writes what is exported into a file as it comes, where the browser can, and keeps nothing of what breaks off', async () => {
    const { page } = look;
    await page.goto('/console/audit?range=1h');
    // A real file of the browser's own, in place of one that a person would choose.
    await page.evaluate(`window.showSaveFilePicker = async ({ suggestedName }) =>
      (await navigator.storage.getDirectory()).getFileHandle(window.chosen = suggestedName, { create: true })`);
    const kept = () =>
      page.evaluate<string>(`navigator.storage.getDirectory().then((folder) => folder.getFileHandle(window.chosen))
        .then((file) => file.getFile()).then((file) => file.text())`);
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export entries' });
    await page.route('**/audit/export?*', (route) => route.abort());
    await dialog.getByRole('button', { name: 'Download' }).click();
    await dialog.locator('[data-problem=unreachable]').waitFor();
    expect(await kept()).toBe('');
    await page.unroute('**/audit/export?*');
    await dialog.getByRole('button', { name: 'Download' }).click();
    await dialog.waitFor({ state: 'detached' });
    const lines = (await kept()).trim().split('\n');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.every((line) => typeof JSON.parse(line) === 'object')).toBe(true);
    await page.evaluate(`window.showSaveFilePicker = () => Promise.reject(new DOMException('no', 'AbortError'))`);
    await page.getByRole('button', { name: 'Export' }).click();
    await dialog.getByRole('button', { name: 'Download' }).click();
    await dialog.locator('[data-problem=no-file-chosen]').waitFor();
    await page.keyboard.press('Escape');
  });

  it('tells whoever may not read the log so, and has no sideways scrolling on a narrow screen', async () => {
    const { principalId } = await client.createPrincipal({ name: 'passer-by', policies: ['user'] });
    const { apiKey = '' } = await client.createCredential(principalId, { type: 'api-key' });
    const stranger = await house.visit({ apiKey, width: 360 });
    await stranger.page.goto('/console/audit');
    await stranger.page.locator('[data-problem=access-denied]').waitFor();
    await stranger.close();
    await look.page.setViewportSize({ width: 360, height: 800 });
    await openEntry(look.page, 'kms:Encrypt');
    expect(await look.page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
    expect(look.faults).toEqual([]);
  });
});
