// What Respite leaves on the objects of node:http: the request in flight on its response, stream or message, and the admission on
// a server. The symbols are global, since `respite run` may be another copy of this package than the user's code imports.
// A change of what is found under one of them needs another name.
import type { Admission } from '../admission.ts';
import type { RequestInFlight } from '../in-flight/request.ts';

/** Holds the request in flight, so that no request is decided upon twice and its end can find it. */
export const kRequest: unique symbol = Symbol.for('respite.request');

/** Holds the admission on what is intercepted, where every server that inherits from it finds it. */
export const kAdmission: unique symbol = Symbol.for('respite.admission');

export interface Marked {
  [kRequest]?: RequestInFlight;
}

/** The request in flight that `response` answers; undefined on a server without admission control. */
export function requestOf(response: object): RequestInFlight | undefined {
  // A request of HTTP/2 was decided upon when its stream began.
  const own = (response as Marked)[kRequest];
  return own ?? (response as { stream?: Marked }).stream?.[kRequest];
}

/** The admission that decides on the requests of a server; undefined when there is none. */
export function admissionOf(server: object): Admission | undefined {
  return (server as { [kAdmission]?: Admission | undefined })[kAdmission];
}
