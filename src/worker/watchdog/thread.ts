// The watchdog thread. Lives in the user's process and shares nothing with the main thread but a little memory, so it goes
// on when that one stands still. Loads as little as it can, since its memory and its start are the user's, and all of it at once: the
// package may be replaced later.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { Suspect } from '../../admission/index.ts';
import { killProcessGroup } from '../../core/process-group.ts';
import { askSuspect, capture, collectGarbage, sampleHeap } from './capture.ts';
import { isDebuggerAttached } from './debugger.ts';
import { parseCommand, type WatchdogCommand } from './command.ts';
import { Gap, TICK_MS } from './gap.ts';
import { oldGenerationLimitBytes } from './heap.ts';
import { Orphan } from './orphan.ts';
import { runQueueWaitMs } from './proc.ts';
import { formatMessage } from './report.ts';
import { SharedState } from './shared-state.ts';
import { type StackFrame, StackProbe } from './stack.ts';
import type { ThreadSetup } from './thread-setup.ts';
import { writeWhole } from './write-whole.ts';

/** From this gap on it is worth looking whether a debugger holds the main thread, in ms. */
const SUSPECT_MS = 1000;

/** Of the limit of the old generation, what the memory of a process is whose heap may be filling. */
const FILLING_SHARE = 0.5;

const {
  memory,
  descriptor,
  heapMb,
  stackAfterMs = Infinity,
  asksForSuspect,
  supervisorPid,
  orphan: limits,
} = workerData as ThreadSetup;
/** From this gap on the main thread is asked which request it is at, in ms: before its stack is taken. */
const askAfterMs = Math.min(SUSPECT_MS, stackAfterMs / 2);
const main = new SharedState(memory);
const gap = new Gap(performance.now());
let sequence = 0;
let debugged = false;
/** Pending while the stack is being taken: what is asked of the main thread meanwhile would be what the stack shows. */
let stackTaken: Promise<void> = Promise.resolve();
/** Heap snapshots under way: they stop the main thread for as long as they take. */
let snapshots = 0;
/** The pipe is closed. */
let isOver = false;
/** There since the supervisor is gone. */
let orphan: Orphan | undefined;
let idleMs = main.get('idleMs');
let activeMs = main.get('activeMs');
/** Ends the taking of the stack, at work or done; undefined while it was not begun in the present gap. */
let endStack: (() => void) | undefined;
/** The main thread was asked for its suspect in the present gap. */
let isAsked = false;
/** Gives up that question, while it is open. */
let endAsking: (() => void) | undefined;
/**
 * Sessions of the inspector that ask or stop the main thread now. The question for the suspect waits until there are none: with a second
 * session at that moment, later ones were never answered.
 */
let sessions = 0;

setInterval(() => {
  const nowMs = performance.now();
  gap.tick(nowMs, main.beat, runQueueWaitMs());
  if (gap.ms === 0) {
    debugged = false;
    endStack?.();
    endStack = undefined;
    isAsked = false;
  }
  if (gap.ms >= SUSPECT_MS && isDebuggerAttached(main.get('inspectorPort') || process.debugPort)) {
    debugged = true;
  }
  if (debugged || snapshots > 0) gap.forgive();
  if (isOver) endWithSupervisor(nowMs);
  else report();
  if (asksForSuspect && !isAsked && !isOver && sessions === 0 && isSuspect()) ask();
}, TICK_MS);

/** V8 gives up soon once a heap is full, so the question comes earlier when one fills while the main thread is at one thing. */
function isSuspect(): boolean {
  if (gap.ms < TICK_MS || gap.ms >= askAfterMs) return gap.ms >= askAfterMs;
  const limitBytes = oldGenerationLimitBytes(heapMb, main.get('heapSizeLimitBytes'));
  return process.memoryUsage.rss() - main.get('externalBytes') >= FILLING_SHARE * limitBytes;
}

/** A closed pipe alone says little: the user's code may have closed it. Then the process goes on unwatched. */
function endWithSupervisor(nowMs: number): void {
  if (process.ppid === supervisorPid) return;
  orphan ??= new Orphan(limits, nowMs);
  if (orphan.tick(nowMs, gap.ms)) killProcessGroup(process.pid);
}

function report(): void {
  const text = main.output.take();
  if (text !== '') write(formatMessage({ kind: 'output', text }));
  if (gap.ms >= stackAfterMs) endStack ??= takeStack();
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
      shortBlocksMs: Math.round(main.get('shortBlocksMs')),
      inFlight: main.get('inFlight'),
      completions: main.get('completions'),
      abandoned: main.get('abandoned'),
      waiting: main.get('waiting'),
      oldestWaitingMs: Math.round(main.get('oldestWaitingMs')),
      lastRequest: main.lastRequest,
    }),
  );
}

function ask(): void {
  isAsked = true;
  sessions += 1;
  endAsking = askSuspect(MAIN_THREAD_TIMEOUT_MS, writeSuspect, (isAnswered) => {
    sessions -= 1;
    endAsking = undefined;
    isAsked = isAnswered;
  });
}

function writeSuspect(text: string): void {
  if (text === '') return;
  write(formatMessage({ kind: 'suspect', isEnding: false, suspect: JSON.parse(text) as Suspect }));
}

/** @returns Lets the main thread go on. */
function takeStack(): () => void {
  endAsking?.();
  const { promise, resolve } = Promise.withResolvers<void>();
  stackTaken = promise;
  sessions += 1;
  let isEnded = false;
  const end = (): void => {
    if (isEnded) return;
    isEnded = true;
    sessions -= 1;
    probe.end();
    resolve();
  };
  const probe = new StackProbe((frames) => {
    writeStack(frames);
    end();
  });
  return end;
}

function writeStack(frames: readonly StackFrame[]): void {
  write(formatMessage({ kind: 'stack', gapMs: Math.round(gap.ms), frames }));
}

/** Characters of a part of an answer: a line that the pipe takes at once when no other line has filled it. */
const PART_LENGTH = 32 * 1024;

/** In a native call it may never be. */
const STACK_WAIT_MS = 1000;

/** Long enough for a main thread that is as busy as can be. */
const MAIN_THREAD_TIMEOUT_MS = 2000;

const commands = openCommands();

function openCommands(): Socket {
  const { Socket: NetSocket } = process.getBuiltinModule('node:net');
  const socket = new NetSocket({ fd: descriptor, readable: true, writable: false, allowHalfOpen: true });
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const command = parseCommand(line);
      if (command !== undefined) void obey(command);
    }
  });
  // Once the socket is closed its number may be given to a file of the user's, so nothing may be written to it any more.
  socket.once('end', stop);
  socket.once('error', stop);
  socket.once('close', stop);
  return socket;
}

function stop(): void {
  isOver = true;
  commands.destroy();
}

async function obey(command: WatchdogCommand): Promise<void> {
  await Promise.race([stackTaken, delay(STACK_WAIT_MS, undefined, { ref: false })]);
  endAsking?.();
  sessions += 1;
  const onEnd = (): void => {
    sessions -= 1;
  };
  if (command.kind !== 'capture') {
    const act = command.kind === 'sample-heap' ? sampleHeap : collectGarbage;
    act(MAIN_THREAD_TIMEOUT_MS, onEnd);
    return;
  }
  const { id, what } = command;
  if (what === 'heap-snapshot') snapshots += 1;
  capture(command, (text, problem) => {
    onEnd();
    if (what === 'heap-snapshot') snapshots -= 1;
    for (let at = 0; at === 0 || at < text.length; at += PART_LENGTH) {
      const part = text.slice(at, at + PART_LENGTH);
      const isLast = at + PART_LENGTH >= text.length;
      if (!isOver) writeWhole(descriptor, formatMessage({ kind: 'captured', id, part, isLast, problem }));
    }
  });
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
  if (isOver) return;
  try {
    writeSync(descriptor, line);
  } catch (error) {
    // A pipe that is full loses this report; one that is closed leaves nothing to report to.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') stop();
  }
}
