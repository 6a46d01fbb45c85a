// What a worker says of its own end, written to the supervisor before the process is gone. Costs nothing until then.
import { writeSync } from 'node:fs';
import type { Suspect } from '../admission/index.ts';
import { formatMessage, type WatchdogMessage } from './watchdog/report.ts';
import { parseStack } from './stack-text.ts';
import type { StackFrame } from './watchdog/index.ts';

/** An uncaught error, or one of the causes underneath it. */
export interface ToldError {
  /** `TypeError`; `typeof` of what was thrown when that is no error. */
  readonly name: string;
  /** Cut after {@link LONGEST_MESSAGE} characters. */
  readonly message: string;
  /** `ECONNREFUSED`, where there is one. */
  readonly code: string | undefined;
  /** Innermost first. */
  readonly frames: readonly StackFrame[];
}

/** Said when an exception or a rejection was not caught. The process may still be saved by a handler of the user's. */
export interface UncaughtError {
  readonly kind: 'uncaught';
  readonly origin: 'uncaughtException' | 'unhandledRejection';
  /** The error first, then its causes. */
  readonly chain: readonly ToldError[];
}

/** Said when Node.js ends the process in order: nothing was left to do, or your code called `process.exit()`. */
export interface ExitWord {
  readonly kind: 'exit';
  readonly code: number;
  /** Who called `process.exit()`, innermost first; empty when no code did. */
  readonly frames: readonly StackFrame[];
}

/** An error message is for people to read; one that is longer holds data. */
const LONGEST_MESSAGE = 500;
const MOST_CAUSES = 4;
/** Below what the kernel takes from two threads without mixing their lines, with the paths that people have. */
const MOST_FRAMES = 10;

/**
 * @param descriptor The watchdog's pipe.
 * @param tellSecrets So that the supervisor leaves them out of what follows.
 * @param suspect The request whose code runs.
 */
export function leaveLastWords(
  descriptor: number,
  tellSecrets: () => void,
  suspect: () => Suspect | undefined,
): void {
  const write = (make: () => WatchdogMessage | undefined): void => {
    try {
      const message = make();
      if (message !== undefined) writeSync(descriptor, formatMessage(message));
    } catch {
      // Whatever a thrown object does when it is looked at, or a pipe without a reader: the end must be that of the user's code.
    }
  };
  const say = (make: () => UncaughtError | ExitWord): void => {
    tellSecrets();
    write(() => {
      const found = suspect();
      return found && { kind: 'suspect', isEnding: true, suspect: found };
    });
    write(make);
  };
  // Only looks on: whether the process ends of it is decided by those who listen for 'uncaughtException', as ever.
  process.on('uncaughtExceptionMonitor', (error: unknown, origin) => {
    say(() => ({ kind: 'uncaught', origin, chain: tellChain(error) }));
  });
  process.on('exit', (code) => {
    say(() => ({ kind: 'exit', code, frames: callerOfExit(parseStack(new Error().stack ?? '')) }));
  });
}

/** An error and what caused it. */
export function tellChain(thrown: unknown): ToldError[] {
  const chain: ToldError[] = [];
  const seen = new Set<unknown>();
  for (let next = thrown; next !== undefined && chain.length <= MOST_CAUSES && !seen.has(next);) {
    seen.add(next);
    chain.push(tellError(next));
    next = next instanceof Error ? next.cause : undefined;
  }
  return chain;
}

function tellError(thrown: unknown): ToldError {
  if (!(thrown instanceof Error))
    return { name: typeof thrown, message: cut(thrown), code: undefined, frames: [] };
  const { code } = thrown as NodeJS.ErrnoException;
  return {
    name: thrown.name,
    message: cut(thrown.message),
    code: typeof code === 'string' ? code : undefined,
    frames: parseStack(String(thrown.stack)).slice(0, MOST_FRAMES),
  };
}

function cut(message: unknown): string {
  const text = textOf(message);
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}

/** An object that was thrown may hold anything, so only its kind is reported. */
function textOf(message: unknown): string {
  switch (typeof message) {
    case 'string':
      return message;
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
      return String(message);
    default:
      return Object.prototype.toString.call(message);
  }
}

/** The event is emitted inside `process.exit`, so its caller is what comes after it. */
export function callerOfExit(frames: readonly StackFrame[]): readonly StackFrame[] {
  const exit = frames.findIndex(
    ({ functionName, url }) => functionName === 'process.exit' && url.startsWith('node:'),
  );
  return exit === -1 ? [] : frames.slice(exit + 1, exit + 1 + MOST_FRAMES);
}
