import { type HeapTrend, judgeBlockedLoop, judgeHeap, type ResolvedDetectOptions } from './detect/index.ts';
import { culprit } from './incident/incident.ts';
import type { IncidentLedger, OpenIncident } from './incident/ledger.ts';
import type { Log } from './log.ts';
import type { HealedCause, WorkerState } from './status.ts';
import type { WatchdogReport, WatchdogStack } from '../worker/index.ts';

/** What the healer sees of a worker, and does to it. */
export interface Patient {
  readonly id: number;
  readonly slot: number;
  readonly pid: number;
  readonly state: WorkerState;
  kill(): void;
}

interface HealerConfig<Worker extends Patient> {
  readonly detect: ResolvedDetectOptions;
  readonly log: Log;
  readonly incidents: IncidentLedger;
  /** How long it takes to replace a worker in peace. */
  readonly drainTimeoutMs: number;
  /**
   * Puts another worker in the place of this one, which is drained when that is ready. Resolves when the old one has ended:
   * with undefined, or with why no other could take its place.
   */
  readonly replace: (worker: Worker, cause: HealedCause) => Promise<string | undefined>;
  readonly nowMs: () => number;
}

interface Case {
  readonly cause: HealedCause;
  readonly open: OpenIncident;
  condemned: boolean;
}

/**
 * Judges workers by what their watchdogs say, and sees to it that the sick are replaced. The order is: another worker is started,
 * the stack of a blocked one is taken, the sick one is drained when the other one serves, and killed when it is past hope.
 */
export class Healer<Worker extends Patient> {
  readonly #config: HealerConfig<Worker>;
  readonly #cases = new Map<Worker, Case>();
  readonly #heaps = new WeakMap<Worker, HeapTrend>();
  readonly #warned = new WeakSet<Worker>();

  constructor(config: HealerConfig<Worker>) {
    this.#config = config;
  }

  /** Why this worker is being replaced, or was; undefined when nothing is wrong with it. */
  causeOf(worker: Worker): HealedCause | undefined {
    return this.#cases.get(worker)?.cause;
  }

  /** The watchdog of a worker that has been ready, and may be draining, says how things stand. */
  reported(worker: Worker, report: WatchdogReport): void {
    this.#judgeLoop(worker, report);
    if (worker.state !== 'draining') this.#judgeHeap(worker, report);
  }

  #judgeLoop(worker: Worker, report: WatchdogReport): void {
    const blocked = judgeBlockedLoop(report.gapMs, this.#config.detect.blockedLoop);
    if (blocked === 'turning' || blocked === 'unready') return;
    const seconds = (report.gapMs / 1000).toFixed(1);
    const since = report.lastRequest === '' ? '' : ` since ${report.lastRequest}`;
    const summary = `the event loop of worker ${worker.id} has not turned for ${seconds} s${since}`;
    const found = this.#cases.get(worker) ?? this.#openCase(worker, report, 'event-loop-blocked', summary);
    if (blocked !== 'hopeless' || found.condemned) return;
    found.condemned = true;
    found.open.step(`killed: its event loop has not turned for ${seconds} s`);
    this.#config.log.warn(
      { worker: worker.id, incident: found.open.incident.id, gapMs: report.gapMs },
      `worker ${worker.id} is killed: its event loop has not turned for ${seconds} s`,
    );
    worker.kill();
  }

  #judgeHeap(worker: Worker, report: WatchdogReport): void {
    const { detect, drainTimeoutMs, log, nowMs } = this.#config;
    const before = this.#heaps.get(worker);
    const judged = judgeHeap(before, report, nowMs(), drainTimeoutMs, detect.gcDeathSpiral);
    this.#heaps.set(worker, judged.trend);
    if (judged.verdict === 'well' || this.#cases.has(worker)) return;
    const { liveBytes, bytesPerSecond, secondsLeft } = judged;
    const limitBytes = report.oldGenerationLimitBytes;
    const share = `${Math.round((100 * liveBytes) / limitBytes)} % of the heap of worker ${worker.id} is alive (${mb(liveBytes)} of ${mb(limitBytes)} MB)`;
    const pace =
      bytesPerSecond === 0
        ? ''
        : ` and grows by ${mb(bytesPerSecond)} MB/s: ${secondsLeft.toFixed(0)} s are left`;
    if (judged.verdict === 'replace') {
      this.#openCase(worker, report, 'gc-death-spiral', share + pace);
    } else if (!this.#warned.has(worker)) {
      this.#warned.add(worker);
      log.warn({ worker: worker.id, liveBytes, limitBytes, bytesPerSecond }, share + pace);
    }
  }

  /** The stack of a worker whose event loop is blocked. */
  stackTaken(worker: Worker, { frames, gapMs }: WatchdogStack): void {
    const found = this.#cases.get(worker);
    if (found === undefined || found.open.incident.stack !== undefined) return;
    const where = culprit(frames);
    const { id, summary } = found.open.incident;
    const isWhy = where !== undefined && found.cause === 'event-loop-blocked';
    found.open.step(`stack taken after ${(gapMs / 1000).toFixed(1)} s: ${where ?? 'no function of yours'}`, {
      summary: isWhy ? `${summary}, in ${where}` : summary,
      stack: frames,
    });
    this.#config.log.error(
      { worker: worker.id, incident: id, stack: frames.slice(0, 5) },
      `worker ${worker.id} is blocked in ${where ?? 'no function of yours'}`,
    );
  }

  #openCase(worker: Worker, report: WatchdogReport, cause: HealedCause, summary: string): Case {
    const { log, incidents } = this.#config;
    const { id, slot, pid } = worker;
    const open = incidents.open({ cause, summary, facts: [summary], worker: { id, slot, pid }, report });
    const opened: Case = { cause, open, condemned: false };
    this.#cases.set(worker, opened);
    log.error(
      { worker: id, slot, workerPid: pid, incident: open.incident.id, cause },
      `${summary}: replacing it`,
    );
    void this.#replace(worker, opened);
    return opened;
  }

  async #replace(worker: Worker, { cause, open }: Case): Promise<void> {
    const { log, replace } = this.#config;
    const { id } = open.incident;
    const problem = await replace(worker, cause).catch(String);
    this.#cases.delete(worker);
    if (problem === undefined) {
      const seconds = (open.end('replaced') / 1000).toFixed(1);
      log.info({ worker: worker.id, incident: id }, `worker ${worker.id} is replaced, after ${seconds} s`);
    } else {
      open.end(`not replaced: ${problem}`, 'unresolved');
      log.error(
        { worker: worker.id, incident: id, problem },
        `worker ${worker.id} is not replaced: ${problem}`,
      );
    }
  }
}

/** One figure after the point for what is small. */
function mb(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes.toFixed(megabytes < 10 ? 1 : 0);
}
