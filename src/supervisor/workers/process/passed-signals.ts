import { caughtBy, signalThoseThatCatch } from './caught-signals.ts';
import type { Exit } from './worker-end.ts';

/**
 * How long a signal is held back before it is passed on, in ms. nodemon and others signal every process of a tree: a script that listens with
 * `once` would get it twice, and die of the second while it cleans up.
 */
const TREE_MS = 100;

/** How often it looks which signals the scripts listen for, in ms. */
const LOOK_MS = 1000;

/** A script that listened within this time still counts, in ms: with `once` it stops as soon as it gets the signal by itself. */
const LISTENED_WITHIN_MS = 3000;

/** What is looked for. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGUSR2', 'SIGQUIT'];

/** A script that ends within this time after a signal has ended because of it, in ms: as long as drain and end take by default. */
const ENDS_WITHIN_MS = 15_000;

interface Signalled {
  readonly pid: number;
  prependListener(event: 'exit', listener: (exit: Exit) => void): unknown;
}

/** Signals that mean what the script makes of them, on their way to the workers. */
export class PassedSignals<Worker extends Signalled> {
  readonly #workers: ReadonlySet<Worker>;
  readonly #onEnded: (worker: Worker, signal: NodeJS.Signals) => void;
  readonly #nowMs: () => number;
  /** When each worker was last sent each signal. */
  readonly #sentMs = new WeakMap<Worker, Map<NodeJS.Signals, number>>();

  /** When each worker was last seen to listen for each signal. */
  readonly #listenedMs = new WeakMap<Worker, Map<NodeJS.Signals, number>>();

  /** @param onEnded A worker has ended because of its signal, before anything else is done about it. */
  constructor(
    workers: ReadonlySet<Worker>,
    onEnded: (worker: Worker, signal: NodeJS.Signals) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#workers = workers;
    this.#onEnded = onEnded;
    this.#nowMs = nowMs;
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Sees which signals the scripts listen for. */
  look(signals: readonly NodeJS.Signals[] = SIGNALS): void {
    for (const worker of this.#workers) {
      const seen = this.#listenedMs.get(worker) ?? new Map<NodeJS.Signals, number>();
      this.#listenedMs.set(worker, seen);
      for (const signal of caughtBy(worker.pid, signals)) seen.set(signal, this.#nowMs());
    }
  }

  /** @returns Whether the script of any worker listens for it. */
  pass(signal: NodeJS.Signals): boolean {
    this.look([signal]);
    const sinceMs = this.#nowMs() - LISTENED_WITHIN_MS;
    const listening = [...this.#workers].filter((worker) => {
      return (this.#listenedMs.get(worker)?.get(signal) ?? -Infinity) >= sinceMs;
    });
    for (const worker of listening) this.#follow(worker).set(signal, this.#nowMs());
    const pids = listening.map(({ pid }) => pid);
    if (pids.length > 0) setTimeout(() => signalThoseThatCatch(signal, pids), TREE_MS);
    return pids.length > 0;
  }

  #follow(worker: Worker): Map<NodeJS.Signals, number> {
    const known = this.#sentMs.get(worker);
    if (known !== undefined) return known;
    const sent = new Map<NodeJS.Signals, number>();
    this.#sentMs.set(worker, sent);
    worker.prependListener('exit', (exit) => {
      const recent = [...sent].findLast(([, atMs]) => this.#nowMs() - atMs <= ENDS_WITHIN_MS);
      const signal = recent?.[0];
      if (signal !== undefined && (exit.signal === signal || exit.code === 0)) this.#onEnded(worker, signal);
    });
    return sent;
  }
}
