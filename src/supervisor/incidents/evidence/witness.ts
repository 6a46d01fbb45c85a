import type { WatchdogReport, WorkerSample } from '../../../worker/index.ts';
import type { Captures } from '../../workers/process/captures.ts';
import type { LogTail } from '../../workers/process/log-tail.ts';

/** A worker as far as evidence goes. */
export interface Witness {
  readonly id: number;
  readonly pid: number;
  readonly captures: Captures;
  readonly logTail: LogTail;
  readonly sample: WorkerSample | undefined;
  readonly report: WatchdogReport | undefined;
}
