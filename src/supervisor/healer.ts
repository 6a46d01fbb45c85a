import { judgeBlockedLoop, type ResolvedDetectOptions } from './detect/index.ts';
import { culprit, type Incident, type OnIncident } from './incident.ts';
import type { Log } from './log.ts';
import type { HealedCause } from './status.ts';
import type { WatchdogReport, WatchdogStack } from '../worker/index.ts';

/** What the healer sees of a worker, and does to it. */
export interface Patient {
  readonly id: number;
  readonly slot: number;
  readonly pid: number;
  kill(): void;
}

interface HealerConfig<Worker extends Patient> {
  readonly detect: ResolvedDetectOptions;
  readonly log: Log;
  readonly onIncident: OnIncident;
  /**
   * Puts another worker in the place of this one, which is drained when that is ready. Resolves when the old one has ended:
   * with undefined, or with why no other could take its place.
   */
  readonly replace: (worker: Worker, cause: HealedCause) => Promise<string | undefined>;
  readonly nowMs: () => number;
}

interface Case {
  readonly cause: HealedCause;
  incident: Incident;
  condemned: boolean;
}

/**
 * Judges workers by what their watchdogs say, and sees to it that the sick are replaced. The order is: no new requests (readiness
 * is down by then), another worker is started, the stack is taken, the sick one is drained if it can be, and killed
 * when it is past hope.
 */
export class Healer<Worker extends Patient> {
  readonly #config: HealerConfig<Worker>;
  readonly #cases = new Map<Worker, Case>();

  constructor(config: HealerConfig<Worker>) {
    this.#config = config;
  }

  /** Why this worker is being replaced, or was; undefined when nothing is wrong with it. */
  causeOf(worker: Worker): HealedCause | undefined {
    return this.#cases.get(worker)?.cause;
  }

  /** The watchdog of a worker that has been ready, and may be draining, says how things stand. */
  reported(worker: Worker, report: WatchdogReport): void {
    const blocked = judgeBlockedLoop(report.gapMs, this.#config.detect.blockedLoop);
    if (blocked === 'turning' || blocked === 'unready') return;
    const seconds = (report.gapMs / 1000).toFixed(1);
    const found = this.#cases.get(worker) ?? this.#openCase(worker, report, 'event-loop-blocked', seconds);
    if (blocked !== 'hopeless' || found.condemned) return;
    found.condemned = true;
    this.#step(found, `killed: its event loop has not turned for ${seconds} s`);
    this.#config.log.warn(
      { worker: worker.id, incident: found.incident.id, gapMs: report.gapMs },
      `worker ${worker.id} is killed: its event loop has not turned for ${seconds} s`,
    );
    worker.kill();
  }

  /** The stack of a worker whose event loop is blocked. */
  stackTaken(worker: Worker, { frames, gapMs }: WatchdogStack): void {
    const found = this.#cases.get(worker);
    if (found === undefined || found.incident.stack !== undefined) return;
    const where = culprit(frames);
    const { incident } = found;
    if (where !== undefined) found.incident = { ...incident, summary: `${incident.summary}, in ${where}` };
    found.incident = { ...found.incident, stack: frames };
    this.#step(found, `stack taken after ${(gapMs / 1000).toFixed(1)} s: ${where ?? 'no function of yours'}`);
    this.#config.log.error(
      { worker: worker.id, incident: incident.id, stack: frames.slice(0, 5) },
      `worker ${worker.id} is blocked in ${where ?? 'no function of yours'}`,
    );
  }

  #openCase(worker: Worker, report: WatchdogReport, cause: HealedCause, seconds: string): Case {
    const { log, nowMs } = this.#config;
    const openedAtMs = nowMs();
    const { id, slot, pid } = worker;
    const request = report.lastRequest === '' ? '' : ` since ${report.lastRequest}`;
    const summary = `the event loop of worker ${id} has not turned for ${seconds} s${request}`;
    const opened: Case = {
      cause,
      condemned: false,
      incident: {
        id: `${new Date(openedAtMs).toISOString().replaceAll(/[:.]/g, '-')}-${cause}-${id}`,
        cause,
        summary,
        worker: { id, slot, pid },
        openedAtMs,
        endedAtMs: undefined,
        steps: [],
        report,
        stack: undefined,
      },
    };
    this.#cases.set(worker, opened);
    log.error(
      { worker: id, slot, workerPid: pid, incident: opened.incident.id, cause },
      `${summary}: replacing it`,
    );
    this.#step(opened, summary);
    void this.#replace(worker, opened);
    return opened;
  }

  async #replace(worker: Worker, found: Case): Promise<void> {
    const { log, nowMs, replace } = this.#config;
    const {
      cause,
      incident: { id, openedAtMs },
    } = found;
    const problem = await replace(worker, cause);
    this.#cases.delete(worker);
    const endedAtMs = nowMs();
    found.incident = { ...found.incident, endedAtMs };
    const seconds = ((endedAtMs - openedAtMs) / 1000).toFixed(1);
    if (problem === undefined) {
      log.info({ worker: worker.id, incident: id }, `worker ${worker.id} is replaced, after ${seconds} s`);
      this.#step(found, 'replaced');
    } else {
      log.error(
        { worker: worker.id, incident: id, problem },
        `worker ${worker.id} is not replaced: ${problem}`,
      );
      this.#step(found, `not replaced: ${problem}`);
    }
  }

  #step(found: Case, what: string): void {
    const { incident } = found;
    found.incident = { ...incident, steps: [...incident.steps, { atMs: this.#config.nowMs(), what }] };
    this.#config.onIncident(found.incident);
  }
}
