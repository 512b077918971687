/** A place in a snapshot: a path as text, and its bytes where they are no text. */
export interface PlaceInSnapshot {
  readonly path?: string | undefined;
  /** base64 */
  readonly bytes?: string | undefined;
}

const SLASH = '/';
const NO_TEXT = '\uFFFD';

/** The place of an entry of a folder. */
export function childOf(
  { path = '', bytes }: PlaceInSnapshot,
  entry: { readonly name: string; readonly nameBytes: string },
): PlaceInSnapshot {
  const text = path === '' ? entry.name : path + SLASH + entry.name;
  if (bytes === undefined && !entry.name.includes(NO_TEXT)) return { path: text };
  const parent = bytes ?? base64Of(path);
  const parts = parent === '' ? [entry.nameBytes] : [parent, base64Of(SLASH), entry.nameBytes];
  return { path: text, bytes: btoa(parts.map((part) => atob(part)).join('')) };
}

/** The folders on the way to a place, the root left out. Bytes that are no text are of the last alone: the way is by text. */
export function wayTo({ path = '' }: PlaceInSnapshot): readonly { readonly name: string; readonly path: string }[] {
  const names = path === '' ? [] : path.split(SLASH);
  return names.map((name, index) => ({ name, path: names.slice(0, index + 1).join(SLASH) }));
}

function base64Of(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
