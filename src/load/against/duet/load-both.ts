import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ownModule } from '../../../core/own-files.ts';
import type { LoadOptions, LoadResult } from '../../contract.ts';
import { sharedNow } from '../../generator/clock.ts';
import type { Command, Report, ThreadSetup } from '../../generator/messages.ts';
import { durationOf, type Plan } from '../../generator/plan.ts';
import { planOf } from '../../load.ts';
import { type ResolvedLoadOptions, resolveLoadOptions } from '../../options.ts';
import { unreachable } from '../../unreachable.ts';
import { Collector } from '../../result/collector.ts';
import { threadEnvironment } from '../../thread-environment.ts';

/** Time from the command to start to the start, in milliseconds. */
const LEAD_MS = 10;

/** Two loads at the same time, from one thread. What each of them does and when it rejects: see `load`. */
export async function loadBoth(
  first: LoadOptions,
  second: LoadOptions,
): Promise<readonly [LoadResult, LoadResult]> {
  const sides = [await Side.prepare(first), await Side.prepare(second)] as const;
  const { signal } = sides[0].options;
  const worker = startThread(sides.map(({ plan }) => ({ plan, part: 0, parts: 1 })));
  const tell = (command: Command): void => worker.postMessage(command, []);
  let startedAtMs = Date.now();
  let stoppedAtMs = Infinity;
  const stop = (): void => {
    stoppedAtMs = Date.now();
    tell({ type: 'stop' });
  };
  worker.on('message', ({ which, report }: { readonly which: 0 | 1; readonly report: Report }) => {
    sides[which].take(report);
    if (report.type === 'unreachable') stop();
    if (report.type !== 'ready' || !sides.every(({ isReady }) => isReady)) return;
    startedAtMs = Date.now();
    tell({ type: 'start', startMs: sharedNow() + LEAD_MS });
  });
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await once(worker, 'exit');
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
  const [one, other] = sides;
  return [one.result(startedAtMs, stoppedAtMs), other.result(startedAtMs, stoppedAtMs)];
}

function startThread(setups: readonly ThreadSetup[]): Worker {
  // What the process preloads by --import is not meant for this thread.
  const options = { execArgv: [], env: threadEnvironment(), name: 'respite load', workerData: setups };
  return new Worker(ownModule('load/against/duet/thread'), options);
}

/** One of both loads. */
class Side {
  readonly options: ResolvedLoadOptions;
  readonly plan: Plan;
  isReady = false;
  readonly #collector = new Collector(1);
  #failure: Error | undefined;

  private constructor(options: ResolvedLoadOptions, plan: Plan) {
    this.options = options;
    this.plan = plan;
  }

  static async prepare(options: LoadOptions): Promise<Side> {
    const resolved = resolveLoadOptions(options);
    return new Side(resolved, await planOf(resolved));
  }

  take(report: Report): void {
    if (report.type === 'ready') this.isReady = true;
    else if (report.type === 'unreachable')
      this.#failure = unreachable(this.options.url, this.options.protocol, report);
    else if (report.type === 'seconds') this.#collector.addSeconds(0, report.elapsedMs, report.seconds);
    else this.#collector.addDone(0, report.tally, report.stats);
  }

  result(startedAtMs: number, stoppedAtMs: number): LoadResult {
    if (this.#failure !== undefined) throw this.#failure;
    const { plan, options } = this;
    return this.#collector.result({
      url: options.url.href,
      seed: plan.seed,
      startedAt: new Date(startedAtMs).toISOString(),
      durationMs: Math.max(0, Math.min(durationOf(plan), stoppedAtMs - startedAtMs)),
      deadlineMs: plan.deadlineMs,
      maxLagMs: options.maxLagMs,
    });
  }
}
