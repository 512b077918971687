const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const NUMBER = new Intl.NumberFormat('en');
const SECONDS = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A size for people: three digits and a binary unit, like 12.4 MiB. */
export function sizeText(bytes: number): string {
  const step = Math.min(bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1024)), BYTE_UNITS.length - 1);
  const amount = bytes / 1024 ** step;
  const digits = step === 0 || amount >= 100 ? 0 : 1;
  return `${amount.toFixed(digits)} ${BYTE_UNITS[step] as string}`;
}

/** A whole number with its thousands apart. */
export function countText(count: number): string {
  return NUMBER.format(count);
}

/** How many of what: `1 file`, `12 files`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** A span of time for people, by its two greatest units: `2 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 1) return 'less than a second';
  if (whole < SECONDS) return `${whole} s`;
  if (whole < HOUR) return join(Math.floor(whole / SECONDS), 'min', whole % SECONDS, 's');
  if (whole < DAY) return join(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / SECONDS), 'min');
  return join(Math.floor(whole / DAY), 'd', Math.floor((whole % DAY) / HOUR), 'h');
}

function join(great: number, greatUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${great} ${greatUnit}` : `${great} ${greatUnit} ${small} ${smallUnit}`;
}
