// The watchdog thread. Lives in the user's process and shares nothing with the main thread but a little memory, so it goes
// on when that one stands still. Loads as little as it can: its memory and its start are the user's.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { isDebuggerAttached } from './debugger.ts';
import { Gap, TICK_MS } from './gap.ts';
import { oldGenerationLimitBytes } from './heap.ts';
import { runQueueWaitMs } from './proc.ts';
import { formatMessage } from './report.ts';
import { SharedState } from './shared-state.ts';
import { type StackFrame, StackProbe } from './stack.ts';
import type { ThreadSetup } from './thread-setup.ts';

/** From this gap on it is worth looking whether a debugger holds the main thread. */
const SUSPECT_MS = 1000;

const { memory, descriptor, heapMb, stackAfterMs = Infinity } = workerData as ThreadSetup;
const main = new SharedState(memory);
const gap = new Gap(performance.now());
let sequence = 0;
let debugged = false;
let idleMs = main.get('idleMs');
let activeMs = main.get('activeMs');
/** At work, or done, in the present gap. */
let probe: StackProbe | undefined;

const ticks = setInterval(() => {
  gap.tick(performance.now(), main.beat, runQueueWaitMs());
  if (gap.ms === 0) {
    debugged = false;
    probe?.end();
    probe = undefined;
  }
  if (gap.ms >= SUSPECT_MS && isDebuggerAttached(main.get('inspectorPort') || process.debugPort)) {
    debugged = true;
  }
  if (debugged) gap.forgive();
  if (gap.ms >= stackAfterMs) probe ??= new StackProbe(writeStack);
  write(
    formatMessage({
      kind: 'report',
      sequence: (sequence += 1),
      gapMs: Math.round(gap.ms),
      lagMs: Math.round(gap.lagMs),
      starvedMs: Math.round(gap.starvedMs),
      starvedGapMs: Math.round(gap.starvedGapMs),
      debugger: debugged,
      oldGenerationLimitBytes: oldGenerationLimitBytes(heapMb, main.get('heapSizeLimitBytes')),
      oldGenerationBytes: main.get('oldGenerationBytes'),
      liveBytes: main.get('liveBytes'),
      majorCollections: main.get('majorCollections'),
      externalBytes: main.get('externalBytes'),
      rssBytes: process.memoryUsage.rss(),
      utilization: utilization(),
      inFlight: main.get('inFlight'),
      completions: main.get('completions'),
      abandoned: main.get('abandoned'),
      waiting: main.get('waiting'),
      oldestWaitingMs: Math.round(main.get('oldestWaitingMs')),
      longestWaitMs: Math.round(main.get('longestWaitMs')),
      lastRequest: main.lastRequest,
    }),
  );
}, TICK_MS);

function writeStack(frames: readonly StackFrame[]): void {
  write(formatMessage({ kind: 'stack', gapMs: Math.round(gap.ms), frames }));
}

/** Of the main thread's event loop since the last call. One that has not turned since is busy, with one and the same thing. */
function utilization(): number {
  const idle = main.get('idleMs') - idleMs;
  const active = main.get('activeMs') - activeMs;
  idleMs += idle;
  activeMs += active;
  return idle + active === 0 ? 1 : Math.round((1000 * active) / (idle + active)) / 1000;
}

/** Before it returns: the process may not live any longer. */
function write(line: string): void {
  try {
    writeSync(descriptor, line);
  } catch (error) {
    // A pipe that is full loses this report; one that is closed leaves nobody to report to.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') clearInterval(ticks);
  }
}
