// The old generation of this thread's heap: what a process that runs out of memory dies of.
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

/** Spaces that short-lived objects leave by themselves, and one that is the same in every process. */
const OTHER_SPACES = new Set(['new_space', 'new_large_object_space', 'read_only_space']);

const MB = 1024 * 1024;

/** An entry of type `gc`. */
interface CollectionEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

/** Bytes in use in the old generation, garbage included. Takes 2 µs. */
export function oldGenerationBytes(): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (!OTHER_SPACES.has(name)) bytes += used;
  }
  return bytes;
}

/**
 * V8 aborts the process when the old generation is full.
 *
 * V8 only tells a limit that has the young generation in it: 48 to 192 MB more, by version (Node.js 20 to 26, each with 128 and
 * 1024 MB). So without `heapMb` this errs on the side of too little.
 *
 * @param heapMb What `--max-old-space-size` was set to.
 * @param heapSizeLimitBytes V8's `heap_size_limit`.
 */
export function oldGenerationLimitBytes(heapMb: number | undefined, heapSizeLimitBytes: number): number {
  if (heapMb !== undefined) return heapMb * MB;
  return heapSizeLimitBytes - Math.min(192 * MB, heapSizeLimitBytes / 4);
}

/** Calls back soon after each major collection. */
export function onMajorCollection(callback: () => void): void {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as CollectionEntry[]) {
      if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) callback();
    }
  }).observe({ entryTypes: ['gc'] });
}
