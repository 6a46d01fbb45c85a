import type { Suspect } from '../../admission/index.ts';
import type { ExitWord, UncaughtError } from '../last-words.ts';
import type { SecretsMessage } from '../loaded-secrets.ts';
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
  /** How long the event loop stood still in blocks of 0.1 to 2 s, since the start; time without a processor included. */
  readonly shortBlocksMs: number;
  /** Requests under way. */
  readonly inFlight: number;
  /** Requests that have ended, except those that no limit holds for (health checks). */
  readonly completions: number;
  /** Of these, those whose client had gone away before an answer began. */
  readonly abandoned: number;
  /** Requests of which nothing was answered yet, as of the last second; those that no limit holds for not included. */
  readonly waiting: number;
  /** How long the oldest of them has waited. */
  readonly oldestWaitingMs: number;
  /** Method and path of the request that was started last. */
  readonly lastRequest: string;
}

/** Where the main thread stands, while it is blocked. */
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

/** The request that the main thread is at, while it is blocked or about to end. */
export interface WatchdogSuspect {
  readonly kind: 'suspect';
  /** An error was not caught, or the process exits; false: the event loop is blocked. */
  readonly isEnding: boolean;
  readonly suspect: Suspect;
}

/** Everything that can come through the watchdog's pipe, one line of JSON each. */
export type WatchdogMessage =
  | WatchdogReport
  | WatchdogStack
  | WatchdogCaptured
  | WatchdogOutput
  | WatchdogSuspect
  | SecretsMessage
  | UncaughtError
  | ExitWord;

/** A line, ready to be written. */
export function formatMessage(message: WatchdogMessage): string {
  return `${JSON.stringify(message)}\n`;
}
