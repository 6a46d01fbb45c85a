// Loaded only where the configuration has `client`.
import { type OutboundOptions, policeFetch } from '../outbound/index.ts';

/** Calls of this process to the origins that the configuration names go through the client from now on. */
export function applyOutboundPolicies(options: OutboundOptions): void {
  policeFetch(options);
}
