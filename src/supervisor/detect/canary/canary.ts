import { routeCounts } from '../../workers/counters/route-counts.ts';
import type { WorkerCounters } from '../../workers/counters/worker-counters.ts';
import type { Log } from '../../log.ts';
import { cpuSecondsOf } from '../probes/cpu.ts';
import type { WatchdogReport, WorkerSample } from '../../../worker/index.ts';
import { acceptanceOf, factsOf, type Names, problemOf } from './describe.ts';
import { Judge, type Moment } from './judge.ts';
import type { Reading } from './reading.ts';

/** How often both versions are read, in ms. */
const EVERY_MS = 1000;

/** When by then fewer requests than this have been answered, by old and new together, there is nothing to compare: nobody has to wait. */
const IDLE_AFTER_MS = 3000;
const IDLE_REQUESTS = 3;

/** A worker as far as it is compared. */
export interface ComparedWorker {
  readonly id: number;
  readonly slot: number;
  readonly pid: number;
  readonly counters: Pick<WorkerCounters, 'read' | 'labels' | 'cells'>;
  readonly sample: WorkerSample | undefined;
  readonly report: WatchdogReport | undefined;
  readonly captures: { readonly collectGarbage: () => void };
}

export interface CanaryConfig<Worker extends ComparedWorker> {
  readonly log: Log;
  /** From a clock that is never set, in ms. */
  readonly nowMs: () => number;
  /** Workers that serve, the new one among them. */
  readonly serving: () => readonly Worker[];
  /** The new worker is worse. Called once. @param problem In one sentence. */
  readonly onWorse: (worker: Worker, problem: string) => void;
  /** Hardly any requests come. Called once. */
  readonly onIdle: (worker: Worker) => void;
}

/** Compares the first new worker of a rolling restart with the old ones, for as long as both serve. */
export class Canary<Worker extends ComparedWorker> {
  readonly #config: CanaryConfig<Worker>;
  readonly #trialMs: number;
  #worker: Worker | undefined;
  #judge: Judge | undefined;
  #names: Names = { fresh: '', old: '' };
  #timer: NodeJS.Timeout | undefined;
  #idleAtMs: number | undefined;
  #isWorse = false;

  /** @param trialMs How long both versions serve, in ms. */
  constructor(trialMs: number, config: CanaryConfig<Worker>) {
    this.#trialMs = trialMs;
    this.#config = config;
  }

  /** The new worker is ready, and the old one still serves. */
  begin(worker: Worker): void {
    const old = this.#others(worker);
    const fresh = `worker ${worker.id}`;
    this.#worker = worker;
    this.#names = { fresh, old: old.length === 1 ? `worker ${old[0]?.id}` : `the ${old.length} old workers` };
    this.#judge = new Judge(this.#look(worker));
    this.#idleAtMs = this.#config.nowMs() + IDLE_AFTER_MS;
    this.#timer = setInterval(() => this.#tick(worker), EVERY_MS).unref();
    this.#config.log.info(
      { worker: worker.id, slot: worker.slot, trialMs: this.#trialMs },
      `rolling restart: ${fresh} serves beside ${this.#names.old} for ${this.#trialMs / 1000} s; ` +
        'errors, latency, CPU time per request, event-loop delay and heap growth are compared',
    );
  }

  /** The trial is over. @param isAccepted The new worker has taken the place of the old one. */
  end(isAccepted: boolean): void {
    clearInterval(this.#timer);
    const worker = this.#worker;
    if (worker === undefined || this.#judge === undefined || !isAccepted) return;
    const { figures } = this.#judge;
    this.#config.log.info(
      { worker: worker.id, slot: worker.slot, requests: figures.fresh.answered },
      `rolling restart: ${acceptanceOf(figures, this.#names)}`,
    );
  }

  /** What was found about this worker if it was worse; undefined if it was not. */
  factsOf(worker: Worker): readonly string[] | undefined {
    if (!this.#isWorse || worker !== this.#worker || this.#judge === undefined) return undefined;
    return factsOf(this.#judge.figures, this.#names);
  }

  #tick(worker: Worker): void {
    const verdict = this.#judge?.add(this.#look(worker));
    if (this.#judge?.wantsCollection === true) worker.captures.collectGarbage();
    if (verdict?.kind !== 'worse') {
      this.#endIfIdle(worker);
      return;
    }
    clearInterval(this.#timer);
    this.#isWorse = true;
    this.#config.onWorse(worker, problemOf(verdict.what, verdict.figures, this.#names));
  }

  #endIfIdle(worker: Worker): void {
    if (this.#judge === undefined || this.#idleAtMs === undefined) return;
    if (this.#config.nowMs() < this.#idleAtMs) return;
    this.#idleAtMs = undefined;
    const { fresh, old } = this.#judge.figures;
    if (fresh.answered + old.answered < IDLE_REQUESTS) this.#config.onIdle(worker);
  }

  #others(worker: Worker): readonly Worker[] {
    return this.#config.serving().filter((each) => each !== worker);
  }

  #look(worker: Worker): Moment {
    return {
      nowMs: this.#config.nowMs(),
      fresh: readingOf(worker),
      old: new Map(this.#others(worker).map((each) => [each.id, readingOf(each)])),
    };
  }
}

function readingOf({ counters, sample, report, pid }: ComparedWorker): Reading {
  counters.read();
  return {
    routes: routeCounts(counters.labels, counters.cells),
    cpuSeconds: cpuSecondsOf(pid) ?? sample?.cpuSeconds,
    loopDelayMs: sample === undefined ? undefined : 1000 * sample.eventLoopDelayP99Seconds,
    heap:
      report === undefined
        ? undefined
        : {
            majorCollections: report.majorCollections,
            usedBytes: report.oldGenerationBytes + report.externalBytes,
            liveBytes: report.liveBytes + report.externalBytes,
          },
  };
}
