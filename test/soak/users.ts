// A steady load, in which nothing is retried and nothing is hidden.
import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../harness/http.ts';

/** Users give up after this, in ms. */
export const PATIENCE_MS = 5000;

export interface Failure {
  /** When the request was made. */
  readonly atMs: number;
  readonly endedAtMs: number;
  readonly why: string;
}

/** Users with a connection for each request. */
export class Users {
  requests = 0;
  readonly failures: Failure[] = [];
  readonly #port: number;
  readonly #pauseMs: number;
  readonly #running: Promise<void>;
  readonly #pending = new Set<Promise<void>>();
  #isStopping = false;

  /** @param pauseMs Between two requests. */
  constructor(port: number, pauseMs: number) {
    this.#port = port;
    this.#pauseMs = pauseMs;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
    await Promise.all(this.#pending);
  }

  summary(): string {
    return `${this.requests} requests, ${this.failures.length} failed`;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const asked = this.#ask().finally(() => this.#pending.delete(asked));
      this.#pending.add(asked);
      await delay(this.#pauseMs);
    }
  }

  async #ask(): Promise<void> {
    const atMs = Date.now();
    this.requests += 1;
    const fail = (why: string): void => {
      this.failures.push({ atMs, endedAtMs: Date.now(), why });
    };
    try {
      const { status } = await request(this.#port, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (status !== 200) fail(`status ${status}`);
    } catch (error) {
      fail(String(error));
    }
  }
}
