/**
 * Takes the pictures of the console that the documentation shows, over made-up data: node tools/make-screenshots.ts
 * Needs Debian's chromium and fonts-liberation.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { launchBrowser, visit } from '../test/console/browser.fixture.ts';
import { mockedConsole } from '../test/console/mocked.fixture.ts';

const folder = resolve(import.meta.dirname, '..', 'docs', 'images');

/** Where each picture is taken, and in which theme. */
const PICTURES: readonly (readonly [name: string, path: string, theme: 'light' | 'dark'])[] = [
  ['overview', '/console/', 'light'],
  ['keys', '/console/keys', 'light'],
  ['bring-your-own-key', '/console/keys/bring', 'light'],
  ['backup-environment', '/console/settings/backup-environment/new', 'light'],
  ['audit', '/console/audit', 'dark'],
];

mkdirSync(folder, { recursive: true });
const mocked = await mockedConsole();
const browser = await launchBrowser();
for (const [name, path, theme] of PICTURES) {
  const { page, close } = await visit(browser, { url: mocked.url, theme });
  await page.goto(path, { timeout: 60_000 });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${folder}/${name}.png` });
  await close();
}
await browser.close();
await mocked.close();
