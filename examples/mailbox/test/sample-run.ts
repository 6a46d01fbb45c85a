import type { CurvePoint, RunData, Side } from '../demo/run-data.ts';
import { seededRandom } from '../storm/random.ts';

const CALM_FROM_MS = 2000;
const STORM_FROM_MS = 10_000;
const STORM_UNTIL_MS = 27_000;
const UNTIL_MS = 33_000;

/** A run in the shape of a real one, for what only draws it. */
export function sampleRun(): RunData {
  return {
    generatedAt: '2025-11-22T04:00:00.000Z',
    machine: '2 × Example Processor, Node.js v26.10.0, linux',
    cores: 'the API on core 0, everything else on core 1',
    repeats: 1,
    storm: {
      seed: 1,
      users: 20,
      userCallsPerSecond: 80,
      userTimeoutMs: 2000,
      capacityBytesPerSecond: 12e6,
      calmBytesPerSecond: 2.4e6,
      floodBytesPerSecond: 72e6,
      floodMailsPerSecond: 52,
      meanMailBytes: 1.38e6,
      maxConnections: 400,
    },
    phases: [
      { name: 'warm-up', fromMs: 0, untilMs: CALM_FROM_MS },
      { name: 'calm', fromMs: CALM_FROM_MS, untilMs: STORM_FROM_MS },
      { name: 'storm', fromMs: STORM_FROM_MS, untilMs: STORM_UNTIL_MS },
      { name: 'after', fromMs: STORM_UNTIL_MS, untilMs: UNTIL_MS },
    ],
    sides: [bareSide(), protectedSide()],
  };
}

function bareSide(): Side {
  const random = seededRandom(1);
  return {
    name: 'without Respite',
    isProtected: false,
    users: {
      list: {
        calm: { calls: 400, success: 1, p50Ms: 2.7, p99Ms: 7.1 },
        storm: { calls: 800, success: 0.871, p50Ms: 412, p99Ms: 2003 },
      },
      read: {
        calm: { calls: 260, success: 1, p50Ms: 3.3, p99Ms: 9.8 },
        storm: { calls: 520, success: 0.802, p50Ms: 760, p99Ms: 2005 },
      },
    },
    mail: {
      sent: 892,
      accepted: 640,
      refused: 0,
      failed: 252,
      rejected: 0,
      delivered: 655,
      lost: 0,
      duplicated: 0,
      queued: 252,
      acceptedBytes: 240e6,
    },
    memoryPeakBytes: 640e6,
    restarts: 0,
    apiEndedWith: undefined,
    generatorLagP99Ms: 5.2,
    curves: curves((inStorm, progress) => ({
      userP99Ms: inStorm ? 100 + 1900 * Math.min(1, progress * 2) * (0.8 + 0.2 * random()) : 4 + 5 * random(),
      userSuccess: inStorm ? 1 - 0.3 * progress * random() : 1,
      acceptedPerSecond: inStorm ? 30 + 20 * random() : 2 * random(),
      refusedPerSecond: 0,
      memoryBytes: inStorm ? 200e6 + 440e6 * progress : 200e6,
      inFlight: undefined,
      shedPerSecond: undefined,
    })),
  };
}

function protectedSide(): Side {
  const random = seededRandom(2);
  return {
    name: 'with Respite',
    isProtected: true,
    users: {
      list: {
        calm: { calls: 400, success: 1, p50Ms: 2.8, p99Ms: 6.2 },
        storm: { calls: 800, success: 1, p50Ms: 3.6, p99Ms: 15 },
      },
      read: {
        calm: { calls: 260, success: 1, p50Ms: 3.4, p99Ms: 10.4 },
        storm: { calls: 520, success: 0.9996, p50Ms: 6.9, p99Ms: 27 },
      },
    },
    mail: {
      sent: 892,
      accepted: 310,
      refused: 1630,
      failed: 0,
      rejected: 0,
      delivered: 310,
      lost: 0,
      duplicated: 0,
      queued: 582,
      acceptedBytes: 390e6,
    },
    memoryPeakBytes: 310e6,
    restarts: 0,
    apiEndedWith: undefined,
    generatorLagP99Ms: 5.6,
    curves: curves((inStorm) => ({
      userP99Ms: inStorm ? 10 + 14 * random() : 4 + 5 * random(),
      userSuccess: 1,
      acceptedPerSecond: inStorm ? 12 + 6 * random() : 2 * random(),
      refusedPerSecond: inStorm ? 60 + 40 * random() : 0,
      memoryBytes: inStorm ? 300e6 + 10e6 * random() : 270e6,
      inFlight: inStorm ? 3 + Math.round(2 * random()) : Math.round(random()),
      shedPerSecond: inStorm ? 20 + 10 * random() : 0,
    })),
  };
}

function curves(
  point: (inStorm: boolean, progress: number) => Omit<CurvePoint, 'atMs'>,
): readonly CurvePoint[] {
  return Array.from({ length: UNTIL_MS / 1000 }, (_, second) => {
    const atMs = second * 1000;
    const inStorm = atMs >= STORM_FROM_MS && atMs < STORM_UNTIL_MS;
    return { atMs, ...point(inStorm, (atMs - STORM_FROM_MS) / (STORM_UNTIL_MS - STORM_FROM_MS)) };
  });
}
