import type { StoredEntry } from '../../src/cache/policy/record.ts';

/** A stored response without a body, a field or a tag: fresh for a while from its birth, and of no use afterwards. */
export function storedEntry(
  bornAt: number,
  freshForMs: number,
  changes: Partial<StoredEntry> = {},
): StoredEntry {
  const until = bornAt + freshForMs;
  return {
    kind: 'entry',
    status: 200,
    statusText: 'OK',
    fields: {},
    bodyBytes: 0,
    bornAt,
    freshUntil: until,
    staleWhileRevalidateUntil: until,
    staleIfErrorUntil: until,
    expiresAt: until,
    noCache: false,
    mustRevalidate: false,
    immutable: false,
    forAuthorized: false,
    forCookies: false,
    decoded: false,
    tags: [],
    epoch: 0,
    ...changes,
  };
}
