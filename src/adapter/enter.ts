// What the adapters share: how a request that the framework has routed meets its permit.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Admission,
  type Permit,
  permitOf,
  refuseAfterAll,
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

const known = new WeakMap<Admission, WeakSet<object>>();

/**
 * Makes the routes of an application or router known to admission, once. Runs for every request, so it must stay cheap.
 *
 * Once a route can't be expressed as a pattern, those after it are only known if they have no parameters: others might
 * take requests from that route, which the framework would ask first.
 */
export function learnRoutes<Owner extends object>(
  admission: Admission,
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

/** The permit of a request. Says once for the process when there is none. */
export function permitFor(response: object): Permit | undefined {
  const permit = permitOf(response);
  if (permit === undefined) warnUnprotected();
  return permit;
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
  permit: Permit,
  policy: ResolvedRoutePolicy,
  request: IncomingMessage,
  response: ServerResponse,
  template: string | undefined,
): boolean {
  if (permit.policy === policy) return false;
  if (template !== undefined) {
    const method = request.method ?? '';
    permit.label(labelOf(method, template));
    const pattern = isLiteral(template) ? patternOf(method, template) : undefined;
    if (pattern !== undefined) permit.admission.addRoute(pattern, policy);
  }
  const shed = permit.reclassify(policy, request.headers);
  if (shed === undefined) return false;
  refuseAfterAll(request, response, shed);
  return true;
}
