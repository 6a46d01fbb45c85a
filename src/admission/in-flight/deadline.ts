import type { IncomingHttpHeaders } from 'node:http';

/** Request header: how long the caller still waits for the answer, in whole milliseconds from now. */
const DEADLINE_HEADER = 'respite-deadline-ms';

/** A whole number, without the other notations that `Number()` knows. A header that comes twice is joined with a comma. */
const WHOLE_NUMBER = /^-?\d{1,15}$/;

/**
 * How long the caller of a request waits, in milliseconds: what the header says or the route, whichever is less. 0 or less:
 * the caller has given up already. Undefined: without an end. A header that is no whole number says nothing.
 */
export function remainingMs(headers: IncomingHttpHeaders, routeMs: number | undefined): number | undefined {
  const header = headers[DEADLINE_HEADER];
  if (typeof header !== 'string' || !WHOLE_NUMBER.test(header)) return routeMs;
  const headerMs = Number(header);
  return routeMs === undefined || headerMs < routeMs ? headerMs : routeMs;
}
