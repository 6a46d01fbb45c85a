import type { ScriptFamily, ToSupervisor, ToWorker } from '../../../worker/index.ts';
import type { Log } from '../../log.ts';
import type { WorkerState } from '../status.ts';
import { type GatheredFamily, ScriptTotals } from './script-totals.ts';

/** How long a scrape waits for a worker, in ms. */
const ANSWER_MS = 1000;

/** Why a worker, or some of its metrics, is missing in an answer. */
export type LeftOutReason = 'timeout' | 'failed' | 'too-large';

/** What the script measures, over all workers. */
export interface ScriptMetrics {
  readonly families: readonly GatheredFamily[];
  /** Since the start, by reason. */
  readonly leftOut: Readonly<Record<LeftOutReason, number>>;
}

/** A worker as it is asked. */
interface Asked {
  readonly id: number;
  readonly slot: number;
  readonly state: WorkerState;
  tell(message: ToWorker): void;
  on(event: 'message', listener: (message: ToSupervisor) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
}

interface Answer {
  readonly families: readonly ScriptFamily[];
  readonly leftOut: number;
  readonly problem: string | undefined;
}

/** Asks the workers for the metrics of their script, on request. */
export class ScriptMetricsGatherer<Worker extends Asked> {
  readonly #workers: ReadonlySet<Worker>;
  readonly #log: Pick<Log, 'warn'>;
  readonly #answerMs: number;
  readonly #totals = new ScriptTotals();
  /** Workers that have been asked, and who waits for their next answer. */
  readonly #asked = new Map<Worker, Set<(hasAnswered: boolean) => void>>();
  readonly #leftOut: Record<LeftOutReason, number> = { timeout: 0, failed: 0, 'too-large': 0 };
  readonly #loggedProblems = new Set<string>();
  #pending: Promise<ScriptMetrics> | undefined;

  /** @param workers All that run. @param answerMs How long to wait for each. */
  constructor(workers: ReadonlySet<Worker>, log: Pick<Log, 'warn'>, answerMs: number = ANSWER_MS) {
    this.#workers = workers;
    this.#log = log;
    this.#answerMs = answerMs;
  }

  /** Who asks while others wait gets the same answer. Never rejects. */
  async gather(): Promise<ScriptMetrics> {
    this.#pending ??= this.#gather().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #gather(): Promise<ScriptMetrics> {
    for (const worker of this.#asked.keys()) {
      if (this.#workers.has(worker)) continue;
      this.#asked.delete(worker);
      this.#totals.ended(worker.id);
    }
    const serving = [...this.#workers].filter(({ state }) => state === 'ready' || state === 'unresponsive');
    const answered = await Promise.all(serving.map(async (worker) => this.#ask(worker)));
    const present = serving.filter((_, i) => answered[i]).toSorted((a, b) => a.slot - b.slot || a.id - b.id);
    return {
      families: this.#totals.read(present.map(({ id }) => id)),
      leftOut: { ...this.#leftOut, 'too-large': this.#leftOut['too-large'] + this.#totals.dropped },
    };
  }

  /** @returns Whether it has answered. */
  async #ask(worker: Worker): Promise<boolean> {
    // A blocked event loop would only hold up the scrape.
    if (worker.state === 'unresponsive') {
      this.#leftOut.timeout += 1;
      return false;
    }
    const waiting = this.#follow(worker);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => {
      waiting.delete(receive);
      this.#leftOut.timeout += 1;
      resolve(false);
    }, this.#answerMs);
    const receive = (hasAnswered: boolean): void => {
      clearTimeout(late);
      resolve(hasAnswered);
    };
    waiting.add(receive);
    worker.tell({ kind: 'ask-metrics' });
    return promise;
  }

  #follow(worker: Worker): Set<(hasAnswered: boolean) => void> {
    const known = this.#asked.get(worker);
    if (known !== undefined) return known;
    const waiting = new Set<(hasAnswered: boolean) => void>();
    this.#asked.set(worker, waiting);
    const heard = (hasAnswered: boolean): void => {
      for (const receive of waiting) receive(hasAnswered);
      waiting.clear();
    };
    // Also what it tells unasked, when it ends.
    worker.on('message', (message) => {
      if (message.kind !== 'script-metrics') return;
      this.#receive(worker, message);
      heard(message.problem === undefined);
    });
    // A scrape does not wait for a worker that has died: metrics matter most when workers do.
    worker.on('exit', () => heard(false));
    return waiting;
  }

  #receive(worker: Worker, { families, leftOut, problem }: Answer): void {
    this.#leftOut['too-large'] += leftOut;
    if (leftOut > 0) this.#warn(worker, 'more metrics than Respite takes; those that came last are missing');
    if (problem === undefined) this.#totals.answered(worker.id, families);
    else {
      this.#leftOut.failed += 1;
      this.#warn(worker, `its metrics could not be read: ${problem}`);
    }
  }

  /** Once for each problem: scrapes come every few seconds. */
  #warn({ id, slot }: Worker, problem: string): void {
    if (this.#loggedProblems.has(problem) || this.#loggedProblems.size >= 20) return;
    this.#loggedProblems.add(problem);
    this.#log.warn({ worker: id, slot }, `worker ${id}: ${problem}`);
  }
}
