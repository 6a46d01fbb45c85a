// What happens in a cache, for subscribers of the channel. Unobserved it costs nothing.
import diagnostics from 'node:diagnostics_channel';
import type { CacheResult } from './statistics.ts';

/** Message of `respite:cache:request`: a request has been answered, or has failed. */
export interface CacheRequestEvent {
  /** The cache's `name`. */
  readonly cache: string;
  /** Method of the request. */
  readonly method: string;
  /** URL of the request, with its query. */
  readonly url: string;
  /** How the request was answered. */
  readonly result: CacheResult;
  /** Undefined if it failed. */
  readonly status: number | undefined;
  /** Cache-Status (RFC 9211) of this cache: what it did, and why. Undefined if the request failed. */
  readonly cacheStatus: string | undefined;
  /** What it failed by. */
  readonly error: unknown;
}

/** Message of `respite:cache:store`: a response has been stored whole. */
export interface CacheStoreEvent {
  /** The cache's `name`. */
  readonly cache: string;
  /** URL under which the response is stored. */
  readonly url: string;
  /** Status of the response. */
  readonly status: number;
  /** Bytes of its body. */
  readonly bytes: number;
}

/** Message of `respite:cache:invalidate`: what is stored for these URLs, or with these tags, is invalidated. */
export interface CacheInvalidateEvent {
  /** The cache's `name`. */
  readonly cache: string;
  /** URLs whose stored responses are invalidated. Empty when only tags are. */
  readonly urls: readonly string[];
  /** As the store knows them: `tag …`, and `group <origin> …` (RFC 9875). */
  readonly tags: readonly string[];
}

/** Message of `respite:cache:trouble`: an origin or one resource of it is backing off for a while. */
export interface CacheTroubleEvent {
  /** The cache's `name`. */
  readonly cache: string;
  /** An origin, such as `http://a.example`, that hangs or can't be reached; or the URL of what answered with an error. */
  readonly name: string;
  /** In milliseconds since 1970. */
  readonly until: number;
}

const request = diagnostics.channel('respite:cache:request');
const store = diagnostics.channel('respite:cache:store');
const invalidate = diagnostics.channel('respite:cache:invalidate');
const trouble = diagnostics.channel('respite:cache:trouble');

/** Whether anybody wants to hear of requests; a message is made only then. */
export function hearsRequests(): boolean {
  return request.hasSubscribers;
}

export function publishRequest(event: CacheRequestEvent): void {
  request.publish(event);
}

export function publishStore(cache: string, url: string, status: number, bytes: number): void {
  if (store.hasSubscribers) store.publish({ cache, url, status, bytes } satisfies CacheStoreEvent);
}

export function publishInvalidate(cache: string, urls: readonly string[], tags: readonly string[]): void {
  if (invalidate.hasSubscribers) invalidate.publish({ cache, urls, tags } satisfies CacheInvalidateEvent);
}

export function publishTrouble(cache: string, name: string, until: number): void {
  if (trouble.hasSubscribers) trouble.publish({ cache, name, until } satisfies CacheTroubleEvent);
}
