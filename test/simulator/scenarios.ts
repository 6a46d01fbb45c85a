import { exponential } from './random.ts';
import type { LongLived, Scenario } from './simulate.ts';

type Service = (atMs: number, random: () => number) => number;

const constant =
  (ms: number): Service =>
  () =>
    ms;

const exponentially =
  (meanMs: number): Service =>
  (_atMs, random) =>
    exponential(random, meanMs);

/** Nine of ten requests take 1 ms, the tenth 50 ms. */
const bimodal: Service = (_atMs, random) => (random() < 0.9 ? 1 : 50);
const BIMODAL_MEAN_MS = 5.9;

const SLOTS = 20;
const FAST_MS = 20;
const SLOW_MS = 200;

/** Fast for 10 s, slow for 10 s, fast again for 10 s. */
const SLOW_FROM_MS = 10_000;
export const SLOW_UNTIL_MS = 20_000;
const isSlow = (atMs: number): boolean => atMs >= SLOW_FROM_MS && atMs < SLOW_UNTIL_MS;
const steppedMs = (atMs: number): number => (isSlow(atMs) ? SLOW_MS : FAST_MS);

/** Two of three slots are gone for 10 s. */
const resizedSlots = (atMs: number): number => (isSlow(atMs) ? 20 : 60);

/** A pool whose requests all take equally long, or vary, at a multiple of what it can do. */
function pool(name: string, slots: number, meanMs: number, load: number, serviceMs: Service): Scenario {
  const capacity = (slots / meanMs) * 1000;
  return {
    name,
    durationMs: 30_000,
    warmUpMs: 5000,
    deadlineMs: 1000,
    slots: () => slots,
    serviceMs,
    arrivalsPerSecond: () => load * capacity,
    bestPerSecond: () => Math.min(1, load) * capacity,
  };
}

/** A pool that slows down ten times and recovers. */
function stepped(name: string, deadlineMs: number, vary: boolean): Scenario {
  const load = 1.5;
  return {
    name,
    durationMs: 30_000,
    warmUpMs: 1000,
    deadlineMs,
    slots: () => SLOTS,
    serviceMs: (atMs, random) => (vary ? exponential(random, steppedMs(atMs)) : steppedMs(atMs)),
    arrivalsPerSecond: () => (load * SLOTS * 1000) / FAST_MS,
    bestPerSecond: (atMs) => (SLOTS * 1000) / steppedMs(atMs),
  };
}

/** A server with a tenth of the load that it could bear, and clients that stay long. The goodput is that of the others. */
function beside(name: string, longLived: LongLived): Scenario {
  return {
    ...pool(name, SLOTS, FAST_MS, 0.1, exponentially(FAST_MS)),
    durationMs: 60_000,
    warmUpMs: 0,
    longLived,
  };
}

/** Clients, evenly spread over a time. */
const clientsWithin =
  (count: number, ms: number): LongLived['clientsPerSecond'] =>
  (atMs) =>
    atMs < ms ? (count / ms) * 1000 : 0;

const POLL_MS = 30_000;
const heldPoll = { stage: 'waiting', repeats: true } as const;

export const SCENARIOS = Object.freeze({
  pool5: pool('20 slots of 20 ms, 5 times', SLOTS, FAST_MS, 5, constant(FAST_MS)),
  pool5Varied: pool('the same, varying, 5 times', SLOTS, FAST_MS, 5, exponentially(FAST_MS)),
  pool2: pool('the same, varying, twice', SLOTS, FAST_MS, 2, exponentially(FAST_MS)),
  half: pool('the same, varying, half load', SLOTS, FAST_MS, 0.5, exponentially(FAST_MS)),
  cpu: pool('1 slot of 2 ms, twice', 1, 2, 2, exponentially(2)),
  bimodal: pool('1 and 50 ms, twice', SLOTS, BIMODAL_MEAN_MS, 2, bimodal),
  stepped: stepped('20, 200, 20 ms', 1000, false),
  steppedStrict: stepped('20, 200, 20 ms, within 250 ms', 250, false),
  steppedVaried: stepped('20, 200, 20 ms, varying', 1000, true),
  resized: {
    ...pool('60, 20, 60 slots of 50 ms, within 120 ms', 60, 50, 1.5, constant(50)),
    warmUpMs: 1000,
    deadlineMs: 120,
    slots: resizedSlots,
    bestPerSecond: (atMs) => resizedSlots(atMs) * 20,
  },
  // Counted from two seconds after the step.
  shrunk: {
    ...pool('200 slots of 50 ms become 20, within 250 ms', 200, 50, 1.5, exponentially(50)),
    warmUpMs: SLOW_FROM_MS + 2000,
    deadlineMs: 250,
    slots: (atMs) => (atMs < SLOW_FROM_MS ? 200 : 20),
    bestPerSecond: (atMs) => (atMs < SLOW_FROM_MS ? 200 : 20) * 20,
  },
  drift: {
    ...pool('drifts 20 to 60 ms', SLOTS, FAST_MS, 2, (atMs, random) =>
      exponential(random, FAST_MS + (40 * atMs) / 60_000),
    ),
    durationMs: 60_000,
    bestPerSecond: (atMs) => (SLOTS * 1000) / (FAST_MS + (40 * atMs) / 60_000),
  },
  dependency: {
    ...stepped('20, 200, 20 ms, unlimited slots', 1000, true),
    slots: () => Infinity,
    bestPerSecond: () => 1500,
  },
  storm: {
    ...pool('retry storm', SLOTS, FAST_MS, 1.5, exponentially(FAST_MS)),
    patienceMs: 300,
    retries: 3,
    deadlineMs: 300,
  },
  cancelled: {
    ...pool('clients that go away', SLOTS, FAST_MS, 2, exponentially(FAST_MS)),
    patienceMs: 60,
    deadlineMs: 60,
  },
  failures: {
    ...pool('a third fails fast', SLOTS, FAST_MS, 3, exponentially(FAST_MS)),
    failedShare: () => 1 / 3,
  },
  large: pool('200 slots of 50 ms, twice', 200, 50, 2, exponentially(50)),
  largeHalf: {
    ...pool('400 slots of 100 ms, half load, from the start', 400, 100, 0.5, exponentially(100)),
    warmUpMs: 0,
  },
  small: pool('5 slots of 20 ms, 5 times', 5, FAST_MS, 5, exponentially(FAST_MS)),
  tiny: pool('2 slots of 100 ms, twice', 2, 100, 2, exponentially(100)),
  slowService: {
    ...pool('4 slots of 1 s, three times, within 10 s', 4, 1000, 3, exponentially(1000)),
    durationMs: 60_000,
    warmUpMs: 20_000,
    deadlineMs: 10_000,
  },
  polls: beside('beside 2000 long polls of 30 s', {
    ...heldPoll,
    clientsPerSecond: clientsWithin(2000, 60_000),
    lastsMs: () => POLL_MS,
  }),
  pollsVaried: beside('beside 2000 long polls that vary', {
    ...heldPoll,
    clientsPerSecond: clientsWithin(2000, 60_000),
    lastsMs: (random) => exponential(random, POLL_MS / 2),
  }),
  pollsAtOnce: beside('beside 500 long polls of 30 s that come at once', {
    ...heldPoll,
    clientsPerSecond: clientsWithin(500, 1000),
    lastsMs: () => POLL_MS,
  }),
  shortPolls: beside('beside 500 long polls of 3 s', {
    ...heldPoll,
    clientsPerSecond: clientsWithin(500, 10_000),
    lastsMs: () => 3000,
  }),
  events: beside('beside 2000 streams of events', {
    stage: 'answered',
    repeats: false,
    clientsPerSecond: clientsWithin(2000, 10_000),
    lastsMs: () => Infinity,
  }),
  streams: beside('beside 50 new streams of 20 s a second', {
    stage: 'sending',
    repeats: false,
    clientsPerSecond: () => 50,
    lastsMs: () => 20_000,
  }),
}) satisfies Record<string, Scenario>;
