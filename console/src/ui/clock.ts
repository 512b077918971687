/** The one way in which times are written, always in the viewer's zone. */
export interface Clock {
  /** To the minute. `at`: RFC 3339. */
  readonly exactTime: (at: string) => string;
  /** To the second, with the zone that it is told in, and in UTC. `at`: RFC 3339, in UTC. */
  readonly timeWithZone: (at: string) => string;
  /** A moment of today to the second. */
  readonly clockTime: (ms: number) => string;
  /** The hour of a tick of a scale; the day where one begins. */
  readonly tickTime: (ms: number) => string;
}

/**
 * The clock of a viewer: in English words, as the console is, but in the order and with the hours (12 or 24) of their
 * region. `language`: BCP 47, as browsers name it.
 */
export function clockOf(language: string): Clock {
  const { region } = new Intl.Locale(language).maximize();
  const locale = region === undefined ? 'en' : `en-${region}`;
  // English of a region that speaks another language has the hours of America otherwise.
  const { hourCycle } = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions();
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { ...options, ...(hourCycle !== undefined && { hourCycle }) });
  const toMinutes = format({ dateStyle: 'medium', timeStyle: 'short' });
  const toSeconds = format({ dateStyle: 'medium', timeStyle: 'long' });
  const today = format({ timeStyle: 'medium' });
  const hour = format({ hour: 'numeric', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  return {
    exactTime: (at) => toMinutes.format(Date.parse(at)),
    timeWithZone: (at) => {
      const utc = at.replace('T', ' ').replace(/(?:\.\d+)?Z$/, '');
      return `${toSeconds.format(Date.parse(at))} · ${utc} UTC`;
    },
    clockTime: (ms) => today.format(ms),
    tickTime: (ms) => {
      const date = new Date(ms);
      return (date.getHours() === 0 && date.getMinutes() === 0 ? day : hour).format(date);
    },
  };
}

export const { exactTime, timeWithZone, clockTime, tickTime } = clockOf(navigator.language);
