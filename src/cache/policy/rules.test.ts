import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolve } from '../../core/options.ts';
import { type CacheRule, cacheRules, compileRules, ruledLifetime, withoutIgnored } from './rules.ts';

const find = (rules: readonly CacheRule[], url: string): number | undefined =>
  compileRules(rules)?.(new URL(url))?.ttlMs;

test('the first rule counts whose origin and path match', () => {
  const rules: readonly CacheRule[] = [
    { origin: 'https://a.example', path: '/exact', ttlMs: 1 },
    { path: '/img/*', ttlMs: 2 },
    { path: /^\/[0-9]+$/g, ttlMs: 3 },
    { origin: 'https://a.example', ttlMs: 4 },
  ];
  for (const [url, ttlMs] of [
    ['https://a.example/exact?q', 1],
    ['https://a.example/exact/', 4],
    ['https://b.example/exact', undefined],
    ['https://b.example/img/', 2],
    ['https://a.example/img/x/y', 2],
    ['https://b.example/img', undefined],
    ['https://b.example/17', 3],
    ['https://b.example/17', 3],
    ['https://b.example/17a', undefined],
    ['http://a.example/', undefined],
    ['https://a.example/', 4],
  ] as const) {
    assert.equal(find(rules, url), ttlMs, url);
  }
  assert.equal(compileRules([]), undefined);
});

test('parameters that make no difference are left out, and then the order of the others makes none', () => {
  const url = 'http://a.example/p?b=2&utm=x&a=1&b=1';
  assert.equal(withoutIgnored(url, true), 'http://a.example/p');
  assert.equal(withoutIgnored(url, ['utm']), 'http://a.example/p?a=1&b=2&b=1');
  assert.equal(withoutIgnored(url, ['utm', 'a', 'b']), 'http://a.example/p');
  assert.equal(withoutIgnored('http://a.example/p', ['utm']), 'http://a.example/p');
  assert.equal(withoutIgnored('http://a.example/a/../p?utm=1', ['utm']), 'http://a.example/a/../p');
});

test('a lifetime is for what succeeds, a negative one for errors that are about a resource', () => {
  const rule = { never: undefined, ttlMs: 1, negativeTtlMs: 2, ignoreQuery: undefined };
  for (const [status, lifetime] of [
    [200, 1],
    [302, 1],
    [399, 1],
    [400, undefined],
    [401, undefined],
    [403, undefined],
    [404, 2],
    [405, 2],
    [410, 2],
    [414, 2],
    [429, undefined],
    [500, undefined],
    [501, 2],
    [503, undefined],
  ] as const) {
    assert.equal(ruledLifetime(rule, status), lifetime, String(status));
  }
  assert.equal(ruledLifetime(undefined, 200), undefined);
});

const WRONG: readonly (readonly [rule: object, message: string])[] = [
  [{ orign: 'x' }, 'rules[0]'],
  [
    { origin: 'a.example' },
    'rules[0].origin must be an origin, such as "https://api.example", got "a.example"',
  ],
  [{ origin: 'https://a.example/' }, 'rules[0].origin must be an origin'],
  [
    { path: 'img/*' },
    'rules[0].path must be a path that begins with "/", or a regular expression, got "img/*"',
  ],
  [{ never: 'yes' }, 'rules[0].never must be true or false, got "yes"'],
  [{ ttlMs: -1 }, 'rules[0].ttlMs must be a whole number of at least 0, got -1'],
  [{ negativeTtlMs: '1' }, 'rules[0].negativeTtlMs must be a whole number of at least 0, got "1"'],
  [{ ignoreQuery: 'utm' }, 'rules[0].ignoreQuery must be true or a list of names, got "utm"'],
];

for (const [rule, message] of WRONG) {
  test(`refused: ${message}`, () => {
    assert.throws(
      () => resolve(cacheRules, [rule], ['rules']),
      (error: Error & { code?: string }) =>
        error.code === 'RESPITE_OPTIONS_INVALID' && error.message.includes(message),
    );
  });
}

test('what is no list is refused', () => {
  assert.throws(() => resolve(cacheRules, {}, ['rules']), /rules must be a list of rules, got an object/);
});
