/** What can be asked of a worker. */
export const CAPTURES = [
  /** Where its main thread stands. */
  'stack',
  /** Requests in flight, by route. */
  'requests',
  /** Node.js's diagnostic report. */
  'report',
  /** What allocated what is alive, of the time since heap sampling began. */
  'heap-profile',
  /** What its main thread does. */
  'cpu-profile',
  /** Everything that is in its heap. Stops it for seconds, and takes memory and disk accordingly. */
  'heap-snapshot',
] as const;

export type CaptureKind = (typeof CAPTURES)[number];

/** A question for the watchdog thread, which can answer it also while the main thread stands still. */
export interface CaptureCommand {
  readonly kind: 'capture';
  /** Comes with the answer. */
  readonly id: number;
  readonly what: CaptureKind;
  /** After this no caller waits for the answer. */
  readonly timeoutMs: number;
  /** For how long to look, where that takes time (a CPU profile). */
  readonly durationMs: number;
  /** Where a heap snapshot is to be written, which is too large for the pipe. */
  readonly file: string | undefined;
}

/** The heap is to be sampled from now on, so that a profile can be had later; or to be collected, all of it. */
export interface HeapCommand {
  readonly kind: 'sample-heap' | 'collect-garbage';
}

/** What the supervisor says to the watchdog thread, one line of JSON each. */
export type WatchdogCommand = CaptureCommand | HeapCommand;

/** Undefined when the line is not ours. */
export function parseCommand(line: string): WatchdogCommand | undefined {
  try {
    const command = JSON.parse(line) as Partial<CaptureCommand> | HeapCommand | null;
    if (command?.kind === 'sample-heap' || command?.kind === 'collect-garbage') return command;
    const isCapture = command?.kind === 'capture' && CAPTURES.some((known) => known === command.what);
    return isCapture ? (command as CaptureCommand) : undefined;
  } catch {
    return undefined;
  }
}
