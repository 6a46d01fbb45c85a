// Puts a complete response where the next request will find it, unless something has happened there since.
import { randomUUID } from 'node:crypto';
import type { StoredEntry, VaryMarker } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import { varyFields } from '../../http/vary.ts';
import { type CacheStore, NO_BODY } from '../store/contract.ts';
import { type Found, variantKey } from './lookup.ts';

/** Variants of one resource; the oldest makes room. Without a bound, anybody could fill the cache by one URL. */
const VARIANTS_LIMIT = 32;

/** @returns Whether it is stored. */
export async function commit(
  store: CacheStore,
  request: CacheRequest,
  found: Found,
  entry: StoredEntry,
  body: Uint8Array,
): Promise<boolean> {
  const names = varyFields(entry.fields);
  const { marker, primary } = found;
  if (marker === undefined && names.length === 0) {
    return store.put(request.resource, entry, body, primary.version);
  }
  const isCovered = marker !== undefined && names.every((name) => marker.fields.includes(name));
  if (isCovered) {
    if (!(await store.put(found.key, entry, body, found.lookup.version))) return false;
    const isListed = marker.variants.includes(found.key);
    if (isListed && marker.expiresAt >= entry.expiresAt) return true;
    const variants = isListed ? marker.variants : [...marker.variants, found.key];
    await putMarker(store, request, found, marker, variants, entry.expiresAt);
    // Should another variant have been listed meanwhile, this one can be found all the same.
    return true;
  }
  // Older variants were told apart by less: they can't be found any more.
  const fields = [...new Set([...(marker?.fields ?? []), ...names])].toSorted();
  const fresh = { generation: randomUUID(), fields };
  const key = variantKey(fresh, request);
  const { version } = await store.get(key);
  if (!(await store.put(key, entry, body, version))) return false;
  return putMarker(store, request, found, fresh, [key], entry.expiresAt);
}

async function putMarker(
  store: CacheStore,
  request: CacheRequest,
  { primary }: Found,
  { generation, fields }: Pick<VaryMarker, 'generation' | 'fields'>,
  variants: readonly string[],
  expiresAt: number,
): Promise<boolean> {
  const kept = variants.slice(-VARIANTS_LIMIT);
  const before = primary.record?.expiresAt ?? 0;
  const marker: VaryMarker = {
    kind: 'vary',
    fields,
    generation,
    variants: kept,
    expiresAt: Math.max(expiresAt, before),
  };
  const isPut = await store.put(request.resource, marker, NO_BODY, primary.version);
  if (isPut) for (const dropped of variants.slice(0, -VARIANTS_LIMIT)) await store.delete(dropped);
  return isPut;
}
