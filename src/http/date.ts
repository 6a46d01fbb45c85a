// HTTP dates (RFC 9110, 5.6.7).

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)';
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';
/** `Sun, 06 Nov 1994 08:49:37 GMT`; senders make nothing else. */
const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d{2}) ([a-z]{3}) (\\d{4}) ${TIME} gmt$`, 'i');
/** `Sunday, 06-Nov-94 08:49:37 GMT`. */
const RFC_850 = new RegExp(
  `^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\\d{2})-([a-z]{3})-(\\d{2}) ${TIME} gmt$`,
  'i',
);
/** `Sun Nov  6 08:49:37 1994`. */
const ASCTIME = new RegExp(`^${DAY} ([a-z]{3}) ([ \\d]\\d) ${TIME} (\\d{4})$`, 'i');

/** Milliseconds since 1970, or undefined for what is no HTTP date. `now` tells the century of a two-digit year. */
export function parseHttpDate(field: string | undefined, now: number): number | undefined {
  if (field === undefined) return undefined;
  const text = field.trim();
  const fixed = IMF_FIXDATE.exec(text);
  if (fixed !== null) return at(fixed[3], fixed[2], fixed[1], fixed[4], fixed[5], fixed[6]);
  const old = RFC_850.exec(text);
  if (old !== null) {
    // A date that seems more than 50 years away lies in the century before.
    const thisYear = new Date(now).getUTCFullYear();
    const year = thisYear - (thisYear % 100) + Number(old[3]);
    const nearest = year > thisYear + 50 ? year - 100 : year;
    return at(String(nearest), old[2], old[1], old[4], old[5], old[6]);
  }
  const asctime = ASCTIME.exec(text);
  return asctime === null
    ? undefined
    : at(asctime[6], asctime[1], asctime[2]?.trim(), asctime[3], asctime[4], asctime[5]);
}

/** Whole seconds: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

function at(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
): number | undefined {
  const monthIndex = MONTHS.indexOf((month ?? '').toLowerCase());
  const [dayNumber, hours, minutes, seconds] = [Number(day), Number(hour), Number(minute), Number(second)];
  // 60 is a leap second.
  if (monthIndex === -1 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const ms = Date.UTC(Number(year), monthIndex, dayNumber, hours, minutes, seconds);
  return new Date(Date.UTC(Number(year), monthIndex, dayNumber)).getUTCDate() === dayNumber ? ms : undefined;
}
