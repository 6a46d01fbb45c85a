import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { IndicatorReport } from '../../core/health-link.ts';
import {
  type ExitWord,
  receiveFromWorker,
  SAMPLE_INTERVAL_MS,
  send,
  type SocketKey,
  type TcpHandle,
  type ToSupervisor,
  type ToWorker,
  type UncaughtError,
  type WaitingRoute,
  type WatchdogMessage,
  type WatchdogReport,
  type WatchdogStack,
  type WorkerSample,
} from '../../worker/index.ts';
import { WorkerCounters } from '../counters/worker-counters.ts';
import { judgeBlockedLoop } from '../detect/index.ts';
import { Captures, LogTail } from '../evidence/index.ts';
import type { SpawnedWorker, WorkerSpec } from './spawn-worker.ts';
import type { WorkerState, WorkerStatus } from '../status.ts';
import { readToEnd, readWatchdog } from './watchdog-pipe.ts';
import type { Exit, LastWords } from './worker-end.ts';

/** A worker that was ready and that nothing is heard of for this long, from no thread, is called unresponsive: it may be stopped. */
const SILENT_MS = 3 * SAMPLE_INTERVAL_MS;

/** A worker that listens, but not on all that its predecessors did, is ready all the same after this. */
const REMAINING_LISTENS_MS = 5000;

/** What a worker may take beyond its drain time before the signal is sent over its head: it may be blocked. */
const DRAIN_SLACK_MS = 500;

type Phase =
  | { readonly name: 'starting' }
  | { readonly name: 'ready'; readonly sinceMs: number }
  | { readonly name: 'draining'; readonly sinceMs: number | undefined };

interface Events {
  ready: [];
  /** It accepts on one more socket. */
  listens: [];
  message: [message: ToSupervisor, handle: TcpHandle | undefined];
  userMessage: [message: unknown, handle: unknown];
  /** What its health indicators have found, and what they had found before. */
  health: [after: readonly IndicatorReport[], before: readonly IndicatorReport[]];
  /** Four times a second from the watchdog thread, also while the worker's event loop is blocked. */
  report: [report: WatchdogReport];
  /** Where its event loop is blocked. */
  stack: [stack: WatchdogStack];
  exit: [exit: Exit];
}

/** One worker process, from its start to its end. */
export class WorkerProcess extends EventEmitter<Events> {
  readonly id: number;
  readonly slot: number;
  readonly startedAtMs: number = Date.now();
  /** Settles when the process has ended. */
  readonly exited: Promise<Exit>;
  /** Settles soon after that. */
  readonly lastWords: Promise<LastWords>;

  /** What can be asked of it, also while its event loop is blocked. */
  readonly captures: Captures;
  /** What it counts for each request. */
  readonly counters: WorkerCounters;
  /** The last that it wrote to stdout and stderr. */
  readonly logTail: LogTail = new LogTail();

  readonly #spec: WorkerSpec;
  readonly #missingKeys: Set<SocketKey>;
  readonly #child: ChildProcess;
  #phase: Phase = { name: 'starting' };
  #sample: { readonly sample: WorkerSample; readonly atMs: number } | undefined;
  #health: readonly IndicatorReport[] = [];
  #report: { readonly report: WatchdogReport; readonly atMs: number } | undefined;
  #error: UncaughtError | undefined;
  #word: ExitWord | undefined;
  #killedBecause: string | undefined;
  /** Messages for a worker that has not said hello; undefined afterwards. */
  #unsent: { readonly message: ToWorker; readonly handle: TcpHandle | undefined }[] | undefined = [];
  #waiting: readonly WaitingRoute[] = [];
  #isHeld = false;
  #readyTimer: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(spec: WorkerSpec, { child, pipe, countersDescriptor }: SpawnedWorker) {
    super();
    this.counters = new WorkerCounters(countersDescriptor);
    this.id = spec.id;
    this.slot = spec.slot;
    this.#spec = spec;
    this.#missingKeys = new Set(spec.keys);
    this.#child = child;
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit): void => {
        clearTimeout(this.#readyTimer);
        clearTimeout(this.#killTimer);
        this.captures.close();
        resolve(exit);
        this.emit('exit', exit);
      };
      this.#child.once('exit', (code, signal) => ended({ code, signal }));
      this.#child.once('error', () => {
        if (this.#child.pid === undefined) ended({ code: null, signal: null });
      });
    });
    this.captures = new Captures((line) => pipe?.write(line));
    if (pipe !== undefined) readWatchdog(pipe, (message) => this.#receiveFromWatchdog(message));
    this.lastWords = this.exited
      .then(() => (pipe === undefined ? undefined : readToEnd(pipe)))
      .then(() => ({ error: this.#error, word: this.#word, report: this.#report?.report }));
    receiveFromWorker(this.#child, (message, handle) => this.#receive(message, handle));
    this.#child.on('message', (message, handle) => this.emit('userMessage', message, handle));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get state(): WorkerState {
    if (this.#phase.name !== 'ready') return this.#phase.name;
    return !this.#isHeld && this.#isResponsive(this.#phase.sinceMs) ? 'ready' : 'unresponsive';
  }

  /** When it became ready; undefined until then. */
  get readySinceMs(): number | undefined {
    return this.#phase.name === 'starting' ? undefined : this.#phase.sinceMs;
  }

  /** Why we have killed it; undefined when we have not. */
  get killedBecause(): string | undefined {
    return this.#killedBecause;
  }

  get sample(): WorkerSample | undefined {
    return this.#sample?.sample;
  }

  /** The last word of its watchdog. */
  get report(): WatchdogReport | undefined {
    return this.#report?.report;
  }

  /** Requests that have waited for their answer for seconds, by route. */
  get waiting(): readonly WaitingRoute[] {
    return this.#waiting;
  }

  /** What its health indicators have found last. */
  get health(): readonly IndicatorReport[] {
    return this.#health;
  }

  /** It listens on a socket. */
  listens(key: SocketKey | undefined): void {
    if (key !== undefined) this.#missingKeys.delete(key);
    if (this.#missingKeys.size === 0) this.#markReady();
    else this.#readyTimer ??= setTimeout(() => this.#markReady(), REMAINING_LISTENS_MS);
    this.emit('listens');
  }

  /** It is not ready, but accepts on some of the sockets that its predecessors listened on. */
  get listensOnSome(): boolean {
    return this.#phase.name === 'starting' && this.#readyTimer !== undefined;
  }

  tell(message: ToWorker, handle?: TcpHandle): void {
    if (this.#unsent !== undefined) this.#unsent.push({ message, handle });
    else if (this.#child.connected) send(this.#child, message, handle);
  }

  /** Hands on a message of the user's. */
  tellUser(message: unknown, handle: unknown): void {
    if (this.#child.connected) this.#child.send(message as never, handle as never);
  }

  /** Ends it gently: drain, then `signal`, then SIGKILL, each with its own deadline. */
  end(signal: NodeJS.Signals): void {
    if (this.#phase.name === 'draining') return;
    this.#phase = { name: 'draining', sinceMs: this.readySinceMs };
    if (!this.#child.connected) {
      this.#signal(signal);
      return;
    }
    this.tell({ kind: 'drain', signal });
    this.#killTimer = setTimeout(
      () => this.#signal(signal),
      this.#spec.setup.drainTimeoutMs + DRAIN_SLACK_MS,
    );
  }

  /** New requests should go elsewhere, or may come again. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  /** @param because Why, as the rest of a sentence that begins with "it". */
  kill(because: string = 'had to end'): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#killedBecause ??= because;
    this.#child.kill('SIGKILL');
  }

  /** @param restarts How many have filled its place before. */
  status(restarts: number): WorkerStatus {
    return {
      id: this.id,
      slot: this.slot,
      pid: this.pid,
      restarts,
      state: this.state,
      startedAtMs: this.startedAtMs,
      readyAtMs: this.readySinceMs,
      sample: this.#sample?.sample,
      sampleAgeMs: this.#sample === undefined ? undefined : Date.now() - this.#sample.atMs,
      report: this.#report?.report,
      health: this.#health,
    };
  }

  #receive(message: ToSupervisor, handle: TcpHandle | undefined): void {
    if (message.kind === 'hello') {
      const unsent = this.#unsent ?? [];
      this.#unsent = undefined;
      for (const { message: waiting, handle: waitingHandle } of unsent) this.tell(waiting, waitingHandle);
    } else if (message.kind === 'sample') {
      this.#sample = { sample: this.counters.complete(message.sample), atMs: Date.now() };
    } else if (message.kind === 'waiting') {
      this.#waiting = message.routes;
    } else if (message.kind === 'health') {
      const before = this.#health;
      this.#health = message.reports;
      this.emit('health', message.reports, before);
    } else if (message.kind === 'signalled') {
      this.#expectEnd();
    } else {
      this.emit('message', message, handle);
    }
  }

  #receiveFromWatchdog(message: WatchdogMessage): void {
    switch (message.kind) {
      case 'stack':
        this.emit('stack', message);
        break;
      case 'captured':
        this.captures.received(message);
        break;
      case 'output':
        this.logTail.add(message.text);
        break;
      case 'uncaught':
        this.#error = message;
        break;
      case 'exit':
        this.#word = message;
        break;
      case 'report':
        this.#report = { report: message, atMs: Date.now() };
        this.emit('report', message);
    }
  }

  #markReady(): void {
    clearTimeout(this.#readyTimer);
    if (this.#phase.name !== 'starting') return;
    this.#phase = { name: 'ready', sinceMs: Date.now() };
    this.emit('ready');
  }

  #signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
    this.#expectEnd();
  }

  #expectEnd(): void {
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.kill(), this.#spec.setup.killTimeoutMs);
  }

  /** The watchdog knows it sooner and better; the samples come from the main thread itself. */
  #isResponsive(readySinceMs: number): boolean {
    const nowMs = Date.now();
    const { blockedLoop } = this.#spec.detect;
    if (blockedLoop !== false && this.#report !== undefined && nowMs - this.#report.atMs <= SILENT_MS) {
      return judgeBlockedLoop(this.#report.report.gapMs, blockedLoop) === 'turning';
    }
    return nowMs - Math.max(readySinceMs, this.#sample?.atMs ?? 0) <= SILENT_MS;
  }
}
