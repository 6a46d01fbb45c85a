// Faults that take more and more of something, and give it back when their lease ends.
import { closeSync, openSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import type { Lease } from './lease.ts';

/** How often a leak takes some more, in ms. */
const STEP_MS = 20;

/** Time in which a heap that was empty would be full, in ms: slow enough that the detector sees it coming. */
const HEAP_FULL_MS = 12_000;

/** Share of the heap's limit at which the leak stops, so that V8 does not abort the process. The detector acts at 0.7. */
const HEAP_MAX_SHARE = 0.85;

/** Numbers in one array of the leak: 64 KB. */
const ARRAY_LENGTH = 8192;

/** Time in which Buffers would take the whole memory, in ms. The detector acts when it would be full within 30 s. */
const MEMORY_FULL_MS = 20_000;

const BUFFER_BYTES = 1024 * 1024;

/** Time in which all descriptors would be open, in ms. The detector looks once a second. */
const DESCRIPTORS_OPEN_MS = 5000;

/** Share of the descriptors at which the leak stops, so that the worker can still be asked. The detector acts at 0.9. */
const DESCRIPTORS_MAX_SHARE = 0.95;

/** Fills the old generation of the heap. */
export function leakHeap(lease: Lease): void {
  const kept: number[][] = [];
  const limitBytes = getHeapStatistics().heap_size_limit;
  const goalBytes = (forMs: number): number =>
    Math.min(HEAP_MAX_SHARE * limitBytes, (limitBytes * forMs) / HEAP_FULL_MS);
  const take = (forMs: number): void => {
    while (8 * ARRAY_LENGTH * kept.length < goalBytes(forMs)) {
      if (getHeapStatistics().used_heap_size > HEAP_MAX_SHARE * limitBytes) return;
      kept.push(Array.from<number>({ length: ARRAY_LENGTH }).fill(kept.length));
    }
  };
  grow(lease, take, () => kept.splice(0));
}

/** Fills memory outside of the heap. */
export function leakBuffers(lease: Lease, limitBytes: number, mostBytes: number): void {
  const kept: Buffer[] = [];
  const take = (forMs: number): void => {
    const goalBytes = Math.min(mostBytes, (limitBytes * forMs) / MEMORY_FULL_MS);
    // Filled: memory counts when it has been written to.
    while (BUFFER_BYTES * kept.length < goalBytes) kept.push(Buffer.alloc(BUFFER_BYTES, 1));
  };
  grow(lease, take, () => kept.splice(0));
}

/** Opens files and does not close them. */
export function leakDescriptors(lease: Lease, limit: number): void {
  const open: number[] = [];
  const take = (forMs: number): void => {
    const goal = Math.min(DESCRIPTORS_MAX_SHARE * limit, (limit * forMs) / DESCRIPTORS_OPEN_MS);
    try {
      while ((open.at(-1) ?? 0) < goal) open.push(openSync('/dev/null', 'r'));
    } catch {
      // There is none left: that is what was to happen.
    }
  };
  grow(lease, take, () => open.splice(0).forEach((descriptor) => closeSync(descriptor)));
}

/** @param take Called again and again with the time since the beginning, in ms. @param free Called when the lease has ended. */
function grow(lease: Lease, take: (forMs: number) => void, free: () => void): void {
  const startedMs = performance.now();
  const timer = setInterval(() => take(performance.now() - startedMs), STEP_MS).unref();
  lease.whenOver(() => {
    clearInterval(timer);
    free();
  });
}
