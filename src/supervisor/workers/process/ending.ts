import type { ChildProcess } from 'node:child_process';
import type { WorkerChannel } from './worker-channel.ts';
import { killWorker } from './worker-end.ts';

/** What a worker may take beyond its drain time before the signal is sent over its head, in ms: it may be blocked. */
const DRAIN_SLACK_MS = 500;

/** A drain that takes longer than this is logged, in ms. */
const SLOW_DRAIN_MS = 1000;

interface EndingConfig {
  readonly child: ChildProcess;
  readonly channel: Pick<WorkerChannel, 'raise'>;
  readonly drainTimeoutMs: number;
  readonly killTimeoutMs: number;
  /** It has been draining for a second. @param forMs How much longer it may. */
  readonly onSlow: (forMs: number) => void;
}

/** Ends one worker process: drain, then a signal, then SIGKILL, each with its own deadline. */
export class Ending {
  readonly #config: EndingConfig;
  #because: string | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #slow: NodeJS.Timeout | undefined;

  constructor(config: EndingConfig) {
    this.#config = config;
  }

  /** Why we have killed it, as the rest of a sentence that begins with "it"; undefined when we have not. */
  get killedBecause(): string | undefined {
    return this.#because;
  }

  /** It was told to drain, and raises the signal itself when it has. */
  drains(signal: NodeJS.Signals): void {
    const { drainTimeoutMs, onSlow } = this.#config;
    this.#deadline = setTimeout(() => this.signal(signal), drainTimeoutMs + DRAIN_SLACK_MS);
    this.#slow = setTimeout(() => onSlow(drainTimeoutMs - SLOW_DRAIN_MS), SLOW_DRAIN_MS).unref();
  }

  signal(signal: NodeJS.Signals): void {
    this.#config.channel.raise(signal);
    this.signalled();
  }

  /** It has got its signal. */
  signalled(): void {
    const { killTimeoutMs } = this.#config;
    this.ended();
    const because = `was still there ${killTimeoutMs / 1000} s after its signal (supervisor.killTimeoutMs)`;
    this.#deadline = setTimeout(() => this.kill(because), killTimeoutMs);
  }

  /** With what it has started. */
  kill(because: string): void {
    if (killWorker(this.#config.child)) this.#because ??= because;
  }

  ended(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#slow);
  }
}
