import { setTimeout as delay } from 'node:timers/promises';
import { type Ending, oneRequest } from '../lib/one-request.ts';

const EVERY_MS = 5;
const PATIENCE_MS = 3000;
/** Below the kernel's accept queue (511 for Node.js), so that waiting clients leave room in it for new ones. */
const MAX_WAITING = 256;

/** `unavailable`: told 503 by a fallback responder. */
type Fate = Ending['kind'] | 'unavailable';

export type Counts = Readonly<Record<Fate, number>>;

/** A new connection every few milliseconds, whatever became of those before. */
export class NewConnections {
  readonly counts: Record<Fate, number> = {
    answered: 0,
    unavailable: 0,
    refused: 0,
    reset: 0,
    'given up': 0,
    failed: 0,
  };
  /** The longest wait of a client that was answered. */
  longestMs = 0;
  readonly #waiting = new Set<Promise<void>>();
  readonly #running: Promise<void>;
  #stopping = false;

  constructor(port: number) {
    this.#running = this.#run(port);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await Promise.all(this.#waiting);
  }

  async #run(port: number): Promise<void> {
    while (!this.#stopping) {
      if (this.#waiting.size < MAX_WAITING) {
        const waiting = oneRequest(port, PATIENCE_MS).then((ending) => {
          this.counts[fateOf(ending)] += 1;
          if (ending.kind === 'answered') this.longestMs = Math.max(this.longestMs, ending.afterMs);
          this.#waiting.delete(waiting);
        });
        this.#waiting.add(waiting);
      }
      await delay(EVERY_MS);
    }
  }
}

function fateOf(ending: Ending): Fate {
  return ending.kind === 'failed' && ending.why.startsWith('HTTP/1.1 503') ? 'unavailable' : ending.kind;
}

export const CONNECTION_SETTINGS: Readonly<Record<string, number>> = {
  'ms between two new connections': EVERY_MS,
  'ms that a client waits for its answer': PATIENCE_MS,
  'clients that wait at most': MAX_WAITING,
};
