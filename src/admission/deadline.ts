import type { IncomingHttpHeaders } from 'node:http';

/** Request header: how long the caller still waits for the answer, in whole milliseconds from now. */
const DEADLINE_HEADER = 'respite-deadline-ms';

/**
 * How long the caller of a request still waits, in milliseconds: what the header says or the route, whichever is less.
 * 0 or less: it has given up already. Undefined: for ever. A header that is no whole number says nothing.
 */
export function remainingMs(headers: IncomingHttpHeaders, routeMs: number | undefined): number | undefined {
  const header = headers[DEADLINE_HEADER];
  if (header === undefined || header === '') return routeMs;
  // A header that comes twice is joined with a comma, and so no number.
  const headerMs = Number(header);
  if (!Number.isInteger(headerMs)) return routeMs;
  return routeMs === undefined || headerMs < routeMs ? headerMs : routeMs;
}
