// What is stored: responses of 1 KB, as a cache would store them.
import type { StoredEntry } from 'respite/cache';

export const BODY_BYTES = 1024;

export function urlOf(i: number): string {
  return `https://api.example/products/${i}?fields=name,price`;
}

/** Fresh for longer than the benchmark takes. */
export function entryOf(i: number): StoredEntry {
  const now = Date.now();
  const later = now + 86_400_000;
  return {
    kind: 'entry',
    status: 200,
    statusText: 'OK',
    fields: {
      'cache-control': 'max-age=86400',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(BODY_BYTES),
      date: new Date(now).toUTCString(),
      etag: `"${i}-${BODY_BYTES}"`,
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
    },
    bodyBytes: BODY_BYTES,
    bornAt: now,
    freshUntil: later,
    staleWhileRevalidateUntil: later,
    staleIfErrorUntil: later,
    expiresAt: later,
    noCache: false,
    mustRevalidate: false,
    immutable: false,
    forAuthorized: true,
    forCookies: true,
    decoded: false,
    tags: [],
    epoch: 0,
  };
}
