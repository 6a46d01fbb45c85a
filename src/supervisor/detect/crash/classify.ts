// Why a worker that was to serve has ended. Pure.
import { mb } from '../../../core/units.ts';
import type { StackFrame, ToldError, UncaughtError, WatchdogReport } from '../../../worker/index.ts';
import { describeExit } from '../../workers/process/describe-exit.ts';
import { culprit } from './culprit.ts';
import { type IncidentCause } from '../../causes.ts';
import type { Redact } from '../../../core/redact.ts';
import type { Exit, LastWords } from '../../workers/process/worker-end.ts';

/** Everything that is known of an end. */
export interface Ending extends LastWords {
  readonly worker: number;
  readonly exit: Exit;
  /** How long it had listened; undefined if it never did. */
  readonly readyForMs: number | undefined;
  /** Why we killed it ourselves; undefined if we did not. */
  readonly killedBecause: string | undefined;
  /** The kernel's counter says that it was the kernel; undefined where there is no counter, or no SIGKILL. */
  readonly byKernel: boolean | undefined;
}

export interface Verdict {
  readonly cause: IncidentCause;
  readonly summary: string;
  readonly facts: readonly string[];
  readonly stack: readonly StackFrame[] | undefined;
}

/** What raises them is machine code: an addon's, Node.js's or V8's. */
const NATIVE: ReadonlySet<string | null> = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
]);

/** Shells and wrappers make an exit code of a signal: 128 and its number (POSIX, sh "Exit Status"). */
const SIGNAL_CODES: ReadonlyMap<number | null, NodeJS.Signals> = new Map([
  [132, 'SIGILL'],
  [133, 'SIGTRAP'],
  [134, 'SIGABRT'],
  [135, 'SIGBUS'],
  [136, 'SIGFPE'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
]);

/** Node.js's own (Node.js documentation, "Process exit codes"). */
const CODES: ReadonlyMap<number | null, string> = new Map([
  [5, 'a fatal error inside V8'],
  [7, 'a handler of uncaught exceptions threw itself'],
  [9, 'an option that Node.js does not know'],
  [13, 'a top-level await that never settled'],
]);

/** Of the limit of the old generation: V8 gives up close to it, and the last report is up to 250 ms old. */
const FULL_SHARE = 0.8;

/** What a Node.js process holds beside its old generation: code, young generation, stacks. */
const BASE_BYTES = 96 * 1024 * 1024;

/** @param redact Takes secrets out of what errors say. */
export function classify(ending: Ending, redact: Redact): Verdict {
  const verdict = judge(ending, redact);
  const { readyForMs, killedBecause, worker } = ending;
  if (readyForMs !== undefined) return verdict;
  if (killedBecause !== undefined) {
    const summary = `worker ${worker} did not start: it ${killedBecause}`;
    return { ...verdict, cause: 'start-failed', summary, facts: [summary] };
  }
  const facts = ['it had not listened yet', ...verdict.facts];
  if (verdict.cause !== 'crash') return { ...verdict, facts };
  const summary = verdict.summary.replace(`worker ${worker}`, `worker ${worker} did not start: it`);
  return { ...verdict, cause: 'start-failed', summary, facts };
}

function judge(ending: Ending, redact: Redact): Verdict {
  const { worker, exit, word, killedBecause } = ending;
  // Where Node.js itself has said an exit code, it is the script's own and stands for no signal.
  const signal = exit.signal ?? (word === undefined ? SIGNAL_CODES.get(exit.code) : undefined);
  const how = describeExit(exit);
  if (killedBecause !== undefined) {
    return plain('unknown', `worker ${worker} was killed: it ${killedBecause}`, [how]);
  }
  if (signal === 'SIGKILL') return killed(ending, how);
  if (signal === 'SIGABRT') return aborted(ending, how);
  if (NATIVE.has(signal ?? null)) {
    const summary = `worker ${worker} crashed in native code: ${how}`;
    return plain('crash', summary, [
      `${how}: raised by machine code, not by JavaScript`,
      ...circumstances(ending),
    ]);
  }
  if (signal !== undefined && signal !== null) {
    const facts = [`${how} was not sent by Respite`, ...circumstances(ending)];
    return plain('unknown', `worker ${worker} was ended from outside: ${how}`, facts);
  }
  // A handler of the user's may have the last word over an error, but not make a success of it.
  if (ending.error !== undefined && exit.code !== 0) return uncaught(ending, ending.error, how, redact);
  return exited(ending, how);
}

function killed(ending: Ending, how: string): Verdict {
  const { worker, byKernel } = ending;
  if (byKernel === true) {
    return plain('killed-by-kernel', `worker ${worker} was killed by the kernel: memory ran out`, [
      `${how}, and the kernel's counter of out-of-memory kills has moved`,
      ...circumstances(ending),
    ]);
  }
  const kernel =
    byKernel === false
      ? "the kernel's counter of out-of-memory kills has not moved: it was not the kernel"
      : 'there is no counter of out-of-memory kills to be read: it may have been the kernel';
  const facts = [`${how} was not sent by Respite`, kernel, ...circumstances(ending)];
  return plain('unknown', `worker ${worker} was killed from outside: ${how}`, facts);
}

/** V8 aborts when its heap is full, and says so on standard error only, which is the script's. */
function aborted(ending: Ending, how: string): Verdict {
  const { worker, report } = ending;
  if (report !== undefined && isHeapFull(report)) {
    const { oldGenerationLimitBytes: limit, liveBytes, oldGenerationBytes, gapMs } = report;
    return plain(
      'gc-death-spiral',
      `worker ${worker} ran out of heap (${mb(limit)} MB) and was aborted by V8: ${how}`,
      [
        `the last report has ${mb(Math.max(oldGenerationBytes, liveBytes))} of ${mb(limit)} MB of the heap in use, and ${mb(report.rssBytes)} MB of memory`,
        ...(gapMs > 0 ? [`its event loop had been blocked for ${gapMs} ms`] : []),
        ...circumstances(ending),
      ],
    );
  }
  const facts = [
    `${how}: process.abort(), an addon, or V8 when its heap is full`,
    ...(report === undefined
      ? []
      : [
          `the last report has ${mb(report.oldGenerationBytes)} of ${mb(report.oldGenerationLimitBytes)} MB of the heap in use: not full`,
        ]),
    ...circumstances(ending),
  ];
  return plain('crash', `worker ${worker} aborted: ${how}`, facts);
}

/** Its own figures are from when the event loop was last responsive; the memory of the process is always of now. */
function isHeapFull(report: WatchdogReport): boolean {
  const { oldGenerationLimitBytes, oldGenerationBytes, liveBytes, rssBytes, externalBytes } = report;
  const full = FULL_SHARE * oldGenerationLimitBytes;
  return Math.max(oldGenerationBytes, liveBytes) >= full || rssBytes - externalBytes - BASE_BYTES >= full;
}

function uncaught(ending: Ending, { origin, chain }: UncaughtError, how: string, redact: Redact): Verdict {
  const [error, ...causes] = chain;
  const stack = chain.find(({ frames }) => culprit(frames) !== undefined)?.frames ?? error?.frames;
  const where = stack === undefined ? undefined : culprit(stack);
  const what = origin === 'unhandledRejection' ? 'an unhandled rejection' : 'an uncaught exception';
  const said = error === undefined ? what : describe(error, redact);
  return {
    cause: 'crash',
    summary: `worker ${ending.worker} crashed: ${said}${where === undefined ? '' : `, in ${where}`}`,
    facts: [
      `${what}: ${said}`,
      ...causes.map((cause) => `caused by ${describe(cause, redact)}`),
      how,
      ...circumstances(ending),
    ],
    stack,
  };
}

function exited(ending: Ending, how: string): Verdict {
  const { worker, exit, word } = ending;
  const meaning = CODES.get(exit.code);
  const facts = [meaning === undefined ? how : `${how}: ${meaning}`, ...circumstances(ending)];
  if (word === undefined || word.frames.length === 0) {
    const why = exit.code === 0 ? ' without a request to stop: it had nothing left to do' : '';
    return plain(
      'crash',
      `worker ${worker} ended with ${how}${meaning === undefined ? why : ` (${meaning})`}`,
      facts,
    );
  }
  const where = culprit(word.frames);
  return {
    cause: 'crash',
    summary: `worker ${worker} ended with ${how}: process.exit() was called${where === undefined ? '' : ` in ${where}`}`,
    facts: ['process.exit() was called by the script, or by what it uses', ...facts],
    stack: word.frames,
  };
}

/** On one line. */
function describe({ name, message, code }: ToldError, redact: Redact): string {
  const text = redact(message).replaceAll(/\s*\n\s*/g, ' ');
  return `${name}${text === '' ? '' : `: ${text}`}${code === undefined || text.includes(code) ? '' : ` (${code})`}`;
}

/** What was going on. */
function circumstances({ report, readyForMs }: Ending): string[] {
  const facts = readyForMs === undefined ? [] : [`it had been ready for ${(readyForMs / 1000).toFixed(1)} s`];
  if (report === undefined) return facts;
  if (report.lastRequest !== '') facts.push(`the last request that was started is ${report.lastRequest}`);
  facts.push(
    `when its watchdog spoke last, ${report.inFlight} requests were in flight and ${mb(report.rssBytes)} MB of memory in use`,
  );
  return facts;
}

function plain(cause: IncidentCause, summary: string, facts: readonly string[]): Verdict {
  return { cause, summary, facts, stack: undefined };
}
