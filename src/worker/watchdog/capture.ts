// Answers what the supervisor asks, from the watchdog thread.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Session } from 'node:inspector';
import type { CaptureCommand } from './command.ts';
import { StackProbe } from './stack.ts';

/** What the main thread offers: insight.ts. */
const INSIGHT = `process[Symbol.for('respite.insight')]`;

/** Between two looks of the CPU profiler. Finer ones tell no more within a second. */
const CPU_SAMPLING_INTERVAL_US = 1000;

/** One answer: text, or why there is none. */
export type Answer = (text: string, problem?: string) => void;

/** Answers once, at `timeoutMs` at the latest, and holds nothing of the main thread's afterwards. */
export function capture(command: CaptureCommand, answer: Answer): void {
  let isOver = false;
  let end = (): void => {};
  const once: Answer = (text, problem) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(late);
    end();
    answer(text, problem);
  };
  const late = setTimeout(() => {
    once('', `the main thread did not come to it within ${command.timeoutMs} ms`);
  }, command.timeoutMs);
  try {
    end = begin(command, once);
    if (isOver) end();
  } catch (error) {
    once('', String(error));
  }
}

/** @returns Gives up. */
function begin(command: CaptureCommand, answer: Answer): () => void {
  if (command.what === 'stack') {
    const probe = new StackProbe((frames) => answer(JSON.stringify(frames)));
    return () => probe.end();
  }
  const inspector = process.getBuiltinModule('node:inspector');
  const session = new inspector.Session();
  session.connectToMainThread();
  switch (command.what) {
    case 'requests':
      evaluate(session, 'requests', answer);
      break;
    case 'report':
      evaluate(session, 'report', answer);
      break;
    case 'heap-profile':
      evaluate(session, 'heapProfile', answer);
      break;
    case 'cpu-profile':
      return profile(session, command.durationMs, answer);
    default:
      snapshot(session, command.file ?? '', answer);
  }
  return () => session.disconnect();
}

/** Starts heap sampling in the main thread, if it is not going on. */
export function sampleHeap(timeoutMs: number, onEnd: () => void): void {
  inMainThread(timeoutMs, (session, done) => evaluate(session, 'sampleHeap', done), onEnd);
}

/** A major collection of the main thread's heap. */
export function collectGarbage(timeoutMs: number, onEnd: () => void): void {
  inMainThread(timeoutMs, (session, done) => session.post('HeapProfiler.collectGarbage', done), onEnd);
}

/**
 * The request that a blocked main thread is at, as JSON; empty when it is at none.
 *
 * @param onEnd Nothing of the main thread is held any more.
 * @returns Gives up.
 */
export function askSuspect(
  timeoutMs: number,
  tell: (suspect: string) => void,
  onEnd: (isAnswered: boolean) => void,
): () => void {
  let isAnswered = false;
  const act = (session: Session, done: () => void): void =>
    evaluate(session, 'suspect', (text) => {
      isAnswered = true;
      done();
      tell(text);
    });
  return inMainThread(timeoutMs, act, () => onEnd(isAnswered));
}

/** @returns Gives up. */
function inMainThread(
  timeoutMs: number,
  act: (session: Session, done: () => void) => void,
  onEnd: () => void,
): () => void {
  const inspector = process.getBuiltinModule('node:inspector');
  const session = new inspector.Session();
  session.connectToMainThread();
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(late);
    session.disconnect();
    onEnd();
  };
  const late = setTimeout(end, timeoutMs);
  act(session, end);
  return end;
}

function evaluate(session: Session, name: string, answer: Answer): void {
  session.post(
    'Runtime.evaluate',
    { expression: `${INSIGHT}.${name}()`, returnByValue: true },
    (error, found) => {
      const value: unknown = found?.result?.value;
      if (error === null && found.exceptionDetails === undefined)
        answer(typeof value === 'string' ? value : '');
      else answer('', error?.message ?? found.exceptionDetails?.text ?? 'it failed');
    },
  );
}

function profile(session: Session, durationMs: number, answer: Answer): () => void {
  let stopping: NodeJS.Timeout | undefined;
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: CPU_SAMPLING_INTERVAL_US });
  session.post('Profiler.start', (error) => {
    if (error !== null) {
      answer('', error.message);
      return;
    }
    stopping = setTimeout(() => {
      session.post('Profiler.stop', (problem, found) => {
        if (problem === null) answer(JSON.stringify(found.profile));
        else answer('', problem.message);
      });
    }, durationMs);
  });
  return () => {
    clearTimeout(stopping);
    session.disconnect();
  };
}

/** In pieces, straight to the disk: it is as large as the heap. */
function snapshot(session: Session, file: string, answer: Answer): void {
  const descriptor = openSync(file, 'wx', 0o600);
  let problem: string | undefined;
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => {
    if (problem !== undefined) return;
    try {
      writeWhole(descriptor, Buffer.from(params.chunk));
    } catch (error) {
      problem = String(error);
    }
  });
  session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, (error) => {
    closeSync(descriptor);
    problem ??= error?.message;
    if (problem !== undefined) rmSync(file, { force: true });
    answer(file, problem);
  });
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}
