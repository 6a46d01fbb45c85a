import type { ExitWord, UncaughtError } from '../last-words.ts';
import type { StackFrame } from './stack.ts';

/** What the watchdog thread says of its process, 4 times a second, also while the main thread stands still. Counters count since the start. */
export interface WatchdogReport {
  readonly kind: 'report';
  readonly sequence: number;
  /** How long the main thread has not turned although it could have; see {@link Gap}. Always 0 while a debugger is attached. */
  readonly gapMs: number;
  /** How late this thread was, since the last report. */
  readonly lagMs: number;
  /** How long the main thread waited for a processor, since the last report. */
  readonly starvedMs: number;
  /** The same since the event loop last turned: what is not in `gapMs`. */
  readonly starvedGapMs: number;
  readonly debugger: boolean;
  /** Limit of the old generation. Without `--heap` an estimate from below. */
  readonly oldGenerationLimitBytes: number;
  readonly oldGenerationBytes: number;
  /** Of the old generation what was alive after the last major collection; 0 before the first. */
  readonly liveBytes: number;
  readonly majorCollections: number;
  /** Buffers and the like, outside of the heap. */
  readonly externalBytes: number;
  readonly rssBytes: number;
  /** Of the event loop since the last report, 0 idle to 1 busy. */
  readonly utilization: number;
  /** Requests under way. */
  readonly inFlight: number;
  /** Requests that have ended, but for those that no limit holds for (health checks). */
  readonly completions: number;
  /** Of these, those whose client had gone away before the end. */
  readonly abandoned: number;
  /** Requests of which nothing was answered yet, as of the last second; those that no limit holds for not included. */
  readonly waiting: number;
  /** How long the oldest of them has waited. */
  readonly oldestWaitingMs: number;
  /** The longest that any waited that was answered in the end. */
  readonly longestWaitMs: number;
  /** Method and path of the request that was started last. */
  readonly lastRequest: string;
}

/** Where the main thread stands, while it does not turn. */
export interface WatchdogStack {
  readonly kind: 'stack';
  /** The gap at that time. */
  readonly gapMs: number;
  /** From the innermost function outwards. */
  readonly frames: readonly StackFrame[];
}

/** A part of what was asked for: answers may be long. */
export interface WatchdogCaptured {
  readonly kind: 'captured';
  /** Of the command. */
  readonly id: number;
  readonly part: string;
  readonly isLast: boolean;
  /** Why there is no answer. */
  readonly problem?: string | undefined;
}

/** What the process has written to stdout and stderr since the last of these. */
export interface WatchdogOutput {
  readonly kind: 'output';
  readonly text: string;
}

/** Everything that can come through the watchdog's pipe, one line of JSON each. */
export type WatchdogMessage =
  | WatchdogReport
  | WatchdogStack
  | WatchdogCaptured
  | WatchdogOutput
  | UncaughtError
  | ExitWord;

/** A line, ready to be written. */
export function formatMessage(message: WatchdogMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** Undefined when the line is not ours: the pipe is a descriptor that any code in the process could write to. */
export function parseMessage(line: string): WatchdogMessage | undefined {
  try {
    const message = JSON.parse(line) as Partial<WatchdogMessage> | null;
    if (message?.kind === 'report' && typeof message.sequence === 'number') return message as WatchdogReport;
    if (message?.kind === 'captured' && typeof message.part === 'string') return message as WatchdogCaptured;
    if (message?.kind === 'output' && typeof message.text === 'string') return message as WatchdogOutput;
    if (message?.kind === 'uncaught' && Array.isArray(message.chain)) return message as UncaughtError;
    return (message?.kind === 'stack' || message?.kind === 'exit') && Array.isArray(message.frames)
      ? (message as WatchdogStack | ExitWord)
      : undefined;
  } catch {
    return undefined;
  }
}
