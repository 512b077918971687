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

/** A folder on the way to a place. */
export interface Step {
  readonly name: string;
  readonly place: PlaceInSnapshot;
  /** How deep it lies: what tells steps of one way apart. */
  readonly at: number;
}

/** The folders on the way to a place, the root left out, each as it is reached: by its bytes from the first on that is no text. */
export function wayTo({ path = '', bytes }: PlaceInSnapshot): readonly Step[] {
  const names = path === '' ? [] : path.split(SLASH);
  const parts = bytes === undefined ? [] : atob(bytes).split(SLASH);
  return names.map((name, index) => {
    const way = names.slice(0, index + 1);
    const text = way.join(SLASH);
    const isText = !text.includes(NO_TEXT);
    const place =
      isText || bytes === undefined
        ? { path: text }
        : { path: text, bytes: btoa(parts.slice(0, index + 1).join(SLASH)) };
    return { name, place, at: index };
  });
}

function base64Of(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
