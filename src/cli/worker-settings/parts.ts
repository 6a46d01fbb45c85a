// Which options of a configuration a rolling restart applies.
import { leavesOf } from '../../core/leaves.ts';
import type { RespiteConfig } from '../config/config.ts';
import type { WorkersConfig } from './messages.ts';

/** Options of `supervisor` that say how a worker is started. */
const OF_WORKERS = ['heapMb', 'nodeArgs', 'warmUp', 'ready'] as const;

export function workersPart({ admission, backpressure, client, supervisor }: RespiteConfig): WorkersConfig {
  const ofWorkers = Object.fromEntries(OF_WORKERS.map((key) => [key, supervisor?.[key]]));
  return { admission, backpressure, client, supervisor: ofWorkers };
}

/** What only a new start applies, by path. */
export function fixedPart({
  admission,
  supervisor,
  health,
  management,
  notify,
  drills,
}: RespiteConfig): ReadonlyMap<string, string> {
  const ofWorkers = Object.fromEntries(OF_WORKERS.map((key) => [key, undefined]));
  return leavesOf({
    // The fallback responder answers with it, too.
    admission: { shedResponse: admission?.shedResponse },
    supervisor: { ...supervisor, ...ofWorkers },
    health,
    management,
    notify,
    drills,
  });
}
