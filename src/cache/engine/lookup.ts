// From a request to the key of what answers it: the resource's own, or by its Vary marker that of a variant.
import type { StoredEntry, VaryMarker } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import { variantDigest } from '../policy/key.ts';
import { type CacheStore, type Lookup, type MaybePromise, NO_BODY } from '../store/contract.ts';

/** What a request finds. */
export interface Found {
  /** Where it stands or would stand. */
  readonly key: string;
  readonly entry: StoredEntry | undefined;
  readonly body: Uint8Array;
  /** What is stored of a response in parts that don't answer the request. */
  readonly partial: { readonly entry: StoredEntry; readonly body: Uint8Array } | undefined;
  /** At `key`. */
  readonly lookup: Lookup;
  /** At the resource's own key; the same as `lookup` if it does not vary. */
  readonly primary: Lookup;
  readonly marker: VaryMarker | undefined;
  /** The store has failed: nothing is to be written. */
  readonly isBlind: boolean;
}

/** The key of a variant. */
export function variantKey(marker: Pick<VaryMarker, 'generation' | 'fields'>, request: CacheRequest): string {
  return `${marker.generation} ${variantDigest(marker.fields, request.fields)}`;
}

const NOTHING: Lookup = Object.freeze({ version: '', record: undefined, body: NO_BODY });

/** For when the store fails. */
export function foundNothing(request: CacheRequest): Found {
  return {
    key: request.resource,
    entry: undefined,
    body: NO_BODY,
    partial: undefined,
    lookup: NOTHING,
    primary: NOTHING,
    marker: undefined,
    isBlind: true,
  };
}

/** Looks a request up; at once if the store answers at once. */
export function look(store: CacheStore, request: CacheRequest): MaybePromise<Found> {
  const primary = store.get(request.resource);
  return primary instanceof Promise
    ? primary.then((lookup) => follow(store, request, lookup))
    : follow(store, request, primary);
}

function follow(store: CacheStore, request: CacheRequest, primary: Lookup): MaybePromise<Found> {
  const { record } = primary;
  if (record?.kind !== 'vary') return found(request.resource, primary, primary, undefined);
  const key = variantKey(record, request);
  const variant = store.get(key);
  return variant instanceof Promise
    ? variant.then((lookup) => found(key, lookup, primary, record))
    : found(key, variant, primary, record);
}

function found(key: string, lookup: Lookup, primary: Lookup, marker: VaryMarker | undefined): Found {
  const { record, body } = lookup;
  const entry = record?.kind === 'entry' ? record : undefined;
  return { key, entry, body, partial: undefined, lookup, primary, marker, isBlind: false };
}
