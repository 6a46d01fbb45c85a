import { setTimeout as delay } from 'node:timers/promises';
import { openClient, type Protocol, type SteadyClient } from './clients.ts';

const CONNECTIONS = 16;
const BODY = Buffer.alloc(2000, 'x');
/** Between two requests of a connection, so that the load is steady and not all that the server can take. */
const PAUSE_MS = 5;

/** GET and POST in turn on every connection, until told to stop. Every failure counts. */
export class SteadyLoad {
  requests = 0;
  /** How often each failure happened. */
  readonly failures: Map<string, number> = new Map();
  readonly #running: readonly Promise<void>[];
  #stopping = false;

  constructor(protocol: Protocol, port: number) {
    this.#running = Array.from({ length: CONNECTIONS }, (_, i) => this.#run(openClient(protocol, port), i));
  }

  get failed(): number {
    return [...this.failures.values()].reduce((total, count) => total + count, 0);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
  }

  async #run(client: SteadyClient, index: number): Promise<void> {
    for (let i = index; !this.#stopping; i += 1) {
      const body = i % 2 === 0 ? undefined : BODY;
      try {
        const answer = await client.send(body);
        if (answer.status !== 200 || answer.body !== String(body?.length ?? 0)) {
          throw new Error(`answered ${answer.status} ${answer.body}`);
        }
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const what = `${body === undefined ? 'GET' : 'POST'}: ${code ?? ''} ${message}`;
        this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
      }
      this.requests += 1;
      await delay(PAUSE_MS);
    }
    await client.close();
  }
}

export const LOAD_SETTINGS: Readonly<Record<string, number>> = {
  connections: CONNECTIONS,
  'ms between two requests of a connection': PAUSE_MS,
  'bytes of a POST': BODY.length,
};
