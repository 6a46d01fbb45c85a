// Goodput and latency under overload: Respite without options, what else there is for Node.js, and proxies in front.
import type { Benchmark, Context, Filters, Outcome } from '../lib/benchmark.ts';
import { ms, percent, perSecond } from '../lib/format.ts';
import { describeCounts, shareOfCapacity } from './figures.ts';
import type { Connections } from './generator/plan.ts';
import { goalsOf } from './goals.ts';
import {
  type Cell,
  type Settings,
  MAX_RATE_PER_SECOND,
  measure,
  measureCapacity,
  type Run,
} from './measure.ts';
import { plotsOf } from './plot.ts';
import { SYSTEMS, type SystemName, whyMissing } from './systems.ts';
import { tablesOf } from './tables.ts';
import { type Workload, WORKLOADS } from './workloads.ts';

const FULL: Settings = {
  attempts: 3,
  capacitySeconds: 3,
  calmSeconds: 1.5,
  floodSeconds: 5,
  slowingPhaseSeconds: 10,
};
const QUICK: Settings = {
  attempts: 1,
  capacitySeconds: 1,
  calmSeconds: 1,
  floodSeconds: 2,
  slowingPhaseSeconds: 2,
};

const LIMITS: readonly number[] = [1, 2, 5, 10, 20, 40, 80, 160];
const QUICK_LIMITS: readonly number[] = [20];
const QUICK_SYSTEMS: ReadonlySet<SystemName> = new Set(['fixed', 'respite']);

const FILTERS = {
  workload: WORKLOADS.map(({ name }) => name),
  system: SYSTEMS,
  load: [...new Set(WORKLOADS.flatMap(({ loads }) => loads))].toSorted((a, b) => a - b).map(String),
  connections: ['keep-alive', 'new'],
} satisfies Filters;

export const overload: Benchmark = {
  name: 'overload',
  summary:
    'requests served in time while more of them come than the server can serve, against other protections',
  pinned: true,
  measures: ['src/admission', 'src/worker'],
  spread: 'one run of each cell; invalid runs are repeated',
  filters: FILTERS,
  async run(context: Context): Promise<Outcome> {
    const bench = new Overload(context);
    await bench.run();
    return bench.outcome();
  },
};

class Overload {
  readonly #context: Context;
  readonly #settings: Settings;
  readonly #workloads: readonly Workload[];
  readonly #systems: readonly SystemName[];
  readonly #notes: string[] = [];
  readonly #runs: Run[] = [];
  readonly #sweeps: Run[] = [];

  constructor(context: Context) {
    const { quick, filters } = context;
    this.#context = context;
    this.#settings = quick ? QUICK : FULL;
    this.#workloads = WORKLOADS.filter(({ name }) => filters.workload?.includes(name) ?? true);
    const systems = SYSTEMS.filter(
      (system) => filters.system?.includes(system) ?? (!quick || QUICK_SYSTEMS.has(system)),
    );
    const missing = new Set(systems.filter((system) => whyMissing(system) !== undefined));
    for (const system of missing) this.#note(whyMissing(system) ?? '');
    this.#systems = systems.filter((system) => !missing.has(system));
  }

  async run(): Promise<void> {
    for (const workload of this.#workloads) {
      const loads = this.#loadsOf(workload);
      if (loads.length === 0) continue;
      let bestLimit = workload.proxyLimit;
      for (const connections of this.#connectionsOf(workload)) {
        const capacity = await this.#capacity(workload, connections);
        const best = await this.#bestFixed({ workload, connections }, capacity);
        bestLimit = best?.limit ?? bestLimit;
        for (const load of loads) {
          await this.#compare({ workload, connections, load }, capacity, bestLimit, best);
        }
      }
    }
  }

  outcome(): Outcome {
    const runs = this.#runs;
    const { quick, filters } = this.#context;
    const narrowed = Object.entries(filters).map(([filter, values]) => `${filter} ${values.join(', ')}`);
    return {
      goals: goalsOf({ runs, sweeps: this.#sweeps }),
      tables: tablesOf(this.#workloads, runs, this.#sweeps),
      plots: plotsOf(this.#workloads, runs),
      notes: [
        ...(narrowed.length === 0 ? [] : [`Not all of it: ${narrowed.join('; ')}.`]),
        'Served in time: answered 200 within 1 s of when the request was due. Clients give up after 5 s. Shares of the capacity count what came in time during the flood, all other figures what was due in it.',
        ...this.#notes,
      ],
      settings: {
        'seconds of each flood': this.#settings.floodSeconds,
        'seconds of calm (half the capacity) before and after': this.#settings.calmSeconds,
        'seconds of each phase of the service that slows': this.#settings.slowingPhaseSeconds,
        'fixed limits tried': (quick ? QUICK_LIMITS : LIMITS).join(', '),
      },
    };
  }

  async #capacity(workload: Workload, connections: Connections): Promise<number> {
    const capacity = await measureCapacity(workload, connections, this.#settings);
    this.#context.say(`${workload.name} ${connections}: capacity ${perSecond(capacity)}`);
    return capacity;
  }

  /** The fixed limit that serves most in time, if a limit says anything for this workload. */
  async #bestFixed(
    { workload, connections }: Omit<Cell, 'load'>,
    capacity: number,
  ): Promise<Run | undefined> {
    const load = workload.sweepLoad;
    if (load === undefined || !this.#systems.includes('fixed')) return undefined;
    const cell = { workload, connections, load };
    const limits = this.#context.quick ? QUICK_LIMITS : LIMITS;
    let best: Run | undefined;
    if (this.#isTooMuch(cell, capacity)) return undefined;
    for (const limit of limits) {
      const run = await this.#measure(cell, 'fixed', capacity, limit);
      this.#sweeps.push(run);
      if (!run.isVoid && run.flood.goodPerSecond > (best?.flood.goodPerSecond ?? 0)) best = run;
    }
    return best;
  }

  async #compare(cell: Cell, capacity: number, limit: number, best: Run | undefined): Promise<void> {
    if (this.#isTooMuch(cell, capacity)) {
      this.#note(
        `${cell.workload.name} at ${cell.load} times, ${cell.connections}: left out, more than the generator can make.`,
      );
      return;
    }
    for (const system of this.#systems) {
      if (!cell.workload.systems.includes(system)) continue;
      const swept = system === 'fixed' && best?.load === cell.load ? best : undefined;
      if (system === 'fixed' && best === undefined) continue;
      this.#runs.push(swept ?? (await this.#measure(cell, system, capacity, limit)));
    }
  }

  async #measure(cell: Cell, system: SystemName, capacity: number, limit: number): Promise<Run> {
    const isLimited = system === 'fixed' || system === 'haproxy' || system === 'nginx';
    const run = await measure(cell, system, capacity, isLimited ? limit : 0, this.#settings);
    const { all } = run.flood;
    this.#context.say(
      `${run.workload} ${run.connections} ${run.load} × ${system}${isLimited ? ` (${limit})` : ''}: ` +
        `${percent(shareOfCapacity(run))} of capacity, p99 ${all.p99Ms === null ? '–' : ms(all.p99Ms)}, ` +
        `refused ${describeCounts(all.refused)}, ${all.timeouts} timeouts, errors ${describeCounts(all.errors)}, ` +
        `lag ${ms(run.lagP99Ms)}${run.isVoid ? `, INVALID (generator had ${percent(run.coreShare)} of its core)` : ''}`,
    );
    return run;
  }

  #isTooMuch({ connections, load }: Cell, capacity: number): boolean {
    return load * capacity > MAX_RATE_PER_SECOND[connections];
  }

  #loadsOf({ loads, quickLoads }: Workload): readonly number[] {
    const { quick, filters } = this.#context;
    const wanted = filters.load;
    if (wanted !== undefined) return loads.filter((load) => wanted.includes(String(load)));
    return quick && filters.workload === undefined ? quickLoads : loads;
  }

  #connectionsOf({ name, connections }: Workload): readonly Connections[] {
    const { quick, filters } = this.#context;
    const wanted = filters.connections;
    if (wanted !== undefined) return connections.filter((each) => wanted.includes(each));
    return quick && name !== 'cpu' ? ['keep-alive'] : connections;
  }

  #note(note: string): void {
    this.#context.say(note);
    this.#notes.push(note);
  }
}
