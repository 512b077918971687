import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Whether the browser is there that the console is tried in. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium && process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1')
  throw new Error(`there is no ${CHROMIUM}: install Debian's package chromium`);

/** Asks nobody on the network for anything but what a page asks for. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page of its own, as a new visitor has it. What goes wrong in it is gathered in `faults`. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that were thrown, and what the Content Security Policy refused. Failed requests are not among them. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

export interface VisitOptions {
  readonly url: string;
  /** The API key as whom the page asks, in place of a session. */
  readonly apiKey?: string;
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
}

export async function visit(
  browser: Browser,
  { url, apiKey, theme = 'light', width = 1280 }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...(apiKey !== undefined && { extraHTTPHeaders: { Authorization: `Bearer ${apiKey}` } }),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  return { context, page, faults, close: () => context.close() };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds wrong with a page as it stands, in the theme that it is shown in: one line for each place. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE}; undefined`);
  const { violations } = await page.evaluate<{ readonly violations: readonly Finding[] }>(
    "axe.run({ resultTypes: ['violations'] })",
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary.slice(0, 200)}`),
  );
}

/** The same in both themes. */
export async function axeFindingsInBothThemes(page: Page): Promise<string[]> {
  const findings: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without movement, or colours are looked at on their way from one theme to the other.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    findings.push(...(await axeFindings(page)).map((finding) => `${colorScheme}: ${finding}`));
  }
  return findings;
}

/** Whether somebody is at the authenticator. */
export interface Authenticator {
  setPresent(isPresent: boolean): Promise<void>;
}

/** An authenticator that finds its person as long as that is there, as a phone with a fingerprint does. */
export async function addPasskeys(page: Page): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    async setPresent(enabled) {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
  };
}
