// Bodies that go to their readers, and into the store once all of them has come.
import type { ResolvedCacheOptions } from '../options.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { ByteBudget } from './byte-budget.ts';
import { publishStore } from './events.ts';
import type { Flight } from './flight.ts';
import { attempt, HOLD_MS } from './invalidation.ts';
import { SharedBody } from './shared-body.ts';
import type { CacheCounters } from './statistics.ts';
import type { Arrived, Upstream } from './upstream.ts';

/** What is done with a body. */
interface Keeping {
  /** Stores all of it; gives the record if it is stored. */
  readonly store: (bytes: Uint8Array) => Promise<StoredEntry | undefined>;
  /** It does not fit. */
  readonly onTooLarge: () => void;
  /** It is stored, or won't be. */
  readonly land: () => void;
}

export class KeptBodies {
  readonly #options: ResolvedCacheOptions;
  readonly #upstream: Upstream;
  readonly #budget: ByteBudget;
  readonly #counters: CacheCounters;

  constructor(
    options: ResolvedCacheOptions,
    upstream: Upstream,
    budget: ByteBudget,
    counters: CacheCounters,
  ) {
    this.#options = options;
    this.#upstream = upstream;
    this.#budget = budget;
    this.#counters = counters;
  }

  /** The body of what has arrived for a flight. It is read once all who wait have opened their readers. */
  open(
    flight: Flight,
    arrived: Arrived,
    isStored: boolean,
    { store, onTooLarge, land }: Keeping,
  ): SharedBody {
    const body = new SharedBody(arrived.body, {
      entryLimitBytes: this.#options.entryLimitBytes,
      budget: this.#budget,
      isStored,
      onComplete: (bytes) => {
        const isLate = this.#options.now() - arrived.requestedAt > HOLD_MS;
        if (!isStored || isLate) land();
        else void this.#store(flight, bytes, store).then(land);
      },
      onIncomplete: (why) => {
        land();
        if (why.reason === 'too-large') onTooLarge();
        if (why.reason === 'broken') this.#upstream.brokeOff(flight, why.error);
      },
      onReaderGone: (how) => {
        // One who has only looked at the fields has nothing against it being stored.
        if (how === 'dropped') flight.leaveRunning();
        else flight.leave();
      },
    });
    flight.body = body;
    // So that no reader misses the beginning.
    setImmediate(() => {
      body.start();
    });
    return body;
  }

  async #store({ request }: Flight, bytes: Uint8Array, store: Keeping['store']): Promise<void> {
    const record = await attempt(() => store(bytes));
    if (record === undefined) return;
    this.#counters.stored += 1;
    this.#counters.storedBytes += bytes.byteLength;
    publishStore(this.#options.name, request.url, record.status, bytes.byteLength);
  }
}
