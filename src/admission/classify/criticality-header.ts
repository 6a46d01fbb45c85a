import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { object, type Rule } from '../../core/options.ts';
import { list, oneOf, rule } from '../../core/rules.ts';
import { CRITICALITIES, type Criticality, type ResolvedRoutePolicy } from '../policy.ts';
import { ChangedPolicies } from './changed-policies.ts';

/** Request header in which a trusted caller says how much the request matters. */
const HEADER = 'respite-criticality';

/** Whose `Respite-Criticality` counts. */
export interface CriticalityHeader {
  /**
   * Addresses (`10.0.0.7`, `::1`) and networks (`10.0.0.0/8`) of the callers that are trusted: the address of the
   * connection, so a proxy that is named here has to remove the header from what it doesn't trust itself.
   */
  readonly from: readonly string[];
  /** The highest class that a caller can ask for; higher ones count as this. Default `critical`. */
  readonly atMost?: Criticality | undefined;
}

/** {@link CriticalityHeader} with every default filled in. */
export interface ResolvedCriticalityHeader {
  readonly from: readonly string[];
  readonly atMost: Criticality;
}

/** The connection that a request came on; only asked when the request has the header. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
}

const caller: Rule<string> = rule(
  'an address such as "10.0.0.7" or a network such as "10.0.0.0/8"',
  (value) => typeof value === 'string' && isAddress(value),
);

export const criticalityHeader: Rule<CriticalityHeader, ResolvedCriticalityHeader> = object<
  ResolvedCriticalityHeader,
  CriticalityHeader
>({
  from: { rule: list('an array of at least one address', caller, 1) },
  atMost: { rule: oneOf(...CRITICALITIES), byDefault: 'critical' },
});

/** Whether this is an address, or one with the length of a prefix. */
function isAddress(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/** Takes the class of a request from its header, if its caller may say so. */
export class TrustedCriticality {
  readonly #trusted = new BlockList();
  readonly #highest: number;
  readonly #changed = new ChangedPolicies();

  constructor({ from, atMost }: ResolvedCriticalityHeader) {
    this.#highest = CRITICALITIES.indexOf(atMost);
    for (const text of from) {
      const [address = '', prefix] = text.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  /** The policy for this request. What is no class says nothing, and what is exempt stays so. */
  policyFor(
    policy: ResolvedRoutePolicy,
    headers: IncomingHttpHeaders,
    peer: Peer | undefined,
  ): ResolvedRoutePolicy {
    const asked = headers[HEADER];
    if (asked === undefined || policy.criticality === 'exempt') return policy;
    const rank = CRITICALITIES.indexOf(asked as Criticality);
    if (rank === -1 || !this.#trusts(peer?.remoteAddress)) return policy;
    const criticality = CRITICALITIES[Math.max(rank, this.#highest)] ?? 'sheddable';
    return criticality === policy.criticality ? policy : this.#changed.with(policy, criticality);
  }

  /** The same for a policy that becomes known later, for a request that was decided by `before`. */
  policyAfter(before: ResolvedRoutePolicy, policy: ResolvedRoutePolicy): ResolvedRoutePolicy {
    const isChanged = this.#changed.has(before) && policy.criticality !== 'exempt';
    return isChanged ? this.#changed.with(policy, before.criticality as Criticality) : policy;
  }

  /** What a policy was before a header changed its class. */
  originalOf(policy: ResolvedRoutePolicy): ResolvedRoutePolicy {
    return this.#changed.originalOf(policy);
  }

  #trusts(address: string | undefined): boolean {
    return address !== undefined && this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}
