import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, hasChromium, launchBrowser, visit } from './browser.fixture.ts';
import { mockedConsole, type MockedConsole } from './mocked.fixture.ts';

/** Of places that differ only in the thing that they show, so many are looked at. */
const PLACES_OF_A_SHAPE = 2;

/** The headings of what is shown in place of a page. */
const NO_PAGE = 'There is no such page';
const BROKEN_PAGE = 'This page cannot be shown';

interface Seen {
  /** What the tab of the browser is called. */
  readonly tab: string;
  readonly title: string;
  /** Below `/console`, as written. */
  readonly links: readonly string[];
  /** Anchors that lead nowhere: without an address, or to a fragment that the page does not have. */
  readonly dead: readonly string[];
  readonly problems: number;
}

/** Whether a page is there with what it shows: run in the browser. */
const IS_THERE = `(() => {
  const title = document.querySelector('h1');
  return title !== null && title.textContent !== '${NO_PAGE}' && document.querySelector('[aria-busy=true]') === null;
})()`;

/** What a page has once it is there: run in the browser. */
const LOOK = `(() => {
  const anchors = [...document.querySelectorAll('a')];
  const here = location.origin + location.pathname;
  const isDead = (a) => {
    const href = a.getAttribute('href');
    if (href === null || href === '' || href === '#') return true;
    const url = new URL(a.href);
    return url.hash !== '' && url.origin + url.pathname === here && document.getElementById(url.hash.slice(1)) === null;
  };
  return {
    title: document.querySelector('h1')?.textContent ?? '',
    tab: document.title,
    links: anchors.filter((a) => a.href.startsWith(location.origin + '/console') && !a.hasAttribute('download'))
      .map((a) => { const url = new URL(a.href); return url.pathname + url.search; }),
    dead: anchors.filter(isDead).map((a) => a.outerHTML.slice(0, 200)),
    problems: document.querySelectorAll('[data-problem]').length,
  };
})()`;

/** As a link inside the console does it: without loading all of it again. By way of no page, so that the next is known by its heading. */
async function open(page: Page, place: string): Promise<Seen> {
  await goTo(page, '/console/nowhere');
  await page.getByRole('heading', { level: 1, name: NO_PAGE }).waitFor();
  await goTo(page, place);
  await page.waitForFunction(IS_THERE, undefined, { timeout: 60_000 }).catch(() => undefined);
  return page.evaluate<Seen>(LOOK);
}

function goTo(page: Page, place: string): Promise<unknown> {
  return page.evaluate(`history.pushState({}, '', ${JSON.stringify(place)})`);
}

/** A path without what tells things apart. */
function kindOf(place: string): string {
  return new URL(place, 'http://localhost').pathname
    .replaceAll(/\/(?=[^/]*\d)[^/]+/g, '/*')
    .replace(/(?<=roles\/).+/, '*');
}

/** The same, with the names of what it is searched by. */
function shapeOf(place: string): string {
  return `${kindOf(place)}?${[...new URL(place, 'http://localhost').searchParams.keys()].toSorted().join('&')}`;
}

/** What is wrong with an open page. */
async function findingsOf(page: Page, { title, problems, dead }: Seen, withAxe: boolean): Promise<string[]> {
  return [
    ...([NO_PAGE, BROKEN_PAGE, ''].includes(title) ? [`shows "${title}"`] : []),
    ...(problems > 0 ? await page.locator('[data-problem]').allInnerTexts() : []),
    ...dead.map((anchor) => `leads nowhere: ${anchor}`),
    ...(withAxe ? await axeFindings(page) : []),
  ];
}

describe.skipIf(!hasChromium)('every link of the console', () => {
  let mocked: MockedConsole;
  let browser: Browser;

  beforeAll(async () => {
    [mocked, browser] = await Promise.all([mockedConsole(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await mocked.close();
  });

  it('leads to a page that is there, without a fault, that everybody can read', { timeout: 300_000 }, async () => {
    const { page, faults, close } = await visit(browser, { url: mocked.url });
    await page.goto('/console/', { timeout: 120_000 });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const lookedAt = new Map<string, number>();
    const kinds = new Set<string>();
    const linkedAt = new Map([['/console/', 'the address']]);
    const tabs = new Map<string, string>();
    const wrong: string[] = [];
    // What is found on the way is appended to the map, and so comes in its turn.
    for (const [place, from] of linkedAt) {
      const shape = shapeOf(place);
      const before = lookedAt.get(shape) ?? 0;
      if (before === PLACES_OF_A_SHAPE) continue;
      lookedAt.set(shape, before + 1);
      const seen = await open(page, place);
      const findings = await findingsOf(page, seen, !kinds.has(kindOf(place)));
      kinds.add(kindOf(place));
      // Of several tabs one finds the right one by its name.
      const namesake = tabs.get(seen.tab);
      if (namesake !== undefined && namesake !== kindOf(place)) findings.push(`its tab is called as ${namesake}'s`);
      tabs.set(seen.tab, kindOf(place));
      wrong.push(...findings.map((finding) => `${place}, linked at ${from}: ${finding}`));
      for (const link of seen.links) if (!linkedAt.has(link)) linkedAt.set(link, place);
    }
    expect(wrong).toEqual([]);
    expect(faults).toEqual([]);
    expect(kinds.size).toBeGreaterThan(45);
    await close();
  });
});
