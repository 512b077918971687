/** What a list answers: a page may be short, or empty, because one request looks only so far. */
interface Page {
  readonly items: readonly unknown[];
  readonly next?: string | undefined;
}

/** How long is looked for more before what there is is shown, in milliseconds. */
const PATIENCE_MS = 4_000;

/**
 * Asks until there are as many as a page is to have, nothing more is there, or it takes too long: somebody who looks for
 * one of many thousands is not to press a button for each part that is looked through. What else a page says is said by
 * the last one.
 */
export async function fillPage<P extends Page>(
  ask: (after: string | undefined, limit: number) => Promise<P>,
  after: string | undefined,
  limit: number,
): Promise<P> {
  const begin = performance.now();
  let page = await ask(after, limit);
  while (page.next !== undefined && page.items.length < limit && performance.now() - begin < PATIENCE_MS) {
    const more = await ask(page.next, limit - page.items.length);
    page = { ...more, items: [...page.items, ...more.items] };
  }
  return page;
}
