import type { Log } from '../log.ts';
import type { Recovery } from '../healing/recovery.ts';
import type { Slot } from '../replacing/slot.ts';
import type { SocketExchange } from '../sockets/socket-exchange.ts';
import type { StandIn } from './index.ts';
import type { SupervisorStatus } from '../status.ts';
import type { WorkerProcess } from '../process/worker-process.ts';

/** From the detection of an outage to the first answer of a stand-in it is to be half a second at most. */
const LOOK_EVERY_MS = 200;

interface OutagesConfig {
  readonly log: Log;
  /** All that run now. */
  readonly workers: ReadonlySet<WorkerProcess>;
  readonly slots: readonly Slot[];
  readonly sockets: SocketExchange;
  readonly recovery: Recovery;
}

/** Looks whether any worker takes requests, and sees to a stand-in while none does. */
export class Outages {
  readonly #config: OutagesConfig;
  #standIn: StandIn | undefined;
  #stopped = false;

  constructor(config: OutagesConfig) {
    this.#config = config;
  }

  get status(): SupervisorStatus['standIn'] {
    return this.#standIn?.status ?? { isPresent: false, answered: 0 };
  }

  /** To be called once the first worker is ready; what is loaded here would be in the way of its start. */
  async watch(): Promise<void> {
    const { StandIn: Loaded } = await import('./index.ts');
    if (this.#stopped) return;
    const { log, sockets, recovery } = this.#config;
    this.#standIn = new Loaded({
      log,
      handles: () => sockets.httpHandles,
      onStart: () => recovery.note('no worker takes requests: a stand-in answers 503'),
    });
    setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Also to be called when a worker has begun to listen or may have become ready, so that the stand-in leaves at once. */
  look(): void {
    if (this.#standIn === undefined || this.#stopped) return;
    const { workers, slots } = this.#config;
    const states = new Set([...workers].map(({ state }) => state));
    const starts = slots.filter(({ current }) => current === undefined).map(({ restartAtMs }) => restartAtMs);
    this.#standIn.judge(
      {
        // One that listens on some of its sockets must not compete with a stand-in for them.
        isServed: states.has('ready') || [...workers].some(({ listensOnSome }) => listensOnSome),
        isBlocked: states.has('unresponsive'),
        nextStartAtMs: states.has('starting') || starts.length === 0 ? undefined : Math.min(...starts),
      },
      Date.now(),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#standIn?.stop();
  }
}
