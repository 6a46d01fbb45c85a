export { type Cache, createCache } from './cache.ts';
export {
  conditional,
  type ConditionalOptions,
  type ConditionalRequest,
  type ConditionalResponse,
  type Preconditions,
  preconditions,
} from '../conditional/index.ts';
export type {
  CacheInvalidateEvent,
  CacheRequestEvent,
  CacheStoreEvent,
  CacheTroubleEvent,
} from './engine/events.ts';
export type { CacheResult, CacheStats } from './engine/statistics.ts';
export type { DispatchInterceptor } from '../core/dispatch-shapes.ts';
export type { CacheOptions } from './options.ts';
export type { PartitionedRequest } from './policy/request.ts';
export type { CacheRule } from './policy/rules.ts';
export {
  createResponseCache,
  type ResponseCache,
  type ResponseCacheOptions,
} from './server/create-response-cache.ts';
export type { StoredEntry, StoredRecord, VaryMarker } from './policy/record.ts';
export type { CacheStore, Lookup, MaybePromise, Version } from './store/contract.ts';
export {
  type MemoryStore,
  memoryStore,
  type MemoryStoreOptions,
  type MemoryStoreStats,
} from './store/memory.ts';
export type {
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisCommandOptions,
  RedisClient,
} from './store/redis/client.ts';
export { redisStore, type RedisStoreOptions } from './store/redis/redis-store.ts';
export type { MemcacheClient } from './store/memcached/client-backend.ts';
export {
  type MemcachedServer,
  memcachedStore,
  type MemcachedStoreOptions,
} from './store/memcached/memcached-store.ts';
export type { Backend, BackendValue } from './store/remote/backend.ts';
export { remoteStore } from './store/remote/create-remote-store.ts';
export type { RemoteStoreOptions } from './store/remote/options.ts';
export type { StoreErrorEvent, StoreOperation, StoreStateEvent } from './store/events.ts';
export { tieredStore, type TieredStoreOptions } from './store/tiered.ts';
export type { UndiciCacheKey, UndiciCacheStore, UndiciCacheValue } from './store/undici/undici-backend.ts';
export { undiciStore, type UndiciStoreOptions } from './store/undici/undici-store.ts';
