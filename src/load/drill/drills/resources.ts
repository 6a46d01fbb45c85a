// Something runs out: memory, descriptors, connections of a pool, room on a disk, time of a processor.
import { setTimeout as delay } from 'node:timers/promises';
import type { Drill, Prepared, Stage } from '../contract.ts';
import { faultDrill, needsSecondWorker, START_MS } from './faults.ts';

const MB: number = 1024 * 1024;

/** Maximum size of a heap that is filled, in bytes: a larger one takes too long, and memory that others need. */
const MAX_HEAP_BYTES: number = 1024 * MB;

/** The same for all memory. */
const MAX_MEMORY_BYTES: number = 4096 * MB;

/** The same for a disk. */
const MAX_DISK_BYTES: number = 1024 * MB;

/** The same for descriptors of a process. */
const MAX_DESCRIPTORS = 65_536;

/** Growth of the memory is a worker's own fault only when that has been ready for this long, in ms. */
const KNOWN_WORKER_MS = 31_000;

/** Times within which a leak reaches the level at which its detector acts, in ms, and somewhat more. */
const HEAP_SEEN_MS = 25_000;
const BUFFERS_SEEN_MS = 30_000;
const DESCRIPTORS_SEEN_MS = 15_000;

/** Requests that are stuck are judged together, some time after the first one. */
const STUCK_SEEN_MS = 20_000;

const NEW_CLIENTS_PER_SECOND = 5;

/** Disks are looked at once a second; a small one is full in no time. */
const DISK_SEEN_MS = 15_000;

/** A worker that had no processor for that long is starved; until then it must be left without one. */
const STARVED_MORE_MS = 4000;
const STARVED_SEEN_MS = 6000;

const off = (option: string): string => `supervisor.detect.${option} is switched off`;

export const RESOURCE_DRILLS: readonly Drill[] = [
  faultDrill({
    name: 'heap-leak',
    about: 'the heap of a worker fills with objects that are never released',
    fault: { fault: 'heap-leak' },
    lacks: ({ facts, status }) => {
      if (!facts.detects.gcDeathSpiral) return off('gcDeathSpiral');
      const limitBytes = status.workers[0]?.report?.oldGenerationLimitBytes ?? Infinity;
      return limitBytes > MAX_HEAP_BYTES ? 'needs a heap of at most 1 GB: start with --heap 256' : undefined;
    },
    causes: ['gc-death-spiral', 'memory-leak'],
    detectedWithinMs: () => HEAP_SEEN_MS,
    goodput: [0.5, 0.6],
  }),
  faultDrill({
    name: 'buffer-leak',
    about: 'the memory outside of the heap of a worker fills with Buffers that are never released',
    fault: { fault: 'buffer-leak' },
    lacks: ({ facts }) => {
      if (!facts.detects.memory) return off('memory');
      const limitBytes = facts.memory?.limitBytes ?? Infinity;
      if (limitBytes <= MAX_MEMORY_BYTES) return undefined;
      return 'needs a limit of the memory of at most 4 GB: that of a container, or supervisor.detect.memory.limitBytes';
    },
    prepare: untilWorkerIsKnown,
    causes: ['memory-leak'],
    detectedWithinMs: () => BUFFERS_SEEN_MS,
    goodput: [0.5, 0.6],
  }),
  faultDrill({
    name: 'descriptor-leak',
    about: 'a worker opens files and never closes them',
    fault: { fault: 'descriptor-leak' },
    lacks: ({ facts }) => {
      if (!facts.detects.descriptors) return off('descriptors');
      if ((facts.descriptors ?? Infinity) <= MAX_DESCRIPTORS) return undefined;
      return 'needs a limit of at most 65536 file descriptors: start it after ulimit -n 4096';
    },
    causes: ['descriptors-exhausted'],
    detectedWithinMs: () => DESCRIPTORS_SEEN_MS,
    goodput: [0.5, 0.6],
  }),
  faultDrill({
    name: 'exhausted-pool',
    about: 'every request of a worker waits for a connection of a pool that has none left',
    fault: { fault: 'exhausted-pool' },
    lacks: (site) =>
      site.facts.detectMs.stuckRequests === undefined ? off('stuckRequests') : needsSecondWorker(site),
    // Clients that have a connection to a worker that answers stay there: others must come to the one that does not.
    beside: { rate: NEW_CLIENTS_PER_SECOND, newConnections: true },
    causes: ['stuck-requests'],
    detectedWithinMs: ({ facts }) => (facts.detectMs.stuckRequests ?? 0) + STUCK_SEEN_MS,
    goodput: [0, 0.25],
  }),
  faultDrill({
    name: 'full-disk',
    about: 'the disk of the working directory, or that of temporary files, is full',
    fault: { fault: 'full-disk' },
    lacks: ({ facts }) => {
      if (!facts.detects.diskFull) return off('diskFull');
      if ((facts.disk?.totalBytes ?? Infinity) <= MAX_DISK_BYTES) return undefined;
      return 'needs a disk of at most 1 GB, so that nothing else suffers: start with TMPDIR on a small tmpfs';
    },
    causes: ['disk-full'],
    detectedWithinMs: () => DISK_SEEN_MS,
    goodput: [0.8, 0.8],
    hold: () => ({ until: 'detected', maxMs: DISK_SEEN_MS }),
    replaces: false,
    recoveredWithinMs: () => 2 * DISK_SEEN_MS,
  }),
  faultDrill({
    name: 'starved-cpu',
    about: 'a worker that computes shares one core with eight other programs',
    fault: { fault: 'starved-cpu' },
    lacks: (site) => {
      if (site.facts.detectMs.cpuStarved === undefined) return off('cpuStarved');
      return site.facts.starvingLacks ?? needsSecondWorker(site);
    },
    causes: ['cpu-starved'],
    // It is known when the worker runs again.
    detectedWithinMs: ({ facts }) => (facts.detectMs.cpuStarved ?? 0) + STARVED_MORE_MS + STARVED_SEEN_MS,
    goodput: [0, 0.3],
    hold: ({ facts }) => ({ until: 'time', maxMs: (facts.detectMs.cpuStarved ?? 0) + STARVED_MORE_MS }),
    replaces: false,
    recoveredWithinMs: ({ facts }) => (facts.detectMs.cpuStarved ?? 0) + STARVED_MORE_MS + START_MS,
  }),
];

async function untilWorkerIsKnown({ management, signal }: Stage): Promise<Prepared> {
  for (;;) {
    const { workers } = await management.status();
    const isKnown = workers.some(
      ({ readyAtMs }) => Date.now() - (readyAtMs ?? Date.now()) >= KNOWN_WORKER_MS,
    );
    if (isKnown || signal.aborted) return { restore: async () => {} };
    await delay(500);
  }
}
