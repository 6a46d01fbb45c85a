import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatHttpDate } from '../../http/date.ts';
import { admit } from './admit.ts';
import type { PolicyOptions } from './options.ts';
import type { StoredEntry } from './record.ts';
import { readRequest } from './request.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const ago = (ms: number): string => formatHttpDate(NOW - ms);

const SHARED: PolicyOptions = {
  jitter: 0,
  storeSetCookie: false,
  random: () => 0,
  mode: 'shared',
  targets: [],
  staleIfErrorMs: 60_000,
  heuristicLimitMs: 86_400_000,
  retentionMs: 3_600_000,
  tagField: 'cache-tags',
};
const PRIVATE: PolicyOptions = { ...SHARED, mode: 'private' };

function stored(fields: Record<string, string>, options: PolicyOptions): StoredEntry {
  const request = readRequest('GET', 'https://a.example/', {});
  const arrived = { status: 200, statusText: '', requestedAt: NOW, respondedAt: NOW, decoded: false };
  const entry = admit(request, { ...arrived, fields }, options);
  return typeof entry === 'string' ? assert.fail(entry) : entry;
}

const withControl = (cacheControl: string): Record<string, string> => ({ 'cache-control': cacheControl });
const FRESH = withControl('max-age=60');

test('stale windows are those of the response, or the default, counted from when it turns stale', () => {
  const windows = (fields: Record<string, string>, options: PolicyOptions = SHARED): readonly number[] => {
    const entry = stored({ etag: '"a"', ...fields }, options);
    return [entry.staleWhileRevalidateUntil, entry.staleIfErrorUntil].map(
      (until) => until - entry.freshUntil,
    );
  };
  assert.deepEqual(windows(FRESH), [0, 60_000]);
  assert.deepEqual(windows(withControl('max-age=60, stale-while-revalidate=5')), [5000, 60_000]);
  assert.deepEqual(windows(withControl('max-age=60, stale-if-error=5')), [0, 5000]);
  const both = 'max-age=60, stale-while-revalidate=5, stale-if-error=5';
  assert.deepEqual(windows(withControl(`${both}, must-revalidate`)), [0, 0]);
  assert.deepEqual(windows(withControl(`${both}, no-cache`)), [0, 0]);
  assert.deepEqual(windows(withControl(`${both}, proxy-revalidate`)), [0, 0]);
  assert.deepEqual(windows(withControl(`${both}, proxy-revalidate`), PRIVATE), [5000, 5000]);
  assert.deepEqual(windows(withControl(`${both}, s-maxage=60`)), [0, 0]);
  assert.deepEqual(windows(withControl(`${both}, s-maxage=60`), PRIVATE), [5000, 5000]);
});

test('a response that says nothing of its lifetime has no default stale window', () => {
  const windowMs = (fields: Record<string, string>, options: PolicyOptions = SHARED): number => {
    const entry = stored({ etag: '"a"', ...fields }, options);
    return entry.staleIfErrorUntil - entry.freshUntil;
  };
  assert.equal(windowMs({}), 0);
  assert.equal(windowMs({ 'last-modified': ago(0) }), 0);
  assert.equal(windowMs({ 'last-modified': ago(100_000) }), 60_000);
  assert.equal(windowMs({ expires: ago(5000) }), 60_000);
  assert.equal(windowMs(withControl('max-age=0')), 60_000);
  assert.equal(windowMs(withControl('public')), 60_000);
  assert.equal(windowMs(withControl('stale-if-error=5')), 5000);
  assert.equal(windowMs(withControl('private'), PRIVATE), 60_000);
});
