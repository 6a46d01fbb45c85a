// Requests with methods other than GET and HEAD: passed on, and what they may have changed is forgotten (RFC 9111, 4.4).
import type { ResolvedCacheOptions } from '../options.ts';
import { invalidatedUrls, isUnsafe } from '../policy/invalidate.ts';
import { partitionsTag } from '../policy/key.ts';
import { type CacheRequest, locate } from '../policy/request.ts';
import { invalidatedGroups } from '../policy/tags.ts';
import type { MaybePromise } from '../store/contract.ts';
import { publishInvalidate } from './events.ts';
import type { Origin, OriginResponse } from './origin.ts';

/** A response that takes longer is not stored: what stores remember of invalidations may be forgotten by then. */
export const HOLD_MS = 600_000;

/** Sends the request. `onInvalid` is called with the keys of resources before they leave the store. */
export async function forward(
  request: CacheRequest,
  origin: Origin,
  options: ResolvedCacheOptions,
  onInvalid: (resources: readonly string[]) => void,
): Promise<OriginResponse> {
  let response: OriginResponse;
  try {
    response = await origin.send({}, origin.signal);
  } catch (error) {
    // It may have been done, although that is unknown.
    if (isUnsafe(request.method)) await invalidate(invalidatedUrls(request, 200, {}), []);
    throw error;
  }
  if (!isUnsafe(request.method)) return response;
  const { status, fields, redirected, url } = response;
  const urls = invalidatedUrls(request, status, fields, redirected ? url : undefined);
  if (urls.length > 0) await invalidate(urls, invalidatedGroups(fields, new URL(request.url).origin));
  return response;

  async function invalidate(changed: readonly string[], groups: readonly string[]): Promise<void> {
    const { store, name } = options;
    const resources = changed.map((each) => locate(each, request.host, options).target);
    const tags = options.hasPartitions ? [...groups, ...resources.map(partitionsTag)] : groups;
    onInvalid(resources);
    publishInvalidate(name, changed, groups);
    await Promise.all([
      ...resources.map((resource) => attempt(() => store.invalidate(resource, HOLD_MS))),
      tags.length === 0 ? undefined : attempt(() => store.invalidateTags(tags)),
    ]);
  }
}

/** A store that fails is a store that knows nothing. */
export async function attempt<T>(operation: () => MaybePromise<T>): Promise<T | undefined> {
  try {
    return await operation();
  } catch {
    return undefined;
  }
}
