// Two clients that send one request after the other: one keeps its connection, the other opens one for each request.
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../../harness/until.ts';
import { type Address, exchange, type Response } from './exchange.ts';
import type { Exchange } from './server.ts';

/** Pause between a response and the next request, in ms: the two send about a hundred a second. */
const PAUSE_MS = 20;

/** More than one request of each client can be under way in no case. */
export const CLIENTS = 2;

export interface Failure {
  /** `refused`: no connection. `cut`: a connection that ended before the response. `answer`: a wrong response. */
  readonly kind: 'refused' | 'cut' | 'answer';
  readonly text: string;
  readonly status?: number;
}

export class Traffic {
  readonly failures: Failure[] = [];
  #answers = 0;
  #stopping = false;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #clients: readonly Promise<void>[];
  readonly #send: (agent: http.Agent | false) => Promise<Response>;
  readonly #problemOf: (response: Response) => string | undefined;

  /** @param isRight What is wrong with a response. */
  constructor(address: Address, sent: Exchange, isRight: (response: Response) => string | undefined) {
    this.#send = (agent) => exchange(address, sent, agent);
    this.#problemOf = isRight;
    this.#clients = [this.#run(this.#agent), this.#run(false)];
  }

  /** Waits for this many more right answers. */
  async more(count: number): Promise<void> {
    const goal = this.#answers + count;
    await until(
      `${count} more answers`,
      () => this.#answers >= goal,
      () => JSON.stringify(this.failures),
    );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#clients);
    this.#agent.destroy();
  }

  async #run(agent: http.Agent | false): Promise<void> {
    while (!this.#stopping) {
      try {
        const response = await this.#send(agent);
        const problem = this.#problemOf(response);
        if (problem === undefined) this.#answers += 1;
        else this.failures.push({ kind: 'answer', text: problem, status: response.status });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        this.failures.push({
          kind: code === 'ECONNREFUSED' ? 'refused' : 'cut',
          text: `${code ?? ''} ${message}`,
        });
      }
      await delay(PAUSE_MS);
    }
  }
}
