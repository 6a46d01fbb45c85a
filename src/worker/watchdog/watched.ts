// The main thread's side of the watchdog.
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { ownScript } from '../../core/own-files.ts';
import { oldGenerationBytes, onMajorCollection } from './heap.ts';
import type { Waiting } from '../../admission/index.ts';
import type { SharedState } from './shared-state.ts';
import { ShortBlocks } from './short-blocks.ts';
import type { ThreadSetup } from './thread-setup.ts';

/** How often the main thread says that its event loop is responsive. */
const BEAT_MS = 100;

/** How often it looks at every request in flight. */
const WAITING_BEATS = 10;

/**
 * What the thread may use. It needs 3 MB of heap, and more while it takes a stack, for the names of all scripts; a thread
 * that leaks must not be what the process dies of, so it ends there and the process goes on unwatched.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

export interface Watched {
  readonly setup: Omit<ThreadSetup, 'memory'>;
  /** Requests under way. */
  inFlight(): number;
  /** Requests that have ended. */
  completions(): number;
  /** Of these, those whose client had gone away before an answer began. */
  abandoned(): number;
  /** Requests of which nothing was answered yet. Asked once a second. */
  waiting(): Waiting;
  /** The thread could not be started, or has ended: nothing watches any more. */
  onUnwatched(reason: string): void;
}

/** Starts the thread, and tells it how things stand from now on. Keeps the process alive for neither. */
export function startWatchdog(state: SharedState, watched: Watched): void {
  const { setup, onUnwatched } = watched;
  // It takes 0.5 ms to load, so not before the script.
  const inspector = process.getBuiltinModule('node:inspector');
  const { heap_size_limit: heapSizeLimitBytes } = getHeapStatistics();
  state.set('heapSizeLimitBytes', heapSizeLimitBytes);
  onMajorCollection(() => {
    state.set('liveBytes', oldGenerationBytes());
    state.set('majorCollections', state.get('majorCollections') + 1);
  });
  const blocks = new ShortBlocks(BEAT_MS, performance.now());
  let beat = 0;
  const tell = (): void => {
    if (beat > 0) blocks.beat(performance.now());
    state.set('shortBlocksMs', blocks.ms);
    const { idle, active } = performance.eventLoopUtilization();
    state.set('idleMs', idle);
    state.set('activeMs', active);
    state.set('oldGenerationBytes', oldGenerationBytes());
    state.set('externalBytes', getHeapStatistics().external_memory);
    state.set('inFlight', watched.inFlight());
    state.set('completions', watched.completions());
    state.set('abandoned', watched.abandoned());
    if (beat % WAITING_BEATS === 0) {
      const { count, oldestMs } = watched.waiting();
      state.set('waiting', count);
      state.set('oldestWaitingMs', oldestMs);
    }
    beat += 1;
    const url = inspector.url();
    state.set('inspectorPort', url === undefined ? 0 : Number(new URL(url).port));
    state.turned();
  };
  tell();
  const beats = setInterval(tell, BEAT_MS).unref();

  const unwatched = (reason: string): void => {
    clearInterval(beats);
    onUnwatched(reason);
  };
  try {
    const thread = new Worker(ownScript('worker/watchdog/thread'), {
      // Whatever the user preloads (--import, NODE_OPTIONS) is meant for the user's own threads.
      execArgv: [],
      env: {},
      name: 'respite watchdog',
      resourceLimits: RESOURCE_LIMITS,
      trackUnmanagedFds: false,
      workerData: { ...setup, memory: state.memory } satisfies ThreadSetup,
    });
    thread.unref();
    thread.once('error', (error) => unwatched(String(error)));
    thread.once('exit', () => clearInterval(beats));
  } catch (error) {
    unwatched(String(error));
  }
}
