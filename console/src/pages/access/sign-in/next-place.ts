const ORIGIN = 'https://console.invalid';
const OPEN_PAGES = /^\/(?:sign-in|welcome)(?:[/?#]|$)/;

/**
 * Where to go after a sign-in: a place of this console, written below `/console`. Whatever leads elsewhere, or back to
 * the sign-in, is the overview: the address of a page is something that strangers write too.
 */
export function nextPlace(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next) || hasControl(next)) return '/console/';
  const url = URL.parse(next, ORIGIN);
  if (url === null || url.origin !== ORIGIN) return '/console/';
  const place = `${url.pathname}${url.search}${url.hash}`.replace(/^\/console(?=[/?#]|$)/, '');
  if (!place.startsWith('/') || /^\/[/\\]/.test(place) || OPEN_PAGES.test(place)) return '/console/';
  return `/console${place}`;
}

/** Browsers take tabs and line ends out of addresses, which then are others. */
function hasControl(text: string): boolean {
  return Array.from(text).some((character) => character < ' ' || character === '\u007f');
}
