// What stands around every store outside of this process.
import { type BreakerSettings, CircuitBreaker } from './circuit-breaker.ts';
import type { CacheStore } from './contract.ts';
import { InvalidationLog } from './invalidation-log.ts';

/** The store with a circuit breaker and an invalidation log; itself if it needs neither. */
export function guarded(store: CacheStore, settings: BreakerSettings): CacheStore {
  return store.isGuarded === true ? store : new InvalidationLog(new CircuitBreaker(store, settings));
}
