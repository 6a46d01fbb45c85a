// What admission does, for subscribers of the channel. Unobserved it costs nothing.
import diagnostics from 'node:diagnostics_channel';
import type { ShedStatus } from './options.ts';
import type { Criticality } from './policy.ts';
import type { Decision, ShedReason } from './stats.ts';

/** Message of `respite:admission:shed`, published where the request would have been handled: in its context. */
export interface ShedEvent {
  /** `would-shed` in a dry run. */
  readonly decision: Exclude<Decision, 'admitted'>;
  readonly reason: ShedReason;
  readonly criticality: Criticality | 'exempt';
  /** The pattern of its route, such as `POST /mail/:user`; empty when none is known. */
  readonly route: string;
  /** What it is answered with, or would be. */
  readonly status: ShedStatus;
}

const shed = diagnostics.channel('respite:admission:shed');

export function publishShed(
  decision: ShedEvent['decision'],
  reason: ShedReason,
  { criticality, route, status }: Pick<ShedEvent, 'criticality' | 'route' | 'status'>,
): void {
  if (shed.hasSubscribers) shed.publish({ decision, reason, criticality, route, status } satisfies ShedEvent);
}
