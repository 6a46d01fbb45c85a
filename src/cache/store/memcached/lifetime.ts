/** What memcached takes for a number of seconds; larger numbers are seconds since 1970 to it. */
const RELATIVE_LIMIT_SECONDS = 30 * 86_400;

/** The last second that it knows. */
const LAST_SECOND = 2 ** 31 - 1;

/** A time to live as memcached wants it; what is longer than it can say is forgotten earlier. */
export function lifetimeSeconds(ttlMs: number, now: number = Date.now()): number {
  const seconds = Math.max(1, Math.ceil(ttlMs / 1000));
  if (seconds <= RELATIVE_LIMIT_SECONDS) return seconds;
  const end = Math.min(Math.ceil(now / 1000) + seconds, LAST_SECOND);
  return end * 1000 > now + RELATIVE_LIMIT_SECONDS * 1000 ? end : RELATIVE_LIMIT_SECONDS;
}
