// The experiments on a running server, each as far as the time allows.
import { type AcceptQueue, type AcceptSetting, type Burst, exploreAcceptQueue } from './accept-queue.ts';
import { type Buffers, measureBuffers } from './buffers.ts';
import { type Capacity, findCapacity } from './capacity.ts';
import { compare, decide } from './decision.ts';
import { sweepLimits } from './limit-sweep.ts';
import { checkLittle, type LittleCheck } from './little.ts';
import type { LimitFinding } from './findings.ts';
import type { Rig } from './rig.ts';
import { fitScalability, pointsOf, type Scalability } from './scalability.ts';
import { intervalOf } from './statistics.ts';
import { lookAtWorkers, type WorkerOutlook } from './workers.ts';

/** Measurements that follow that of the capacity: Little's law, the buffers and one worker more. */
const AFTER_CAPACITY = 10;
/** Share of the capacity at which the two sides of Little's law are compared: busy, and not yet full. */
const LITTLE_SHARE = 0.7;
/** Multiple of the capacity at which a server is full, and at which limits are compared. */
const FULL = 1.2;
const OVERLOAD = 1.5;
/** Measurements of the capacity with one worker more. */
const REPEATS = 3;
/** How often the server's figures are read while it is full, in ms. */
const LOOK_MS = 250;
/** Workers count their requests and send their figures once a second. */
const COUNTED_MS = 1100;
/** Pairs of measurements of the configured limit and its alternative. */
const MIN_PAIRS = 4;
const MAX_PAIRS = 8;
/** Shortest measurement of a limit that shows anything, in ms. */
const SHORTEST_LIMIT_MS = 500;
/** Limits that a sweep tries, about. */
const LIMITS = 8;
/** A limit that is too high, as a multiple of the requests in flight in a full server; and what is served of a rate that is no overload. */
const GENEROUS = 10;
const SERVES_ALL = 0.85;
const MAX_RAISES = 3;
/** Connections that are opened at once, and the share of the capacity that the server has to do meanwhile. */
const CONNECTIONS = 200;
const BUSY_SHARE = 0.5;
/** Few: connections of the load itself would stand in the queue with those of the burst. */
const BUSY_CONNECTIONS = 8;
/** How long the server is busy before the connections come, and while they come, in ms. */
const BUSY_MS = 500;
/** Time to be had for a burst that finds a queue too short: the second repetition of a SYN is sent after 3 s. */
const BURST_MS = 6000;
/** The usual time, and how many settings are tried. */
const TYPICAL_BURST_MS = 500;
const TRIALS = 18;

/** How much the server can take as it is configured. */
export async function exploreCapacity(rig: Rig): Promise<Capacity> {
  await rig.restart({});
  await rig.warmUp();
  const capacity = await findCapacity({ probe: rig.probe, probeMs: rig.budget.probeMs });
  rig.say(`capacity: ${Math.round(capacity.perSecond.mean)} requests/s within ${rig.deadlineMs} ms`);
  return capacity;
}

/** Whether there is time for what else can be learned of the server as it is configured. */
export function allowsMore({ budget }: Rig): boolean {
  return budget.allows(AFTER_CAPACITY * budget.probeMs + 3 * COUNTED_MS);
}

/** What happens above the capacity. */
export async function exploreBuffers(rig: Rig, capacity: Capacity): Promise<Buffers | undefined> {
  const { probe, deadlineMs, budget } = rig;
  const buffers = await measureBuffers(capacity.perSecond.mean, capacity.servesAllPerSecond, {
    probe,
    probeMs: budget.probeMs,
    deadlineMs,
  });
  if (buffers !== undefined)
    rig.say(`sheds gracefully up to ${Math.round(buffers.refusesGracefullyPerSecond)} requests/s`);
  return buffers;
}

/** Requests in flight by both sides of Little's law. */
export async function exploreInFlight(rig: Rig, { perSecond }: Capacity): Promise<LittleCheck> {
  const ratePerSecond = LITTLE_SHARE * perSecond.mean;
  await rig.target.pause(COUNTED_MS);
  const before = await rig.target.figures();
  const { good, late, latency, durationMs } = await rig.send(ratePerSecond, rig.budget.probeMs);
  await rig.target.pause(COUNTED_MS);
  const after = await rig.target.figures();
  const seconds = durationMs / 1000;
  return checkLittle({
    atClients: (((good + late) / seconds) * latency.meanMs) / 1000,
    atServer: (after.requestSeconds - before.requestSeconds) / seconds,
  });
}

/** What another worker would bring. */
export async function exploreWorkers(rig: Rig, { perSecond: capacity }: Capacity): Promise<WorkerOutlook> {
  const { configured, spareCores } = rig.target;
  const utilization = await utilizationWhenFull(rig, FULL * capacity.mean);
  return lookAtWorkers(
    { utilization, spareCores, workers: configured.workers, capacity },
    async (workers) => {
      rig.say(`${workers} workers`);
      await rig.restart({ workers });
      await rig.send(capacity.mean, rig.budget.probeMs);
      const found: number[] = [];
      const full = (FULL * capacity.mean * workers) / configured.workers;
      for (let i = 0; i < REPEATS; i += 1) {
        const reading = await rig.probe(full, rig.budget.probeMs);
        if (reading.invalidBecause !== undefined) return undefined;
        found.push(reading.goodPerSecond);
      }
      return intervalOf(found, 0.95);
    },
  );
}

async function utilizationWhenFull(rig: Rig, ratePerSecond: number): Promise<number> {
  let busiest = 0;
  const over = new AbortController();
  const durationMs = Math.max(rig.budget.probeMs, 2 * COUNTED_MS);
  const loading = rig.send(ratePerSecond, durationMs).finally(() => over.abort());
  const looking = (async () => {
    while (!over.signal.aborted) {
      await rig.target.pause(LOOK_MS);
      busiest = Math.max(busiest, (await rig.target.figures()).utilization);
    }
  })();
  await Promise.all([loading, looking]);
  return busiest;
}

/** How long one measurement of a limit may take, so that there is time for all of them. */
function limitProbeMs({ startMs, budget }: Rig): number {
  const eachMs = budget.leftMs / (LIMITS + 2 * MIN_PAIRS);
  return Math.round(Math.min(budget.probeMs, (eachMs - startMs) / 2));
}

/** About how long the accept queue takes, in ms. */
export function acceptingNeedsMs({ startMs }: Rig): number {
  return TRIALS * (startMs + 2 * BUSY_MS + TYPICAL_BURST_MS);
}

/**
 * @param reservedMs Time that another experiment needs.
 * @returns Undefined when the time is too short.
 */
export async function exploreLimit(
  rig: Rig,
  { perSecond }: Capacity,
  reservedMs: number,
): Promise<LimitFinding | undefined> {
  const probeMs = limitProbeMs(rig);
  const { configured } = rig.target;
  if (probeMs < SHORTEST_LIMIT_MS) return undefined;
  let overload = OVERLOAD * perSecond.mean;
  let oneMs = rig.startMs + 2 * probeMs;
  const goodUnder = async (limit: number | 'adaptive', warmUpMs: number): Promise<number> => {
    const { leftMs } = rig.budget;
    await rig.restart({ limit });
    await rig.send(overload, warmUpMs);
    await rig.settle();
    const { goodPerSecond } = await rig.probe(overload, probeMs);
    oneMs = Math.max(oneMs, leftMs - rig.budget.leftMs);
    rig.say(`limit ${limit}: ${Math.round(goodPerSecond)} requests/s served of ${Math.round(overload)}`);
    return goodPerSecond;
  };
  // A limit is that of each worker.
  const busyAt = (goodPerSecond: number): number => (goodPerSecond * rig.idleMs) / 1000 / configured.workers;
  const generous = Math.max(1, Math.round(GENEROUS * busyAt(perSecond.mean)));
  let most = await goodUnder(generous, probeMs / 2);
  // The configured limit was what limited the capacity: the server can do more.
  for (let i = 0; i < MAX_RAISES && most >= SERVES_ALL * overload; i += 1) {
    overload *= OVERLOAD;
    most = await goodUnder(generous, probeMs / 2);
  }
  const sweep = await sweepLimits(busyAt(most), (limit) => goodUnder(limit, probeMs / 2));
  const candidate = configured.limit === 'adaptive' ? sweep.best.limit : 'adaptive';
  const comparison = await compare({
    minPairs: MIN_PAIRS,
    maxPairs: MAX_PAIRS,
    hasTime: (pairs) => rig.budget.allows(2 * oneMs + (pairs < MIN_PAIRS ? 0 : reservedMs)),
    current: () => goodUnder(configured.limit, probeMs),
    candidate: () => goodUnder(candidate, probeMs),
  });
  return { sweep, candidate, comparison, decision: decide(comparison) };
}

/** The law wants a number of requests in flight that is held, as a limit under overload does; failing that, any. */
export function exploreScalability(
  capacity: Capacity,
  limit: LimitFinding | undefined,
  workers: number,
): Scalability | undefined {
  const held = limit?.sweep.points.map((point) => ({
    inFlight: point.limit * workers,
    perSecond: point.goodPerSecond,
  }));
  return fitScalability(held ?? pointsOf(capacity.readings));
}

export async function exploreAccepting(rig: Rig, { perSecond }: Capacity): Promise<AcceptQueue> {
  const trial = async (setting: AcceptSetting): Promise<Burst | undefined> => {
    if (!rig.budget.allows(rig.startMs + BURST_MS)) return undefined;
    await rig.restart(setting);
    const background = rig.send(BUSY_SHARE * perSecond.mean, 2 * BUSY_MS, BUSY_CONNECTIONS);
    await rig.target.pause(BUSY_MS);
    const [burst] = await Promise.all([rig.target.burst(CONNECTIONS), background]);
    const { copies, backlog = "the script's" } = setting;
    rig.say(
      `backlog ${backlog}, ${copies} copies: ${burst.timedOut} of ${CONNECTIONS} connections timed out, the last answered after ${Math.round(burst.slowestMs)} ms`,
    );
    return burst;
  };
  return exploreAcceptQueue(rig.target.configured.copies, trial);
}
