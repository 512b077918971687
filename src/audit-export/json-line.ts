/**
 * A value as one line of JSON that shows nothing but itself: control characters, and those that turn the direction of
 * writing or break lines, are spelt out, so that no name in it can pretend to be another line or command a terminal.
 */
export function jsonLine(value: object): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    escaped,
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
