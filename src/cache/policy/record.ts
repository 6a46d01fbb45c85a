// What is kept about a response, ready for deciding: all times are milliseconds since 1970, worked out once.
import type { Fields } from '../../http/fields.ts';
import type { StoredParts } from './parts.ts';

/** A stored response without its body. Plain data, so that any store can keep it. */
export interface StoredEntry {
  /** Tells it from a {@link VaryMarker}. */
  readonly kind: 'entry';
  /** Status of the response. */
  readonly status: number;
  /** Reason phrase of the response; may be empty. */
  readonly statusText: string;
  /** By lower-case name, as they are stored: nothing hop by hop, no Age; Set-Cookie stands in `setCookies`; always a Date. */
  readonly fields: Fields;
  /** Cookies that each answer sets, one by one, as they can't be joined. Only where all is one user's. */
  readonly setCookies?: readonly string[] | undefined;
  /** Length of the body in bytes. */
  readonly bodyBytes: number;
  /** When its age was 0 (RFC 9111, 4.2.3). */
  readonly bornAt: number;
  /** Fresh before this. */
  readonly freshUntil: number;
  /** May be served before this while it is being revalidated (RFC 5861, 3). */
  readonly staleWhileRevalidateUntil: number;
  /** May be served before this when revalidation fails (RFC 5861, 4). */
  readonly staleIfErrorUntil: number;
  /** Of no use to anybody after this. */
  readonly expiresAt: number;
  /** Never served without asking (RFC 9111, 5.2.2.4). */
  readonly noCache: boolean;
  /** Never served stale (RFC 9111, 5.2.2.2, 5.2.2.8 and 5.2.2.10). */
  readonly mustRevalidate: boolean;
  /** A reload needs no revalidation while it is fresh (RFC 8246). */
  readonly immutable: boolean;
  /** May answer requests with Authorization (RFC 9111, 3.5). */
  readonly forAuthorized: boolean;
  /** May answer requests with Cookie. */
  readonly forCookies: boolean;
  /** The body is not what the origin sent: `fetch` has decoded it. */
  readonly decoded: boolean;
  /** Tags and groups that it can be invalidated by; see `tags.ts`. */
  readonly tags: readonly string[];
  /** The store's epoch when the request was sent: an invalidation of one of `tags` since then makes it invalid. */
  readonly epoch: number;
  /** Where not all of the representation is stored, and the status is 206: which parts are. */
  readonly parts?: StoredParts | undefined;
}

/** What stands at the key of a resource that varies: the way to its variants. */
export interface VaryMarker {
  /** Tells it from a {@link StoredEntry}. */
  readonly kind: 'vary';
  /** Sorted lower-case names. */
  readonly fields: readonly string[];
  /** Random. Part of the variants' keys, so that all of them are gone when the marker is. */
  readonly generation: string;
  /** Keys of the variants, oldest first. */
  readonly variants: readonly string[];
  /** Of no use to anybody after this, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Anything that stands at a key. */
export type StoredRecord = StoredEntry | VaryMarker;
