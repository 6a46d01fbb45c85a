// One process for health checks, from its start to its end.
import type { ChildProcess } from 'node:child_process';
import { AwakeClock } from '../../core/awake-clock.ts';
import type { IndicatorReport } from '../../core/health-link.ts';
import { ownModule } from '../../core/own-files.ts';
import { residentMb } from '../../core/proc.ts';
import { startConfigurationProcess } from '../configuration-process.ts';
import type { Suspects } from './blame.ts';
import { decodeFromChecks, type FromChecks, type ToChecks } from './messages.ts';

export interface ChecksProcessConfig {
  /** The configuration file, which names the checks. */
  readonly file: string;
  /** Checks that it leaves out when it starts. */
  readonly except: () => readonly string[];
  readonly onReports: (reports: readonly IndicatorReport[]) => void;
  /** A check threw later, or left a rejection that was not handled. */
  readonly onUncaught: (error: string) => void;
  /** The synchronous part of a check took long. */
  readonly onBlocked: (name: string, forMs: number) => void;
  /** Called once. @param reason As in "the process for health checks <reason>". */
  readonly onEnd: (reason: string, suspects: Suspects) => void;
}

/** How often the process is looked at, in ms. */
const LOOK_MS = 500;

/** Maximum time without a sign of life, in ms; ten beats: it may share a core with much else. */
const MAX_SILENT_MS = 10_000;

/** The same while it loads the configuration, which may connect somewhere or be compiled first. */
const MAX_START_MS = 60_000;

/** Maximum resident memory, in MB. A process that does nothing has 50 to 60, clients of databases add some ten each. */
const MAX_MEMORY_MB = 512;

/** How long it may take to close what its checks keep open, in ms. */
const LEAVE_MS = 1000;

const MAIN = ownModule('cli/checks/main');

/** Starts the process, kills it when it blocks or takes too much memory, and tells of its end. */
export class ChecksProcess {
  readonly #config: ChecksProcessConfig;
  readonly #child: ChildProcess;
  readonly #clock = new AwakeClock();
  readonly #looking: NodeJS.Timeout;
  readonly #ended: Promise<void>;
  /** How many runs of each check are under way. */
  readonly #running = new Map<string, number>();
  #blocking: string | undefined;
  /** It has loaded the configuration, and was told what to check. */
  #isStarted = false;
  #isOver = false;
  #heardAtMs = 0;
  /** Why it was killed. */
  #reason: string | undefined;

  /** Throws when no process can be started: no memory, no descriptors. */
  constructor(config: ChecksProcessConfig) {
    this.#config = config;
    this.#child = startConfigurationProcess(MAIN, [config.file], process.env);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const over = (reason: string): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      clearInterval(this.#looking);
      config.onEnd(this.#reason ?? reason, { names: [...this.#running.keys()], running: this.#blocking });
      resolve();
    };
    this.#child.on('exit', (code, signal) =>
      over(signal === null ? `ended with code ${code}` : `ended by ${signal}`),
    );
    // Also of a message that could not be sent: then the end follows.
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) over(`could not be started: ${error.message}`);
    });
    this.#child.on('message', (message) => this.#heard(message));
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Checks one of those that were left out. */
  add(name: string): void {
    if (this.#isStarted) this.#tell({ kind: 'add', name });
  }

  /** Has it close what its checks keep open, and end. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#tell({ kind: 'stop' });
    this.#child.ref();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #tell(message: ToChecks): void {
    if (!this.#isOver) this.#child.send(message, () => {});
  }

  #heard(received: unknown): void {
    const message = decodeFromChecks(received);
    if (message === undefined || this.#isOver) return;
    this.#heardAtMs = this.#clock.nowMs();
    switch (message.kind) {
      case 'hello':
        this.#isStarted = true;
        this.#tell({ kind: 'start', except: this.#config.except() });
        break;
      case 'run':
        this.#follow(message);
        break;
      case 'reports':
        this.#config.onReports(message.reports);
        break;
      case 'uncaught':
        this.#config.onUncaught(message.error);
        break;
      case 'blocked':
        this.#config.onBlocked(message.name, message.forMs);
        break;
      case 'beat':
    }
  }

  #follow({ name, phase }: Extract<FromChecks, { kind: 'run' }>): void {
    const before = this.#running.get(name) ?? 0;
    if (phase === 'begins') this.#running.set(name, before + 1);
    else if (phase === 'settles' && before <= 1) this.#running.delete(name);
    else if (phase === 'settles') this.#running.set(name, before - 1);
    this.#blocking = phase === 'begins' ? name : undefined;
  }

  #look(): void {
    const silentMs = this.#clock.nowMs() - this.#heardAtMs;
    const memoryMb = residentMb(this.#child.pid);
    if (memoryMb !== undefined && memoryMb > MAX_MEMORY_MB) {
      this.#kill(`was killed: it took more than ${MAX_MEMORY_MB} MB of memory`);
    } else if (this.#isStarted && silentMs > MAX_SILENT_MS) {
      this.#kill(`was killed: it was blocked for ${MAX_SILENT_MS / 1000} s`);
    } else if (!this.#isStarted && silentMs > MAX_START_MS) {
      this.#kill(`was killed: it had not loaded the configuration after ${MAX_START_MS / 1000} s`);
    }
  }

  #kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }
}
