// Which process the kernel ends when memory runs out: the largest. That must not be the supervisor, which has everything to heal with.
import type { ReadFile } from '../detect/probes/proc.ts';
import { memoryLimitBytes } from '../detect/probes/memory.ts';
import { readShort } from '../detect/probes/proc.ts';

/** A worker counts as this much larger than it is, in bytes. A supervisor takes 60 to 140 MB, and a worker that starts 40. */
const HANDICAP_BYTES = 160 * 1024 * 1024;

/** proc(5): from -1000, for never, to 1000. Each point is a thousandth of the memory limit. */
const MAX_SCORE = 1000;

/** What to write to a worker's `oom_score_adj`; undefined where there is nothing of the kind. Never less than the supervisor's own. */
export function workerOomScore(readFile: ReadFile = readShort): number | undefined {
  const own = Number(readFile('/proc/self/oom_score_adj') ?? Number.NaN);
  const limitBytes = memoryLimitBytes(readFile);
  if (!Number.isInteger(own) || limitBytes === undefined) return undefined;
  return Math.min(MAX_SCORE, own + Math.ceil((1000 * HANDICAP_BYTES) / limitBytes));
}
