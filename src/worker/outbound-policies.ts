// Loaded only where the configuration has `client`.
import { type OutboundOptions, policeOutbound } from '../outbound/index.ts';

/**
 * Calls of this process to the origins that the configuration names go through the client from now on.
 *
 * @param isDryRun Whether an operator has switched all of Respite to a dry run.
 */
export function applyOutboundPolicies(options: OutboundOptions, isDryRun: () => boolean): void {
  policeOutbound(options, () => isDryRun() || options.dryRun === true);
}
