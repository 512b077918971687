const BASIC_FORM = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** What was read last: all requests of one second bear the same date. */
let last: { readonly text: string; readonly time: number | undefined } = { text: '', time: undefined };

/** Reads ISO 8601 basic form, `20150830T123600Z`, as milliseconds since 1970; `undefined` for anything else. */
export function parseAmzDate(text: string): number | undefined {
  if (text !== last.text) last = { text, time: readAmzDate(text) };
  return last.time;
}

function readAmzDate(text: string): number | undefined {
  const parts = BASIC_FORM.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // The 31st of a shorter month, or 25 o'clock, would quietly become another time.
  return formatAmzDate(time) === text ? time : undefined;
}

/** Writes milliseconds since 1970 in ISO 8601 basic form, to the second. */
export function formatAmzDate(timeMs: number): string {
  return new Date(timeMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}
