import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Control, controlOf } from './control.ts';

const NOTHING: Control = {
  targeted: false,
  noStore: false,
  noCache: false,
  private: false,
  public: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  mustUnderstand: false,
  immutable: false,
  maxAge: undefined,
  sMaxAge: undefined,
  staleWhileRevalidate: undefined,
  staleIfError: undefined,
};

/** One directive, and what it alone sets. */
const DIRECTIVES: readonly (readonly [directive: string, control: Partial<Control>])[] = [
  ['no-store', { noStore: true }],
  ['no-cache', { noCache: true }],
  ['private', { private: true }],
  ['public', { public: true }],
  ['must-revalidate', { mustRevalidate: true }],
  ['proxy-revalidate', { proxyRevalidate: true }],
  ['must-understand', { mustUnderstand: true }],
  ['immutable', { immutable: true }],
  ['max-age=10', { maxAge: 10 }],
  ['max-age=0', { maxAge: 0 }],
  ['max-age=-1', { maxAge: 'invalid' }],
  ['s-maxage=10', { sMaxAge: 10 }],
  ['s-maxage=1.5', { sMaxAge: 'invalid' }],
  ['stale-while-revalidate=10', { staleWhileRevalidate: 10 }],
  ['stale-while-revalidate=-1', {}],
  ['stale-if-error=10', { staleIfError: 10 }],
  ['stale-if-error=-1', {}],
];

for (const [directive, control] of DIRECTIVES) {
  test(`Cache-Control: ${directive} sets nothing else`, () => {
    assert.deepEqual(controlOf({ 'cache-control': directive }, []), { ...NOTHING, ...control });
  });

  test(`a targeted field with ${directive} sets nothing else`, () => {
    const expected = { ...NOTHING, targeted: true, ...control };
    assert.deepEqual(controlOf({ 'cdn-cache-control': directive }, ['cdn-cache-control']), expected);
  });
}

test('without any field nothing is set', () => {
  assert.deepEqual(controlOf({}, ['cdn-cache-control']), NOTHING);
});

test('Pragma: no-cache counts only in responses without Cache-Control', () => {
  assert.equal(controlOf({ pragma: 'no-cache' }, []).noCache, true);
  assert.equal(controlOf({ pragma: 'other' }, []).noCache, false);
  assert.equal(controlOf({ pragma: 'no-cache', 'cache-control': 'max-age=1' }, []).noCache, false);
  assert.equal(controlOf({ pragma: 'no-cache', 'cache-control': '' }, []).noCache, false);
});

test('the first usable targeted field wins over later ones and over Cache-Control', () => {
  const targets = ['first', 'second'];
  const fields = { 'cache-control': 'max-age=1', first: 'max-age=2', second: 'max-age=3' };
  assert.equal(controlOf(fields, targets).maxAge, 2);
  assert.equal(controlOf({ ...fields, first: undefined }, targets).maxAge, 3);
  assert.equal(controlOf({ ...fields, first: '' }, targets).maxAge, 3, 'empty');
  assert.equal(controlOf({ ...fields, first: 'max-age=2,' }, targets).maxAge, 3, 'malformed');
  assert.equal(controlOf({ ...fields, first: '&', second: '&' }, targets).maxAge, 1);
});

test('a targeted field can switch a directive off with ?0, and name fields with a string', () => {
  const control = controlOf({ target: 'no-store=?0, private="set-cookie", no-cache=?1' }, ['target']);
  assert.deepEqual([control.noStore, control.private, control.noCache], [false, true, true]);
});

test('a targeted number must be an integer, not text', () => {
  assert.equal(controlOf({ target: 'max-age="10"' }, ['target']).maxAge, 'invalid');
  assert.equal(controlOf({ target: 'max-age' }, ['target']).maxAge, 'invalid');
});
