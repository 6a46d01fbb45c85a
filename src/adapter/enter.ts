// What the adapters share: how a request that the framework has routed meets what admission knows of it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  answerShedLate,
  type RequestInFlight,
  requestOf,
  type ResolvedRoutePolicy,
} from '../admission/index.ts';
import { isLiteral, labelOf, patternOf } from './template.ts';

/** A route of the framework, for any method if it names none. */
export interface FrameworkRoute {
  readonly method: string | undefined;
  /** Undefined for one that has none, such as an expression or a router whose path is not known. */
  readonly template: string | undefined;
  readonly policy: ResolvedRoutePolicy | undefined;
}

/** An admission, as far as routes go. */
type RouteOwner = Pick<RequestInFlight['admission'], 'addRoute'>;

const known = new WeakMap<RouteOwner, WeakSet<object>>();

/**
 * Makes the routes of an application or router known to admission, once. Runs for every request, so it must stay cheap.
 *
 * Once a route can't be expressed as a pattern, those after it are only known if they have no parameters: others might
 * take requests from that route, which the framework would ask first.
 */
export function learnRoutes<Owner extends object>(
  admission: RouteOwner,
  owner: Owner,
  read: (owner: Owner) => Iterable<FrameworkRoute>,
): void {
  let owners = known.get(admission);
  if (owners === undefined) {
    owners = new WeakSet();
    known.set(admission, owners);
  }
  if (owners.has(owner)) return;
  owners.add(owner);
  let complete = true;
  for (const { method, template, policy } of read(owner)) {
    const pattern = template === undefined ? undefined : patternOf(method, template);
    if (pattern === undefined) complete = false;
    else if (complete || isLiteral(template ?? '')) admission.addRoute(pattern, policy);
  }
}

/** The request in flight that `response` answers. Warns once for the process when there is none. */
export function requestFor(response: object): RequestInFlight | undefined {
  const inFlight = requestOf(response);
  if (inFlight === undefined) warnUnprotected();
  return inFlight;
}

let warned = false;

function warnUnprotected(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'A request has reached a Respite middleware on a server that has no admission control, so policies do nothing. ' +
      'Start the server with `respite run`, or call `protect(server)`.',
    { code: 'RESPITE_UNPROTECTED' },
  );
}

/**
 * A request has reached a policy. Decides it again if it was let in without knowing of that.
 *
 * @param template The framework's, if it knows; without parameters it is also made known to admission, which would decide
 *   by it the next time. With parameters it might take requests from routes that admission doesn't know.
 * @returns True when the request was shed and answered, so that the framework must leave it alone.
 */
export function enterPolicy(
  inFlight: RequestInFlight,
  policy: ResolvedRoutePolicy,
  request: IncomingMessage,
  response: ServerResponse,
  template: string | undefined,
): boolean {
  if (inFlight.policy === policy) return false;
  if (template !== undefined) {
    const method = request.method ?? '';
    inFlight.label(labelOf(method, template));
    const pattern = isLiteral(template) ? patternOf(method, template) : undefined;
    if (pattern !== undefined) inFlight.admission.addRoute(pattern, policy);
  }
  const shed = inFlight.reclassify(policy);
  if (shed === undefined) return false;
  // An answer that has begun goes on.
  return answerShedLate(inFlight, request, response, shed);
}
