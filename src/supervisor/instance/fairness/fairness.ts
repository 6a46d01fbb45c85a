import type { TenantRates, ToSupervisor, ToWorker } from '../../../worker/index.ts';
import type { FleetRates } from '../fleet/index.ts';
import type { Log } from '../../log.ts';
import { type FairnessStatus, NO_FAIRNESS } from './status.ts';
import { isTenant, sumRates } from './sum-rates.ts';

/** How often the supervisor sends rates to the workers and to the fleet, in ms. */
export const EXCHANGE_MS = 500;

/** What a worker or the fleet has told counts for this long, in ms: three answers may be lost. */
const FRESH_MS = 2000;

/** A worker as this sees it. */
export interface SharingWorker {
  tell(message: ToWorker): void;
  on(event: 'message', listener: (message: ToSupervisor) => void): unknown;
}

interface FairnessConfig<Worker> {
  readonly log: Log;
  /** All workers that run now. */
  readonly live: ReadonlySet<Worker>;
  /** Undefined without a fleet. Never rejects; undefined when there was no answer in time. */
  readonly exchangeRates: ((rates: TenantRates) => Promise<FleetRates | undefined>) | undefined;
  readonly nowMs: () => number;
}

interface Told {
  readonly rates: TenantRates;
  readonly largestShare: number;
  readonly atMs: number;
}

/**
 * Tells each worker what tenants ask of all workers together, and where there is a fleet and its Redis answers, of all instances.
 * Runs beside the requests: nothing waits for it; see docs/design/fairness.md.
 */
export class Fairness<Worker extends SharingWorker> {
  readonly #config: FairnessConfig<Worker>;
  readonly #told = new Map<Worker, Told>();
  #fleet: (FleetRates & { readonly atMs: number }) | undefined;
  #hasFleet: boolean | undefined;
  #answered = 0;
  #unanswered = 0;
  #looking: NodeJS.Timeout | undefined;

  constructor(config: FairnessConfig<Worker>) {
    this.#config = config;
  }

  get status(): FairnessStatus {
    const told = [...this.#told.values()];
    const exchanges = { answered: this.#answered, unanswered: this.#unanswered };
    if (told.length === 0) return { ...NO_FAIRNESS, exchanges };
    const keys = new Set(told.flatMap(({ rates }) => rates.map(([key]) => key)));
    return {
      scope: this.#fresh === undefined ? 'instance' : 'fleet',
      tenants: [...keys].filter(isTenant).length,
      largestShare: Math.min(...told.map(({ largestShare }) => largestShare)),
      instances: this.#fresh?.instances ?? 0,
      exchanges,
    };
  }

  /** A worker has been started. */
  join(worker: Worker): void {
    worker.on('message', (message) => {
      if (message.kind !== 'tenant-rates') return;
      const { rates, largestShare } = message;
      this.#told.set(worker, { rates, largestShare, atMs: this.#config.nowMs() });
      this.#looking ??= setInterval(() => this.#look(), EXCHANGE_MS).unref();
    });
  }

  get #fresh(): FleetRates | undefined {
    const fleet = this.#fleet;
    return fleet !== undefined && this.#config.nowMs() - fleet.atMs < FRESH_MS ? fleet : undefined;
  }

  #look(): void {
    const { live, nowMs, exchangeRates } = this.#config;
    for (const [worker, { atMs }] of this.#told) {
      if (!live.has(worker) || nowMs() - atMs >= FRESH_MS) this.#told.delete(worker);
    }
    if (this.#told.size === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
      return;
    }
    const rates = sumRates([...this.#told.values()].map((told) => told.rates));
    if (exchangeRates !== undefined) void this.#exchange(rates, exchangeRates);
    // What the fleet has answered last is better than what is known here only.
    if (this.#fresh === undefined) this.#tell(rates);
  }

  async #exchange(
    rates: TenantRates,
    exchangeRates: (rates: TenantRates) => Promise<FleetRates | undefined>,
  ): Promise<void> {
    const answer = await exchangeRates(rates);
    if (answer === undefined) {
      this.#unanswered += 1;
      if (this.#fresh === undefined) this.#changes(false, 0);
      return;
    }
    this.#answered += 1;
    this.#fleet = { ...answer, atMs: this.#config.nowMs() };
    this.#changes(true, answer.instances);
    this.#tell(answer.rates);
  }

  #tell(rates: TenantRates): void {
    for (const worker of this.#told.keys()) {
      if (this.#config.live.has(worker)) worker.tell({ kind: 'tenant-rates', rates });
    }
  }

  #changes(hasFleet: boolean, instances: number): void {
    if (hasFleet === this.#hasFleet) return;
    const isFirst = this.#hasFleet === undefined;
    this.#hasFleet = hasFleet;
    const { log } = this.#config;
    if (!hasFleet) {
      log.warn(
        {},
        "the fleet's Redis does not answer: this instance is fair to tenants on its own until it does",
      );
    } else if (!isFirst) {
      log.info(
        { instances },
        "the fleet's Redis answers again: instances share out between tenants together",
      );
    }
  }
}
