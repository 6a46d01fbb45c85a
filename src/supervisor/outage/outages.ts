import type { ResolvedShedResponse } from '../../admission/shed/options.ts';
import type { Log } from '../log.ts';
import type { Recovery } from '../incidents/recovery.ts';
import type { SocketExchange } from '../workers/sockets/socket-exchange.ts';
import type { FallbackResponder } from './index.ts';
import type { OutageStatus } from './status.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';

/** From the detection of an outage to the first answer of a fallback responder it is to be half a second at most. */
const LOOK_EVERY_MS = 200;

interface OutagesConfig {
  readonly log: Log;
  /** All that run now. */
  readonly workers: ReadonlySet<WorkerProcess>;
  /** A clock for judgements. */
  readonly nowMs: () => number;
  /** When the next workers are to be started, by that clock. */
  readonly nextStartsMs: () => readonly number[];
  readonly sockets: SocketExchange;
  readonly recovery: Recovery;
  readonly shedResponse: ResolvedShedResponse;
}

/** Looks whether any worker takes requests, and sees to a fallback responder while none does. */
export class Outages {
  readonly #config: OutagesConfig;
  #fallbackResponder: FallbackResponder | undefined;
  #stopped = false;

  constructor(config: OutagesConfig) {
    this.#config = config;
  }

  get status(): OutageStatus {
    return this.#fallbackResponder?.status ?? { isPresent: false, answered: 0 };
  }

  /** To be called once the first worker is ready; what is loaded here would be in the way of its start. */
  async watch(): Promise<void> {
    const { FallbackResponder: Loaded } = await import('./index.ts');
    if (this.#stopped) return;
    const { log, sockets, recovery, shedResponse } = this.#config;
    this.#fallbackResponder = new Loaded({
      log,
      shedResponse,
      handles: () => sockets.httpHandles,
      onStart: () => recovery.note('no worker takes requests: a fallback responder answers 503'),
    });
    setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Also to be called when a worker has begun to listen or may have become ready, so that the fallback responder leaves at once. */
  look(): void {
    if (this.#fallbackResponder === undefined || this.#stopped) return;
    const { workers, nowMs, nextStartsMs } = this.#config;
    // Standbys serve no client, and one that takes a place serves in a moment.
    const serving = [...workers].filter(({ isStandby }) => !isStandby);
    const states = new Set(serving.map(({ state }) => state));
    const isTakenOver = serving.some(({ isWarm }) => isWarm);
    const starts = nextStartsMs();
    this.#fallbackResponder.judge(
      {
        // One that listens on some of its sockets must not compete with a fallback responder for them.
        isServed: states.has('ready') || serving.some(({ start }) => start.acceptsOnSome),
        isBlocked: states.has('unresponsive') && !isTakenOver,
        nextStartAtMs: states.has('starting') || starts.length === 0 ? undefined : Math.min(...starts),
      },
      nowMs(),
    );
  }

  /** Resolves when the fallback responder's process has ended; never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#fallbackResponder?.stop();
  }
}
