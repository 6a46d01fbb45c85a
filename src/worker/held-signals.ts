// Signals that reach this process directly are not for it alone, and wait until it is drained.

/** What a service manager, a platform or a person ends a program with. */
const HELD = ['SIGTERM', 'SIGINT'] as const;

/** A signal that asks a program to end. */
export type StopSignal = (typeof HELD)[number];

/** `process.emit` as it is called here. */
type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/**
 * Holds SIGTERM and SIGINT back from the script until {@link raise}. Some service managers and platforms send them to every process of a
 * service: the worker would end in the middle of its requests, although the supervisor has it drain. So the supervisor is told, and decides.
 *
 * The script finds no listener of ours. Node.js keeps a signal from ending the process as long as it has a handle for it, which it opens with
 * the first listener and closes with the last. Ours is removed without that, and the handle stays. It emits what it was opened with: this
 * object's function, and not that of `process`. A script that removes its own last listener closes the handle, and ends on the
 * signal as it would without Respite.
 */
export class HeldSignals {
  readonly #onSignal: (signal: StopSignal) => boolean;
  #isHolding = false;

  /** @param onSignal Tells the supervisor. Returns false when there is none any more: then the signal has its effect at once. */
  constructor(onSignal: (signal: StopSignal) => boolean) {
    this.#onSignal = onSignal;
  }

  /** Before the script runs. */
  install(): void {
    this.#isHolding = true;
    for (const signal of HELD) this.#openHandle(signal);
  }

  /** Lets the script have this signal, or ends the process if it does not listen for it. Does nothing the second time. */
  raise(signal: NodeJS.Signals): void {
    if (!this.#isHolding) return;
    this.#isHolding = false;
    // With the last listener Node.js closes its handle, and a signal ends the process again.
    for (const held of HELD) process.on(held, nothing).off(held, nothing);
    process.kill(process.pid, asListenedFor(signal));
  }

  #openHandle(signal: StopSignal): void {
    // An agent that was loaded first may listen already, and the handle be its.
    const listeners = process.rawListeners(signal) as (() => void)[];
    process.removeAllListeners(signal);
    const before = Object.getOwnPropertyDescriptor(process, 'emit');
    const emit: Emit = process.emit.bind(process);
    const emitHere: Emit = (event, ...args) => {
      if (event === signal) return this.#arrived(signal, args);
      // Node.js would close the handle.
      return event === 'removeListener' ? true : emit(event, ...args);
    };
    Object.defineProperty(process, 'emit', { value: emitHere, configurable: true, writable: true });
    try {
      process.on(signal, nothing).off(signal, nothing);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process, 'emit');
      else Object.defineProperty(process, 'emit', before);
    }
    for (const listener of listeners) process.on(signal, listener);
  }

  #arrived(signal: StopSignal, args: readonly unknown[]): boolean {
    if (this.#isHolding) {
      if (this.#onSignal(signal)) return true;
      this.raise(signal);
      return true;
    }
    // As it is now: an agent may have wrapped it.
    return (process.emit as Emit)(signal, ...args);
  }
}

/** Many scripts clean up on SIGINT alone, since that is how their authors end them. */
function asListenedFor(signal: NodeJS.Signals): NodeJS.Signals {
  const cleansUpOnInterrupt = process.listenerCount('SIGTERM') === 0 && process.listenerCount('SIGINT') > 0;
  return signal === 'SIGTERM' && cleansUpOnInterrupt ? 'SIGINT' : signal;
}

function nothing(): void {
  // Only there to be added and removed.
}
