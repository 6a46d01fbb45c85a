import { EventEmitter } from 'node:events';
import type { AwakeClock } from '../../../core/awake-clock.ts';
import type { IndicatorReport } from '../../../core/health-link.ts';
import type { WaitingRoute, WatchdogReport, WorkerSample } from '../../../worker/index.ts';
import { LogTail } from './log-tail.ts';
import type { WorkerEvents } from './worker-events.ts';
import { WorkerSaid } from './worker-said.ts';

/** What a worker has said of itself, for all who look at it. */
export class HeardWorker extends EventEmitter<WorkerEvents> {
  /** The last that it wrote to stdout and stderr. */
  readonly logTail: LogTail = new LogTail();
  protected readonly said: WorkerSaid;

  constructor(clock: AwakeClock) {
    super();
    this.said = new WorkerSaid(clock);
  }

  get sample(): WorkerSample | undefined {
    return this.said.sample;
  }

  get sampleAgeMs(): number | undefined {
    return this.said.sampleAgeMs;
  }

  /** The last word of its watchdog. */
  get report(): WatchdogReport | undefined {
    return this.said.report;
  }

  /** Requests that have waited for their answer for seconds, by route. */
  get waiting(): readonly WaitingRoute[] {
    return this.said.waiting;
  }

  /** What its health indicators have found last. */
  get health(): readonly IndicatorReport[] {
    return this.said.health;
  }
}
