import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { FleetLease, HEARTBEAT_MS, type LeaseAnswer } from './lease.ts';
import type { TenantRates } from '../../../worker/index.ts';
import type { ResolvedFleetOptions } from './options.ts';
import { nextTryMs } from './patience.ts';
import { type FleetRates, RateExchange } from './rate-exchange.ts';
import { nodeCrypto } from '../../../core/node-crypto.ts';

/** This instance as one of many that heal in turns, and share out sheddable requests between tenants together. */
export class Fleet {
  readonly #name: string;
  readonly #lease: FleetLease;
  readonly #exchange: RateExchange;
  readonly #log: Log;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #left = new AbortController();
  /** Healings under way: the lease is this instance's, whatever the number of its workers. */
  #healing = 0;

  constructor(options: ResolvedFleetOptions, log: Log) {
    this.#name = options.name;
    this.#log = log;
    const id = `${hostname()}:${process.pid}:${nodeCrypto.randomUUID().slice(0, 8)}`;
    this.#lease = new FleetLease(options, id);
    this.#exchange = new RateExchange(options, id);
    void this.#lease.beat();
    this.#heartbeat = setInterval(() => void this.#lease.beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /**
   * Heals when it is this instance's turn, or when it has waited as long as the cause allows. Settles as `heal` does.
   *
   * @param cause Why, as an incident calls it.
   */
  async inTurn<Result>(cause: string, heal: () => Promise<Result>): Promise<Result> {
    this.#healing += 1;
    try {
      await this.#wait(cause);
      return await heal();
    } finally {
      this.#healing -= 1;
      if (this.#healing === 0) void this.#lease.release();
    }
  }

  /** Tells what tenants ask of this instance, and learns what they ask of all. Undefined when Redis did not answer in time. Never rejects. */
  async exchangeRates(rates: TenantRates): Promise<FleetRates | undefined> {
    return this.#left.signal.aborted ? undefined : this.#exchange.exchange(rates);
  }

  /** Reports to the others that this instance goes, within half a second. */
  async leave(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#left.abort();
    await this.#lease.leave();
  }

  async #wait(cause: string): Promise<void> {
    const beganMs = performance.now();
    let answer = await this.#lease.acquire();
    if (answer === 'denied') {
      this.#log.info(
        { fleet: this.#name, cause },
        'enough instances of the fleet heal already: waiting for them',
      );
    }
    while (answer === 'denied' && !this.#left.signal.aborted) {
      const waitMs = nextTryMs(cause, performance.now() - beganMs, Math.random());
      if (waitMs === undefined) break;
      await delay(waitMs, undefined, { signal: this.#left.signal }).catch(() => {});
      answer = await this.#lease.acquire();
    }
    if (answer !== 'granted') this.#goAlone(answer, cause, performance.now() - beganMs);
  }

  #goAlone(answer: LeaseAnswer, cause: string, waitedMs: number): void {
    const seconds = (waitedMs / 1000).toFixed(1);
    const why =
      answer === 'unreachable' ? 'its Redis does not answer' : `the others still heal after ${seconds} s`;
    this.#log.warn({ fleet: this.#name, cause, waitedMs }, `healing without the fleet's consent: ${why}`);
  }
}
