import type { Table } from '../lib/benchmark.ts';
import { ms, percent, perSecond } from '../lib/format.ts';
import { describeCounts, only, shareOfCapacity, shareOfPossible } from './figures.ts';
import type { Tally } from './generator/plan.ts';
import type { Run } from './measure.ts';
import type { SystemName } from './systems.ts';
import type { Workload } from './workloads.ts';

/** Every number of each run, for one workload after the other; systems against loads first. */
export function tablesOf(
  workloads: readonly Workload[],
  runs: readonly Run[],
  sweeps: readonly Run[],
): readonly Table[] {
  return workloads.flatMap((workload) => {
    const mine = only(runs, { workload: workload.name });
    const swept = only(sweeps, { workload: workload.name });
    const compared = workload.connections.map((connections) =>
      comparison(workload, only(mine, { connections })),
    );
    const kinds = workload.kinds.length > 1 ? [byKind(workload, mine)] : [];
    return [...compared, details(workload, mine), ...kinds, sweepTable(workload, swept)].filter(
      ({ rows }) => rows.length > 0,
    );
  });
}

function comparison({ name, summary }: Workload, runs: readonly Run[]): Table {
  const loads = [...new Set(runs.map(({ load }) => load))];
  const systems = [...new Set(runs.map(({ system }) => system))];
  const [first] = runs;
  return {
    title:
      `${name} (${summary}), ${first?.connections}, capacity ${perSecond(first?.capacityPerSecond ?? 0)}: ` +
      'served in time as a share of what could be (p99 of the served)',
    columns: ['', ...loads.map((load) => `${load} ×`)],
    rows: systems.map((system) => comparisonRow(system, loads, runs)),
  };
}

function comparisonRow(
  system: SystemName,
  loads: readonly number[],
  runs: readonly Run[],
): readonly string[] {
  const cells = loads.map((load) => {
    const [run] = only(runs, { system, load });
    if (run === undefined) return '';
    return `${percent(shareOfPossible(run))} (${duration(run.flood.all.p99Ms)})${run.isVoid ? ' INVALID' : ''}`;
  });
  return [system, ...cells];
}

function details({ name }: Workload, runs: readonly Run[]): Table {
  return {
    title: `${name}: all figures, without the calm before and after`,
    columns: [
      'system',
      'connections',
      'load',
      'limit',
      ...TALLY_COLUMNS,
      'recovery',
      'peak memory',
      'connections open',
      'lag p99',
      "generator's share of its core",
      'attempts',
    ],
    rows: runs.map((run) => [
      run.system,
      run.connections,
      `${run.load} ×`,
      run.limit === 0 ? '' : String(run.limit),
      ...tallyCells(run.flood.all, run.flood.seconds),
      recovery(run),
      `${run.peakRssMb.toFixed(0)} MB`,
      String(run.mostConnections),
      ms(run.lagP99Ms),
      percent(run.coreShare),
      `${run.attempts}${run.isVoid ? ' INVALID' : ''}`,
    ]),
  };
}

function byKind({ name }: Workload, runs: readonly Run[]): Table {
  return {
    title: `${name}: by kind of request`,
    columns: ['system', 'connections', 'load', 'kind', ...TALLY_COLUMNS],
    rows: runs.flatMap((run) =>
      Object.entries(run.flood.byKind).map(([kind, tally]) => kindRow(run, kind, tally)),
    ),
  };
}

function kindRow({ system, connections, load, flood }: Run, kind: string, tally: Tally): readonly string[] {
  return [system, connections, `${load} ×`, kind, ...tallyCells(tally, flood.seconds)];
}

function sweepTable({ name }: Workload, sweep: readonly Run[]): Table {
  const [first] = sweep;
  return {
    title: `${name}: fixed limits (respite run --limit) at ${first?.load} times`,
    columns: ['limit', 'share of capacity', 'p99', 'recovery'],
    rows: sweep.map((run) => [
      String(run.limit),
      `${percent(shareOfCapacity(run))}${run.isVoid ? ' INVALID' : ''}`,
      duration(run.flood.all.p99Ms),
      recovery(run),
    ]),
  };
}

const TALLY_COLUMNS = [
  'offered',
  'in time',
  'late',
  'refused',
  'timeouts',
  'errors',
  'p50',
  'p99',
  'p99 of the refused',
] as const;

function tallyCells(tally: Tally, seconds: number): readonly string[] {
  return [
    perSecond(tally.offered / seconds),
    perSecond(tally.good / seconds),
    tally.late.toLocaleString('en'),
    describeCounts(tally.refused),
    tally.timeouts.toLocaleString('en'),
    describeCounts(tally.errors),
    duration(tally.p50Ms),
    duration(tally.p99Ms),
    duration(tally.refusedP99Ms),
  ];
}

function recovery({ recoveryMs, load }: Run): string {
  if (load < 1) return '';
  return recoveryMs === null ? 'none' : `${recoveryMs} ms`;
}

function duration(value: number | null): string {
  return value === null ? '–' : ms(value);
}
