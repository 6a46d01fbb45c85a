import type { Criticality } from '../core/criticality.ts';
import { currentInbound, departureOf } from '../core/inbound.ts';

/** What a call takes over from the request that the calling code handles. */
export interface Inherited {
  /** Time that is left of its deadline, in ms; infinite without one. */
  readonly leftMs: number;
  readonly criticality: Criticality | undefined;
  /** Aborts when its caller leaves. */
  readonly departure: AbortSignal | undefined;
}

export const NOTHING_INHERITED: Inherited = Object.freeze({
  leftMs: Infinity,
  criticality: undefined,
  departure: undefined,
});

export function inheritedNow(): Inherited {
  const inbound = currentInbound();
  if (inbound === undefined) return NOTHING_INHERITED;
  const { arrivedMs, deadlineMs = Infinity, criticality } = inbound;
  const leftMs = Math.max(0, deadlineMs - (performance.now() - arrivedMs));
  return { leftMs, criticality, departure: departureOf(inbound) };
}
