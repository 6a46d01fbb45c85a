// Users who post on connections that they keep, one request after the other, until connections are refused.
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { below } from '../harness/seed.ts';

const BODY = Buffer.alloc(64 * 1024, 'x');

export interface PostingOptions {
  readonly port: number;
  readonly random: () => number;
  /** How long the server takes for one request, in ms. */
  readonly tookMs: number;
  /** The second half of a body comes up to this much later, in ms. */
  readonly uploadMs: number;
  /** Maximum time between an answer and the next request, in ms. */
  readonly pauseMs: number;
}

/** A request that was sent on a connection and has no whole answer. */
export interface Lost {
  readonly why: string;
  /** The connection had served a request before. */
  readonly wasKept: boolean;
  /** From the sending to the failure, in ms. */
  readonly afterMs: number;
}

export class PostingUser {
  answered = 0;
  readonly lost: Lost[] = [];
  /** Settles when a connection is refused. */
  readonly done: Promise<void>;
  readonly #options: PostingOptions;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(options: PostingOptions) {
    this.#options = options;
    this.done = this.#run().finally(() => this.#agent.destroy());
  }

  async #run(): Promise<void> {
    const { random, pauseMs } = this.#options;
    while (await this.#post()) await delay(below(random, pauseMs + 1));
  }

  /** @returns Whether to go on. */
  async #post(): Promise<boolean> {
    const { port, random, tookMs, uploadMs } = this.#options;
    const sentAtMs = performance.now();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const req = http.request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: `/?ms=${tookMs}`,
      agent: this.#agent,
      headers: { 'content-length': BODY.length },
    });
    req.on('response', (res) => {
      let text = '';
      res.on('data', (chunk: Buffer) => (text += chunk.toString()));
      res.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      res.on('end', () => {
        const isWhole = res.statusCode === 200 && text === String(BODY.length);
        resolve(isWhole ? undefined : `status ${res.statusCode}: ${text}`);
      });
    });
    req.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    const half = BODY.length / 2;
    req.write(BODY.subarray(0, half));
    if (uploadMs > 0) await delay(below(random, uploadMs));
    req.end(BODY.subarray(half));
    const why = await promise;
    if (why === undefined) this.answered += 1;
    else if (why === 'ECONNREFUSED') return false;
    else
      this.lost.push({ why, wasKept: req.reusedSocket, afterMs: Math.round(performance.now() - sentAtMs) });
    return true;
  }
}
