// Users, and tenants that ask for more than the fleet can do. Nothing is retried here.
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { exponential } from '../../simulator/random.ts';

/** A response after this is none, in ms. */
const PATIENCE_MS = 5000;

/** What could not be sent in time by this much, in ms, is left out: its burst would be this process's, not the users'. */
const LATE_MS = 100;

export interface Source {
  readonly name: string;
  readonly perSecond: number;
  /** Undefined for users. */
  readonly tenant?: string;
}

/** What became of the requests of one source. */
export interface Counts {
  sent: number;
  served: number;
  shed: number;
  failed: number;
}

/** Requests that come whether earlier ones are answered or not, at random times, until stopped. */
export class Traffic {
  readonly counts: ReadonlyMap<string, Counts>;
  /** Why requests of users failed, with the time in seconds. */
  readonly failures: string[] = [];
  readonly #port: number;
  readonly #random: () => number;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 512 });
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #pending = new Set<Promise<void>>();
  readonly #beganMs = performance.now();

  constructor(port: number, sources: readonly Source[], random: () => number) {
    this.#port = port;
    this.#random = random;
    this.counts = new Map(sources.map(({ name }) => [name, { sent: 0, served: 0, shed: 0, failed: 0 }]));
    for (const source of sources) this.#schedule(source, performance.now());
  }

  get seconds(): number {
    return (performance.now() - this.#beganMs) / 1000;
  }

  /** A copy, to be subtracted from a later one. */
  snapshot(): ReadonlyMap<string, Readonly<Counts>> {
    return new Map([...this.counts].map(([name, counts]) => [name, { ...counts }]));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#pending);
    this.#agent.destroy();
  }

  /** @param dueMs Of the next request. */
  #schedule(source: Source, dueMs: number): void {
    const send = (): void => {
      const nowMs = performance.now();
      let nextMs = Math.max(dueMs, nowMs - LATE_MS);
      while (nextMs <= nowMs) {
        const sent = this.#send(source).finally(() => this.#pending.delete(sent));
        this.#pending.add(sent);
        nextMs += exponential(this.#random, 1000 / source.perSecond);
      }
      this.#schedule(source, nextMs);
    };
    this.#timers.set(source.name, setTimeout(send, Math.max(0, dueMs - performance.now())));
  }

  async #send({ name, tenant }: Source): Promise<void> {
    const counts = this.counts.get(name);
    if (counts === undefined) return;
    counts.sent += 1;
    const answer = await this.#ask(tenant);
    if (answer === 200) counts.served += 1;
    else if (answer === 429) counts.shed += 1;
    else counts.failed += 1;
    if (tenant === undefined && answer !== 200) this.failures.push(`${this.seconds.toFixed(1)} s: ${answer}`);
  }

  async #ask(tenant: string | undefined): Promise<number | string> {
    return new Promise((resolve) => {
      const req = request({
        host: '127.0.0.1',
        port: this.#port,
        agent: this.#agent,
        method: tenant === undefined ? 'GET' : 'POST',
        path: tenant === undefined ? '/' : '/deliveries',
        headers: tenant === undefined ? {} : { 'x-tenant': tenant, 'content-length': '0' },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      req.once('error', (error) => resolve(error.message));
      req.once('response', (res) => {
        res.resume();
        res.once('error', (error) => resolve(error.message));
        res.once('end', () => resolve(res.statusCode ?? 0));
      });
      req.end();
    });
  }
}
