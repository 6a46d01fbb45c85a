// Which request the running code handles, asked for when the event loop is blocked or the process about to end. Requests pay next to nothing
// for it: each is kept by reference while its handler runs.
import { currentInbound } from '../../core/inbound.ts';
import { RequestInFlight } from '../in-flight/request.ts';
import type { Fingerprint, Fingerprints } from './fingerprint.ts';

/** The request that a worker is at. Plain data. */
export interface Suspect extends Fingerprint {
  /** Method and pattern of the route; the method alone where no pattern is known. */
  readonly name: string;
}

/** What an upgrade ends with: its handler is not followed any further. */
const SWITCHING_PROTOCOLS = 101;

/** Undefined when no request's code runs, or none that admission decides on. */
export function suspectOf(
  admissions: Iterable<{ readonly running: RequestInFlight | undefined }>,
  fingerprints: Fingerprints,
): Suspect | undefined {
  const request = runningOf(admissions);
  if (request === undefined || request.isExempt) return undefined;
  const { method, route } = request;
  const name = route === '' || route.startsWith(`${method} `) ? route || method : `${method} ${route}`;
  return { ...(request.fingerprint ?? fingerprints.of(request)), name };
}

/** Without asynchronous context the request is known until its handler returns; with it also in what the handler has waited for. */
function runningOf(
  admissions: Iterable<{ readonly running: RequestInFlight | undefined }>,
): RequestInFlight | undefined {
  const inbound = currentInbound();
  if (inbound instanceof RequestInFlight) return inbound;
  for (const { running } of admissions) {
    if (running !== undefined && running.status !== SWITCHING_PROTOCOLS) return running;
  }
  return undefined;
}
