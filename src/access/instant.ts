const EPOCH = /^-?\d{5,15}(?:\.\d{1,9})?$/;
/** https://www.w3.org/TR/NOTE-datetime: year; year and month; day; day and time with zone. */
const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(?:Z|([+-])(\d\d):?(\d\d)))?)?)?$/i;

/**
 * Reads a date of a policy or of a request, in milliseconds since 1970; `undefined` where it is none. Four digits are a
 * year, more of them are seconds since 1970.
 */
export function parseInstant(text: string): number | undefined {
  if (EPOCH.test(text)) return Number(text) * 1000;
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const [fraction, sign, zoneHours, zoneMinutes] = match.slice(7);
  const atMs = Date.UTC(year as number, month - 1, day, hour, minute, second);
  // What does not exist would roll over into another date: the 30th of February.
  const date = new Date(atMs);
  const isReal =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!isReal) return undefined;
  const zoneMs = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * 60_000;
  return atMs + Number(fraction ?? 0) * 1000 - (sign === '-' ? -zoneMs : zoneMs);
}
