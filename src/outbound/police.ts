// The client for code that does not know it: calls to the origins that the configuration names, in whichever way they are made.
import { createPolicies } from '../client/policies.ts';
import { NamedOrigins } from './named-origins.ts';
import type { OutboundOptions } from './options.ts';
import { policeFetch } from './policed-fetch.ts';
import { policeHttp } from './policed-http.ts';
import { policeUndici } from './undici/policed-undici.ts';

/**
 * Has calls to these origins go through one client: the global `fetch`, all copies of undici, and `request()` and `get()` of node:http and
 * node:https. Calls to others are as they were.
 *
 * @param isDryRun Asked at each call; true counts what the client would do, and leaves calls as they are.
 * @returns Puts back what was there.
 */
export function policeOutbound(
  options: OutboundOptions,
  isDryRun: () => boolean = () => options.dryRun ?? false,
): () => void {
  const policies = createPolicies({ ...options, fetch: globalThis.fetch }, isDryRun);
  const origins = new NamedOrigins(Object.keys(options.origins));
  const undici = policeUndici(policies, origins, warn);
  const restore = [
    undici.stop,
    policeFetch(policies, origins, undici.lookAtShared),
    policeHttp(policies, origins),
    policies.close,
  ];
  return () => {
    for (const put of restore) put();
  };
}

function warn(origin: string): void {
  process.emitWarning(
    `A copy of undici that was not loaded as a module of its own sent a request to ${origin} without the policies of \`client\`. They apply to ` +
      'this copy from its first connection on. To have them apply to all its requests, do not bundle undici.',
    { code: 'RESPITE_CLIENT_NOT_APPLIED' },
  );
}
