// One run: a fresh server, a calm, a flood, a calm again; invalid and repeated when the generator could not keep up.
import { generate } from './generate.ts';
import {
  BIN_MS,
  type Connections,
  type OpenResult,
  type Phase,
  type PhaseResult,
  type Tally,
  type Timeline,
} from './generator/plan.ts';
import { peakRssMb } from './memory.ts';
import { startSystem, type SystemName } from './systems.ts';
import type { Workload } from './workloads.ts';

/** A tenth of the strictest goal for a p99 (50 ms), and far from the deadline: past it the figures are the generator's. */
const MAX_LAG_P99_MS = 5;

/** Errors that say that the generator, not the server, was at its end. */
const OWN_ERRORS: readonly string[] = ['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS'];

const DEADLINE_MS = 1000;
const TIMEOUT_MS = 5000;
/** Share of the capacity that is offered before and after the flood. */
const CALM_LOAD = 0.5;
const SEED = 3;

/** Served again: this share of what was offered, or of the capacity if that is less, over this long. */
const RECOVERED_SHARE = 0.9;
const RECOVERED_BINS = 500 / BIN_MS;

/** What one core for the generator is good for. */
export const MAX_RATE_PER_SECOND: Readonly<Record<Connections, number>> = { 'keep-alive': 10_000, new: 5000 };

export interface Settings {
  /** An invalid run is repeated until it has been tried so often. */
  readonly attempts: number;
  readonly capacitySeconds: number;
  readonly calmSeconds: number;
  readonly floodSeconds: number;
  /** Of each of the three phases of the workload that slows. */
  readonly slowingPhaseSeconds: number;
}

export interface Cell {
  readonly workload: Workload;
  readonly connections: Connections;
  readonly load: number;
}

export interface Run {
  readonly workload: string;
  readonly connections: Connections;
  readonly system: SystemName;
  readonly load: number;
  readonly capacityPerSecond: number;
  readonly ratePerSecond: number;
  /** Of `fixed`, HAProxy and nginx. */
  readonly limit: number;
  readonly isVoid: boolean;
  readonly attempts: number;
  /** Without the calm before and after. */
  readonly flood: PhaseResult;
  /** From the end of the flood, or of the slowness, until all that can be is served in time; null when never. */
  readonly recoveryMs: number | null;
  readonly timeline: Timeline;
  readonly lagP99Ms: number;
  readonly coreShare: number;
  readonly mostConnections: number;
  readonly peakRssMb: number;
}

/** What the bare server can do: the better of two measurements, since the machine's stalls can only make it less. */
export async function measureCapacity(
  workload: Workload,
  connections: Connections,
  { capacitySeconds }: Settings,
): Promise<number> {
  const first = await closedLoop(workload, connections, capacitySeconds);
  return Math.max(first, await closedLoop(workload, connections, capacitySeconds));
}

async function closedLoop(workload: Workload, connections: Connections, seconds: number): Promise<number> {
  const server = await startSystem('bare', workload, { limit: 0, phaseMs: 3_600_000 });
  try {
    const { perSecond } = await generate({
      loop: 'closed',
      port: server.port,
      kinds: workload.kinds,
      connections,
      seed: SEED,
      clients: workload.capacityClients,
      warmUpSeconds: 1,
      seconds,
    });
    return perSecond['200'] ?? 0;
  } finally {
    await server.stop();
  }
}

export async function measure(
  cell: Cell,
  system: SystemName,
  capacityPerSecond: number,
  limit: number,
  settings: Settings,
): Promise<Run> {
  for (let attempts = 1; ; attempts += 1) {
    const run = await once(cell, system, capacityPerSecond, limit, settings);
    if (!run.isVoid || attempts === settings.attempts) return { ...run, attempts };
  }
}

async function once(
  { workload, connections, load }: Cell,
  system: SystemName,
  capacityPerSecond: number,
  limit: number,
  settings: Settings,
): Promise<Omit<Run, 'attempts'>> {
  const phaseMs = 1000 * settings.slowingPhaseSeconds;
  const phases = phasesOf(workload, load, capacityPerSecond, settings);
  const server = await startSystem(system, workload, { limit, phaseMs });
  try {
    const result = await generate({
      loop: 'open',
      port: server.port,
      kinds: workload.kinds,
      connections,
      seed: SEED,
      phases,
      deadlineMs: DEADLINE_MS,
      timeoutMs: TIMEOUT_MS,
    });
    const flood = result.phases[workload.slows === true ? 0 : 1];
    if (flood === undefined) throw new Error('the load generator left out the flood');
    const troubleEndsMs =
      workload.slows === true ? 2 * phaseMs : 1000 * (settings.calmSeconds + settings.floodSeconds);
    return {
      workload: workload.name,
      connections,
      system,
      load,
      capacityPerSecond,
      ratePerSecond: load * capacityPerSecond,
      limit,
      isVoid: isVoid(result, flood.all),
      flood,
      recoveryMs: recoveryMs(result.timeline, troubleEndsMs, capacityPerSecond),
      timeline: result.timeline,
      lagP99Ms: result.lagP99Ms,
      coreShare: result.coreShare,
      mostConnections: result.mostConnections,
      peakRssMb: peakRssMb(server.pids),
    };
  } finally {
    await server.stop();
  }
}

function phasesOf(
  { slows }: Workload,
  load: number,
  capacityPerSecond: number,
  { calmSeconds, floodSeconds, slowingPhaseSeconds }: Settings,
): readonly Phase[] {
  const ratePerSecond = load * capacityPerSecond;
  if (slows === true) return [{ ratePerSecond, seconds: 3 * slowingPhaseSeconds }];
  const calm = { ratePerSecond: CALM_LOAD * capacityPerSecond, seconds: calmSeconds };
  return [calm, { ratePerSecond, seconds: floodSeconds }, calm];
}

function isVoid({ lagP99Ms }: OpenResult, { errors }: Tally): boolean {
  return lagP99Ms > MAX_LAG_P99_MS || OWN_ERRORS.some((code) => errors[code] !== undefined);
}

function recoveryMs(
  { offered, good }: Timeline,
  troubleEndsMs: number,
  capacityPerSecond: number,
): number | null {
  const first = Math.ceil(troubleEndsMs / BIN_MS);
  const capacity = (capacityPerSecond * RECOVERED_BINS * BIN_MS) / 1000;
  for (let bin = first; bin + RECOVERED_BINS <= offered.length; bin += 1) {
    const wanted = RECOVERED_SHARE * Math.min(capacity, sum(offered, bin));
    if (sum(good, bin) >= wanted) return bin * BIN_MS - troubleEndsMs;
  }
  return null;
}

function sum(bins: readonly number[], from: number): number {
  return bins.slice(from, from + RECOVERED_BINS).reduce((total, count) => total + count, 0);
}
