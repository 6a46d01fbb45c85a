import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lengthClass, shapeOf, valueShape } from './shape.ts';
import { histories } from '../../../test/harness/histories.ts';

const shape = (target: string, method = 'GET', bodyBytes = 0, type?: string): string =>
  shapeOf(method, target, type === undefined ? {} : { 'content-type': type }, bodyBytes);

for (const [name, one, other] of [
  ['numbers in the path', '/users/17/mail', '/users/42/mail'],
  [
    'identifiers in the path',
    '/a/0f8fad5b-d9cb-469f-a165-70867728950e',
    '/a/7c9e6679-7425-40de-944b-e07fc1f90ae7',
  ],
  ['values of the query', '/search?q=aaaaaaaa!', '/search?q=bbbbbbbbb!'],
  ['the order of parameters', '/search?q=one&page=2', '/search?page=3&q=two'],
] as const) {
  test(`one shape, whatever ${name}`, () => assert.equal(shape(one), shape(other)));
}

for (const [name, one, other] of [
  ['words in the path', '/users/mail', '/users/posts'],
  ['names of parameters', '/search?q=one', '/search?r=one'],
  ['much longer values', '/search?q=aa', `/search?q=${'a'.repeat(40)}`],
  ['other characters in values', '/search?q=aaaa', '/search?q=aa-a'],
] as const) {
  test(`another shape: ${name}`, () => assert.notEqual(shape(one), shape(other)));
}

test('another shape: method, body and type of the body', () => {
  const all = [
    shape('/a'),
    shape('/a', 'POST'),
    shape('/a', 'POST', 10),
    shape('/a', 'POST', 1000),
    shape('/a', 'POST', -1),
    shape('/a', 'POST', 10, 'text/plain'),
    shape('/a', 'POST', 10, 'application/json'),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(shape('/a', 'POST', 10, 'text/plain; charset=utf-8'), shape('/a', 'POST', 10, 'Text/Plain'));
});

test('a length class holds lengths that differ by less than twice', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 7, 8].map(lengthClass), [0, 1, 2, 2, 3, 3, 4]);
});

test('any target has a shape, and it is bounded', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.nat(5000), (text, times) => {
      assert.ok(shape(`/${text.repeat(times)}`).length < 20_000);
      assert.match(valueShape(text), /^:\d+d?a?o?$/);
    }),
    { numRuns: histories(50) },
  );
});
