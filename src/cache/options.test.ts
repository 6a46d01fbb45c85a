import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveCacheOptions } from './options.ts';

test('everything has a default, and only undefined means default', () => {
  const { store, hasPartitions, ...resolved } = resolveCacheOptions({ staleIfErrorMs: undefined });
  const { credentialFields: _names, now: _now, random: _random, ...plain } = resolved;
  assert.deepEqual(plain, {
    storeTimeoutMs: 50,
    mode: 'shared',
    partition: undefined,
    key: undefined,
    findRule: undefined,
    jitter: 0,
    earlyRefresh: 0,
    fetch: undefined,
    name: 'Respite',
    targets: [],
    staleIfErrorMs: 300_000,
    storeSetCookie: false,
    revalidationDeadlineMs: 1000,
    unreachable: 'throw',
    heuristicLimitMs: 86_400_000,
    retentionMs: 86_400_000,
    tagField: 'cache-tag',
    entryLimitBytes: 8_388_608,
    inFlightLimitBytes: 67_108_864,
  });
  assert.equal(hasPartitions, false);
  assert.equal(resolveCacheOptions({ partition: () => undefined }).hasPartitions, true);
  assert.equal(typeof store.get, 'function');
  assert.equal(resolveCacheOptions({ staleIfErrorMs: 0 }).staleIfErrorMs, 0);
});

test('names of fields are compared in lower case', () => {
  const { targets, tagField } = resolveCacheOptions({
    targets: ['CDN-Cache-Control'],
    tagField: 'Surrogate-Key',
  });
  assert.deepEqual([...targets, tagField], ['cdn-cache-control', 'surrogate-key']);
});

test('fields of credentials replace the well-known ones, beside Authorization', () => {
  assert.ok(resolveCacheOptions().credentialFields.has('x-api-key'));
  const { credentialFields } = resolveCacheOptions({ credentialFields: ['X-Who'] });
  assert.deepEqual([...credentialFields], ['authorization', 'x-who']);
});

const WRONG: readonly (readonly [options: object, message: string])[] = [
  [{ mode: 'public' }, 'cache.mode must be one of shared, private, got "public"'],
  [{ name: 'My cache' }, 'cache.name must be a token (RFC 9651), got "My cache"'],
  [{ targets: ['a b'] }, 'cache.targets[0] must be a token (RFC 9651), got "a b"'],
  [{ credentialFields: ['a b'] }, 'cache.credentialFields[0] must be a token (RFC 9651), got "a b"'],
  [{ partition: 'user' }, 'cache.partition must be a function, got "user"'],
  [{ unreachable: '504' }, 'cache.unreachable must be one of throw, gateway-timeout, got "504"'],
  [{ staleIfErrorMs: -1 }, 'cache.staleIfErrorMs must be a whole number of at least 0, got -1'],
  [{ retentionMs: '1d' }, 'cache.retentionMs must be a whole number of at least 0, got "1d"'],
  [{ entryLimitBytes: 0 }, 'cache.entryLimitBytes must be a whole number of at least 1, got 0'],
  [{ revalidationDeadlineMs: 0 }, 'cache.revalidationDeadlineMs must be a whole number of at least 1, got 0'],
];

for (const [options, message] of WRONG) {
  test(`refused: ${message}`, () => {
    assert.throws(() => resolveCacheOptions(options), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}
