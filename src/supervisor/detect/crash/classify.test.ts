import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StackFrame, UncaughtError, WatchdogReport } from '../../../worker/index.ts';
import { Redaction } from '../../../core/redact.ts';
import { classify, type Ending } from './classify.ts';

const MB = 1024 * 1024;

const REPORT: WatchdogReport = {
  kind: 'report',
  sequence: 9,
  gapMs: 0,
  lagMs: 0,
  starvedMs: 0,
  starvedGapMs: 0,
  debugger: false,
  oldGenerationLimitBytes: 256 * MB,
  oldGenerationBytes: 20 * MB,
  liveBytes: 0,
  majorCollections: 0,
  externalBytes: 2 * MB,
  rssBytes: 80 * MB,
  utilization: 0,
  shortBlocksMs: 0,
  inFlight: 3,
  abandoned: 0,
  waiting: 0,
  oldestWaitingMs: 0,
  completions: 5,
  lastRequest: 'GET /orders',
};

const HANDLER: StackFrame = { functionName: 'handler', url: 'file:///srv/app.mjs', line: 11, column: 3 };

const ENDING: Ending = {
  worker: 4,
  exit: { code: 1, signal: null },
  readyForMs: 61_000,
  killedBecause: undefined,
  byKernel: undefined,
  error: undefined,
  word: undefined,
  report: REPORT,
};

const ERROR: UncaughtError = {
  kind: 'uncaught',
  origin: 'uncaughtException',
  chain: [
    { name: 'TypeError', message: 'no orders for /users?token=abc', code: undefined, frames: [HANDLER] },
    { name: 'Error', message: 'connect failed', code: 'ECONNREFUSED', frames: [] },
  ],
};

interface Case {
  readonly what: string;
  readonly ending: Partial<Ending>;
  readonly cause: string;
  readonly summary: RegExp;
  readonly fact?: RegExp;
  readonly stack?: readonly StackFrame[];
}

const signal = (name: NodeJS.Signals): Ending['exit'] => ({ code: null, signal: name });
const code = (number: number): Ending['exit'] => ({ code: number, signal: null });

const CASES: readonly Case[] = [
  {
    what: 'an uncaught exception',
    ending: { error: ERROR },
    cause: 'crash',
    summary:
      /^worker 4 crashed: TypeError: no orders for \/users\?token=\*\*\*, in handler \(\/srv\/app\.mjs:11\)$/,
    fact: /^caused by Error: connect failed \(ECONNREFUSED\)$/,
    stack: [HANDLER],
  },
  {
    what: 'an unhandled rejection',
    ending: { error: { ...ERROR, origin: 'unhandledRejection' } },
    cause: 'crash',
    summary: /crashed: TypeError/,
    fact: /^an unhandled rejection: TypeError/,
    stack: [HANDLER],
  },
  {
    what: 'an error whose own frames are Node.js’s: the stack is that of the cause',
    ending: {
      error: {
        ...ERROR,
        chain: [
          { name: 'Error', message: '', code: undefined, frames: [{ ...HANDLER, url: 'node:net' }] },
          { name: 'Error', message: 'why', code: undefined, frames: [HANDLER] },
        ],
      },
    },
    cause: 'crash',
    summary: /crashed: Error, in handler/,
    stack: [HANDLER],
  },
  {
    what: 'an error that a handler survived, and an ordinary end later',
    ending: { error: ERROR, exit: code(0), word: { kind: 'exit', code: 0, frames: [] } },
    cause: 'crash',
    summary: /ended with exit code 0 without a request to stop/,
  },
  {
    what: 'process.exit(3)',
    ending: { exit: code(3), word: { kind: 'exit', code: 3, frames: [HANDLER] } },
    cause: 'crash',
    summary:
      /^worker 4 ended with exit code 3: process\.exit\(\) was called in handler \(\/srv\/app\.mjs:11\)$/,
    stack: [HANDLER],
  },
  {
    what: 'process.exit(0)',
    ending: { exit: code(0), word: { kind: 'exit', code: 0, frames: [HANDLER] } },
    cause: 'crash',
    summary: /exit code 0: process\.exit\(\) was called in handler/,
    stack: [HANDLER],
  },
  {
    what: 'an exit code of the script’s that looks like a signal',
    ending: { exit: code(137), word: { kind: 'exit', code: 137, frames: [HANDLER] } },
    cause: 'crash',
    summary: /exit code 137: process\.exit\(\)/,
    stack: [HANDLER],
  },
  {
    what: 'nothing left to do',
    ending: { exit: code(0) },
    cause: 'crash',
    summary: /exit code 0 without a request to stop: it had nothing left to do$/,
  },
  {
    what: 'a top-level await that never settles',
    ending: { exit: code(13) },
    cause: 'crash',
    summary: /exit code 13 \(a top-level await that never settled\)$/,
  },
  {
    what: 'SIGABRT with a full heap',
    ending: { exit: signal('SIGABRT'), report: { ...REPORT, oldGenerationBytes: 240 * MB, gapMs: 700 } },
    cause: 'gc-death-spiral',
    summary: /^worker 4 ran out of heap \(256 MB\) and was aborted by V8: signal SIGABRT$/,
    fact: /240 of 256 MB/,
  },
  {
    what: 'code 134 with a heap that was filled within one turn: only the memory of the process shows it',
    ending: { exit: code(134), report: { ...REPORT, rssBytes: 340 * MB } },
    cause: 'gc-death-spiral',
    summary: /ran out of heap.*exit code 134/,
  },
  {
    what: 'SIGABRT with much memory, all of it in Buffers',
    ending: { exit: signal('SIGABRT'), report: { ...REPORT, rssBytes: 900 * MB, externalBytes: 800 * MB } },
    cause: 'crash',
    summary: /^worker 4 aborted: signal SIGABRT$/,
    fact: /20 of 256 MB of the heap in use: not full/,
  },
  {
    what: 'SIGABRT before the watchdog said anything',
    ending: { exit: signal('SIGABRT'), report: undefined },
    cause: 'crash',
    summary: /aborted/,
  },
  {
    what: 'SIGKILL by the kernel',
    ending: { exit: signal('SIGKILL'), byKernel: true },
    cause: 'killed-by-kernel',
    summary: /^worker 4 was killed by the kernel: memory ran out$/,
    fact: /counter of out-of-memory kills has moved/,
  },
  {
    what: 'code 137 by the kernel',
    ending: { exit: code(137), byKernel: true },
    cause: 'killed-by-kernel',
    summary: /killed by the kernel/,
  },
  {
    what: 'SIGKILL by somebody',
    ending: { exit: signal('SIGKILL'), byKernel: false },
    cause: 'unknown',
    summary: /^worker 4 was killed from outside: signal SIGKILL$/,
    fact: /has not moved: it was not the kernel/,
  },
  {
    what: 'SIGKILL where no counter can be read',
    ending: { exit: signal('SIGKILL') },
    cause: 'unknown',
    summary: /killed from outside/,
    fact: /it may have been the kernel/,
  },
  {
    what: 'SIGTERM by somebody',
    ending: { exit: signal('SIGTERM') },
    cause: 'unknown',
    summary: /^worker 4 was ended from outside: signal SIGTERM$/,
    fact: /not sent by Respite/,
  },
  ...(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'] as const).map((name): Case => ({
    what: name,
    ending: { exit: signal(name) },
    cause: 'crash',
    summary: new RegExp(`^worker 4 crashed in native code: signal ${name}$`),
  })),
  {
    what: 'code 139',
    ending: { exit: code(139) },
    cause: 'crash',
    summary: /native code: exit code 139/,
  },
  {
    what: 'an error at start',
    ending: { readyForMs: undefined, error: ERROR },
    cause: 'start-failed',
    summary: /^worker 4 did not start: it crashed: TypeError/,
    fact: /^it had not listened yet$/,
    stack: [HANDLER],
  },
  {
    what: 'never listened, and was killed for it',
    ending: {
      readyForMs: undefined,
      exit: signal('SIGKILL'),
      byKernel: false,
      killedBecause: 'did not listen within 60 s',
    },
    cause: 'start-failed',
    summary: /^worker 4 did not start: it did not listen within 60 s$/,
  },
  {
    what: 'killed from outside while it started',
    ending: { readyForMs: undefined, exit: signal('SIGKILL'), byKernel: false },
    cause: 'unknown',
    summary: /killed from outside/,
    fact: /^it had not listened yet$/,
  },
];

for (const { what, ending, cause, summary, fact, stack } of CASES) {
  test(what, () => {
    const verdict = classify({ ...ENDING, ...ending }, new Redaction({}).redact);
    assert.equal(verdict.cause, cause);
    assert.match(verdict.summary, summary);
    assert.ok(verdict.facts.length > 0);
    if (fact !== undefined)
      assert.ok(
        verdict.facts.some((each) => fact.test(each)),
        verdict.facts.join('\n'),
      );
    assert.deepEqual(verdict.stack, stack);
  });
}
