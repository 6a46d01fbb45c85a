import diagnostics from 'node:diagnostics_channel';
import type { CacheStore } from './contract.ts';

/** An operation of a store. */
export type StoreOperation =
  | 'get'
  | 'put'
  | 'update'
  | 'invalidate'
  | 'delete'
  | 'epoch'
  | 'invalidateTags'
  | 'flush';

/** Message of `respite:cache:store-error`: a store failed, took too long, or gave bytes that are not ours. */
export interface StoreErrorEvent {
  /** The store that failed. */
  readonly store: CacheStore;
  /** What was asked of it. */
  readonly operation: StoreOperation;
  /** What it failed by. */
  readonly error: unknown;
}

/** Message of `respite:cache:store-state`: the circuit of a store has opened, so that it is not asked, or has closed again. */
export interface StoreStateEvent {
  /** The store whose circuit has changed. */
  readonly store: CacheStore;
  /** `open`: the store is not asked for a while. `closed`: it is asked again. */
  readonly circuit: 'open' | 'closed';
  /** What it failed by; undefined when it has closed. */
  readonly cause: unknown;
}

const errors = diagnostics.channel('respite:cache:store-error');
const states = diagnostics.channel('respite:cache:store-state');

export function publishStoreError(store: CacheStore, operation: StoreOperation, error: unknown): void {
  if (errors.hasSubscribers) errors.publish({ store, operation, error } satisfies StoreErrorEvent);
}

export function publishStoreState(
  store: CacheStore,
  circuit: StoreStateEvent['circuit'],
  cause: unknown,
): void {
  if (states.hasSubscribers) states.publish({ store, circuit, cause } satisfies StoreStateEvent);
}
