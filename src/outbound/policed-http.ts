// The client for calls of node:http and node:https, the user's and those of libraries such as axios, got, node-fetch and superagent.
import { syncBuiltinESMExports } from 'node:module';
import {
  type MakeRequest,
  type Policies,
  type RequestArguments,
  spelledOrigin,
  targetOf,
} from '../client/policies.ts';
import { isAttempt } from '../core/attempts.ts';
import type { NamedOrigins } from './named-origins.ts';

type Method = (this: unknown, ...values: unknown[]) => unknown;
type HttpModule = Record<'request' | 'get', Method>;

/** @returns Puts back what was there, unless others have replaced it since. */
export function policeHttp(policies: Policies, origins: NamedOrigins): () => void {
  const restore = [
    policeModule('node:http', 'http:', policies, origins),
    policeModule('node:https', 'https:', policies, origins),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const put of restore) put();
    syncBuiltinESMExports();
  };
}

function policeModule(
  name: 'node:http' | 'node:https',
  protocol: 'http:' | 'https:',
  policies: Policies,
  origins: NamedOrigins,
): () => void {
  const module = process.getBuiltinModule(name) as unknown as HttpModule;
  const direct = { request: module.request, get: module.get };
  const make: MakeRequest = (...values) => direct.request.apply(module, values) as ReturnType<MakeRequest>;
  /** Undefined: the call is none of ours. */
  const policed = (args: RequestArguments): ReturnType<MakeRequest> | undefined => {
    if (isAttempt() || !mayBeNamed(args, protocol, origins)) return undefined;
    const target = targetOf(args, protocol);
    return origins.find(target?.origin) === undefined || target === undefined
      ? undefined
      : policies.request(make, target);
  };
  const ours: HttpModule = {
    request(...args) {
      return policed(args) ?? direct.request.apply(this, args);
    },
    get(...args) {
      const request = policed(args);
      request?.end();
      return request ?? direct.get.apply(this, args);
    },
  };
  for (const method of ['request', 'get'] as const) {
    Object.defineProperty(ours[method], 'length', { value: direct[method].length });
    module[method] = ours[method];
  }
  return () => {
    for (const method of ['request', 'get'] as const) {
      if (module[method] === ours[method]) module[method] = direct[method];
    }
  };
}

/** Most calls are to others, and have to cost next to nothing. */
function mayBeNamed(args: RequestArguments, protocol: 'http:' | 'https:', origins: NamedOrigins): boolean {
  try {
    const spelling = spelledOrigin(args, protocol);
    return spelling === undefined || origins.find(spelling) !== undefined;
  } catch {
    // Getters of the caller's: node:http calls them too, where their caller gets the error.
    return false;
  }
}
