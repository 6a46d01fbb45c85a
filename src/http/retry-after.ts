import { parseHttpDate } from './date.ts';

/** Longest time for which a server can ask for no requests. */
const LIMIT_MS = 3_600_000;

/** Milliseconds that a Retry-After field asks for (RFC 9110, 10.2.3), seconds or a date; 0 if it says nothing. */
export function retryAfterMs(field: string | undefined, now: number): number {
  if (field === undefined) return 0;
  const text = field.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : (parseHttpDate(text, now) ?? now) - now;
  return Math.min(Math.max(0, ms), LIMIT_MS);
}
