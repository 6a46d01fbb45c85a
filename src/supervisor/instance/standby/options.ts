import { availableParallelism } from 'node:os';
import type { Path, Problem } from '../../../core/options.ts';
import { integer } from '../../../core/rules.ts';

/** A standby of a process that does not listen would not wait: it would do what the others do. */
const LISTENS_RULE = '0 where supervisor.listens is false, since only a worker that listens can wait';

interface Given {
  readonly workers?: number | 'auto' | undefined;
  readonly standby?: number | undefined;
  readonly listens?: boolean | undefined;
}

/** At most as many standbys as workers, and only where workers listen. */
export function standbyFits(
  { workers = 1, standby = 0, listens = true }: Given,
  path: Path,
): readonly Problem[] {
  const place = [...path, 'standby'];
  if (!listens && standby !== 0) return [{ path: place, rule: LISTENS_RULE, value: standby }];
  return integer(0, workers === 'auto' ? availableParallelism() : workers).check(standby, place);
}
