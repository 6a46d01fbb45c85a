export { type Cache, createCache } from './cache.ts';
export {
  conditional,
  type ConditionalOptions,
  type ConditionalRequest,
  type ConditionalResponse,
  type Preconditions,
  preconditions,
} from './conditional.ts';
export type {
  CacheInvalidateEvent,
  CacheRequestEvent,
  CacheStoreEvent,
  CacheTroubleEvent,
} from './engine/events.ts';
export type { CacheResult, CacheStats } from './engine/statistics.ts';
export type { DispatchInterceptor } from './dispatch/shapes.ts';
export type { CacheOptions } from './options.ts';
export type { StoredEntry, StoredRecord, VaryMarker } from './policy/record.ts';
export type { CacheStore, Lookup, MaybePromise, Version } from './store/contract.ts';
export {
  type MemoryStore,
  memoryStore,
  type MemoryStoreOptions,
  type MemoryStoreStats,
} from './store/memory.ts';
