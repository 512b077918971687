/** Whether a header was sent more than once: whoever reads one of its values may not have read the one that counts. */
export function isDoubled(rawHeaders: readonly string[], lowerCaseName: string): boolean {
  let count = 0;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) count++;
  }
  return count > 1;
}

/** The value of a header among raw ones (names and values in turn); the first, where there are several. */
export function headerOf(rawHeaders: readonly string[], lowerCaseName: string): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return rawHeaders[i + 1];
  }
  return undefined;
}
