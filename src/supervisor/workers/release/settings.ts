import type { ResolvedAdmissionOptions } from '../../../admission/index.ts';
import type { BackpressureOptions } from '../../../backpressure/index.ts';
import { changedLeaves, leavesOf } from '../../../core/leaves.ts';
import type { OutboundOptions } from '../../../outbound/index.ts';

/**
 * What the configuration and environment files say about workers. A rolling restart reads it again. It belongs to a release, so a worker that
 * replaces a dead one gets what that one had, and a release that is taken back takes its settings along.
 */
export interface WorkerSettings {
  readonly admission: ResolvedAdmissionOptions;
  /** Undefined: Respite does not limit what slow clients leave unread. */
  readonly backpressure: BackpressureOptions | undefined;
  /** Undefined: Respite does not touch calls to other services. */
  readonly client: OutboundOptions | undefined;
  readonly heapMb: number | undefined;
  /** Options for Node.js, without those for environment files. */
  readonly nodeArgs: readonly string[];
  readonly warmUp: readonly string[];
  readonly ready: 'listen' | 'message';
  /** Variables of environment files. Undefined removes one that the supervisor has. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What differs, as the configuration names it; variables by their names. Values may be secrets. */
export function changedSettings(before: WorkerSettings, now: WorkerSettings): readonly string[] {
  return changedLeaves(leavesOf(named(before)), leavesOf(named(now)));
}

function named({ admission, backpressure, client, env, ...supervisor }: WorkerSettings): object {
  return { admission, backpressure, client, supervisor, ...env };
}
