// Hints in a request's headers that it matters less than others of its route. Only asked under pressure.
import type { IncomingHttpHeaders } from 'node:http';
import { addInstruments, type Instrument } from '../../core/instruments.ts';
import { CRITICALITIES, type Criticality, type ResolvedRoutePolicy } from '../policy.ts';
import { ChangedPolicies } from './changed-policies.ts';

/**
 * - `prefetch`: a browser loads what its user may want later (`Sec-Purpose`, Fetch standard);
 * - `urgency`: the client itself gives it one of the two lowest urgencies (`Priority: u=6`, RFC 9218);
 * - `bot`: a program that says so in its `User-Agent`.
 */
export type Hint = (typeof HINTS)[number];

export const HINTS = ['prefetch', 'urgency', 'bot'] as const;

const LAST = CRITICALITIES.length - 1;

/** `u=6` and `u=7`, as a member of a structured dictionary. */
const LOW_URGENCY = /(?:^|,)\s*u=[67]\s*(?:[,;]|$)/;

/** Names that search engines' crawlers and other bots give themselves, as the end of a word: Googlebot, bingbot, Baiduspider. */
const BOT = /(?:bot|crawler|spider)\b/i;

/** The first that applies. */
export function hintOf(headers: IncomingHttpHeaders): Hint | undefined {
  const purpose = headers['sec-purpose'];
  if (typeof purpose === 'string' && purpose.startsWith('prefetch')) return 'prefetch';
  const agent = headers['user-agent'];
  if (agent !== undefined && BOT.test(agent)) return 'bot';
  const { priority } = headers;
  if (typeof priority === 'string' && LOW_URGENCY.test(priority)) return 'urgency';
  return undefined;
}

/** Puts requests into a lower class by their hints, and counts what it has done. */
export class HintedCriticality {
  readonly #isDryRun: boolean;
  readonly #defaultCriticality: Criticality;
  readonly #changed = new ChangedPolicies();
  readonly #counts: Record<Hint, number> = { prefetch: 0, urgency: 0, bot: 0 };
  #isShown = false;

  constructor(isDryRun: boolean, defaultCriticality: Criticality) {
    this.#isDryRun = isDryRun;
    this.#defaultCriticality = defaultCriticality;
  }

  /** @param isWritten The class of its route was configured, which a bot does not change: it may be a partner's. */
  policyFor(
    policy: ResolvedRoutePolicy,
    headers: IncomingHttpHeaders,
    isWritten: boolean,
  ): ResolvedRoutePolicy {
    const { criticality = this.#defaultCriticality } = policy;
    if (criticality === 'exempt') return policy;
    const hint = hintOf(headers);
    if (hint === undefined || (hint === 'bot' && isWritten)) return policy;
    const rank = CRITICALITIES.indexOf(criticality);
    const lowered = hint === 'urgency' ? Math.min(LAST, rank + 1) : LAST;
    if (lowered === rank) return policy;
    this.#count(hint);
    return this.#isDryRun ? policy : this.#changed.with(policy, CRITICALITIES[lowered] ?? 'sheddable');
  }

  /** The same for a policy that becomes known later, for a request that was decided by `before`. */
  policyAfter(before: ResolvedRoutePolicy, policy: ResolvedRoutePolicy): ResolvedRoutePolicy {
    if (!this.#changed.has(before) || policy.criticality === 'exempt') return policy;
    const rank = CRITICALITIES.indexOf(policy.criticality ?? this.#defaultCriticality);
    const guessed = CRITICALITIES.indexOf(before.criticality as Criticality);
    return guessed <= rank ? policy : this.#changed.with(policy, before.criticality as Criticality);
  }

  /** What a policy was before a hint changed its class. */
  originalOf(policy: ResolvedRoutePolicy): ResolvedRoutePolicy {
    return this.#changed.originalOf(policy);
  }

  #count(hint: Hint): void {
    this.#counts[hint] += 1;
    if (this.#isShown) return;
    this.#isShown = true;
    addInstruments(() => [this.#instrument()]);
  }

  #instrument(): Instrument {
    const decision = this.#isDryRun ? 'would-lower' : 'lowered';
    return {
      name: 'respite_admission_guessed_total',
      help: 'Requests that a hint in their headers has put into a lower class under pressure.',
      type: 'counter',
      series: HINTS.map((hint) => ({ labels: { hint, decision }, value: this.#counts[hint] })),
    };
  }
}
