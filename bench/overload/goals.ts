// "Must hold", as far as the runs that were made decide it.
import type { Goal } from '../lib/benchmark.ts';
import { ms, percent, perSecond } from '../lib/format.ts';
import { only, shareOfCapacity, shareServed, total } from './figures.ts';
import type { Connections, Tally } from './generator/plan.ts';
import type { Run } from './measure.ts';
import { CRITICAL, SHEDDABLE } from './workloads.ts';

/** The memory of the two processes themselves, of what the handler does with a body, and of bodies in the sockets. */
const BASE_MB = 256;
/** The default of the option `bodyBudgetBytes`. */
const BODY_BUDGET_MB = 256;

const MAX_RECOVERY_MS = 2000;
const MIN_SHARE_OF_BEST_LIMIT = 0.95;

type Judge = (run: Run, runs: Runs) => Verdict;

interface Verdict {
  readonly figure: string;
  readonly holds: boolean;
}

interface Runs {
  readonly runs: readonly Run[];
  readonly sweeps: readonly Run[];
}

interface Row {
  readonly workload: string;
  readonly load: number;
  readonly connections: readonly Connections[];
  readonly goal: string;
  readonly judge: Judge;
}

const BOTH: readonly Connections[] = ['keep-alive', 'new'];
const KEPT: readonly Connections[] = ['keep-alive'];

const ROWS: readonly Row[] = [
  { workload: 'cpu', load: 0.5, connections: BOTH, goal: 'nothing shed', judge: nothingShed },
  {
    workload: 'cpu',
    load: 0.95,
    connections: BOTH,
    goal: '≥ 97 % served, p99 ≤ 150 ms',
    judge: ({ flood: { all } }) => ({
      figure: `${percent(shareServed(all))}, ${p99(all)}`,
      holds: shareServed(all) >= 0.97 && isFast(all, 150),
    }),
  },
  cpuFlood(5, 'keep-alive', 0.9, 50),
  cpuFlood(10, 'keep-alive', 0.8, 50),
  cpuFlood(5, 'new', 0.78, 100),
  cpuFlood(10, 'new', 0.5, 100),
  {
    workload: 'pool',
    load: 5,
    connections: BOTH,
    goal: '≥ 95 % of the best fixed limit, p99 ≤ 100 ms',
    judge: poolFlood,
  },
  {
    workload: 'slowing',
    load: 1.5,
    connections: KEPT,
    goal: 'more than every fixed limit; recovered within 2 s',
    judge: slowing,
  },
  {
    workload: 'classes',
    load: 5,
    connections: BOTH,
    goal: 'critical ≥ 99 % served, sheddable not zero',
    judge: ({ flood: { byKind } }) => {
      const critical = served(byKind[CRITICAL]);
      const sheddable = served(byKind[SHEDDABLE]);
      return {
        figure: `${percent(critical)}, sheddable ${percent(sheddable)}`,
        holds: critical >= 0.99 && sheddable > 0,
      };
    },
  },
  {
    workload: 'uploads',
    load: 2,
    connections: KEPT,
    goal: `memory ≤ ${BASE_MB} MB + budget of ${BODY_BUDGET_MB} MB; GET and 1 KB ≥ 99 % served`,
    judge: ({ peakRssMb, flood: { byKind } }) => {
      const least = Math.min(served(byKind.get), served(byKind['1 KB']));
      return {
        figure: `${peakRssMb.toFixed(0)} MB, ${percent(least)}`,
        holds: peakRssMb <= BASE_MB + BODY_BUDGET_MB && least >= 0.99,
      };
    },
  },
];

export function goalsOf(all: Runs): readonly Goal[] {
  return ROWS.flatMap((row) => {
    const { workload, load } = row;
    return row.connections.flatMap((connections) =>
      only(all.runs, { system: 'respite', workload, load, connections }).map((run) => goalOf(row, run, all)),
    );
  });
}

function goalOf({ goal, judge }: Row, run: Run, all: Runs): Goal {
  const what = `${run.workload} at ${run.load} times, ${run.connections}`;
  if (run.isVoid) return { what, goal, figure: 'invalid', holds: false };
  return { what, goal, ...judge(run, all) };
}

function cpuFlood(load: number, connections: Connections, leastShare: number, mostP99Ms: number): Row {
  return {
    workload: 'cpu',
    load,
    connections: [connections],
    goal: `≥ ${percent(leastShare)} of capacity, p99 ≤ ${mostP99Ms} ms, no timeout, no reset`,
    judge: (run) => {
      const { all } = run.flood;
      const broken = all.timeouts + total(all.errors);
      return {
        figure: `${percent(shareOfCapacity(run))}, ${p99(all)}, ${broken} broken`,
        holds: shareOfCapacity(run) >= leastShare && isFast(all, mostP99Ms) && broken === 0,
      };
    },
  };
}

function nothingShed({ flood: { all } }: Run): Verdict {
  const shed = total(all.refused);
  return { figure: `${shed} of ${all.offered}`, holds: shed === 0 };
}

function poolFlood(run: Run, { runs }: Runs): Verdict {
  const { workload, load, connections } = run;
  const [best] = only(runs, { system: 'fixed', workload, load, connections });
  if (best === undefined || best.isVoid) return { figure: 'no fixed limit to compare with', holds: false };
  const share = shareOfCapacity(run) / shareOfCapacity(best);
  return {
    figure: `${percent(share)} of limit ${best.limit}, ${p99(run.flood.all)}`,
    holds: share >= MIN_SHARE_OF_BEST_LIMIT && isFast(run.flood.all, 100),
  };
}

function slowing({ workload, flood, recoveryMs }: Run, { sweeps }: Runs): Verdict {
  const limits = only(sweeps, { workload });
  const best = Math.max(...limits.map((run) => run.flood.goodPerSecond));
  const recovered = recoveryMs === null ? 'not recovered' : `recovered in ${ms(recoveryMs)}`;
  const against = limits.length === 0 ? 'no fixed limit to compare with' : `best limit ${perSecond(best)}`;
  return {
    figure: `${perSecond(flood.goodPerSecond)} served, ${against}, ${recovered}`,
    holds:
      limits.length > 0 && flood.goodPerSecond > best && recoveryMs !== null && recoveryMs <= MAX_RECOVERY_MS,
  };
}

function served(tally: Tally | undefined): number {
  return tally === undefined ? 0 : shareServed(tally);
}

function isFast({ p99Ms }: Tally, mostMs: number): boolean {
  return p99Ms !== null && p99Ms <= mostMs;
}

function p99({ p99Ms }: Tally): string {
  return p99Ms === null ? 'none served' : ms(p99Ms);
}
