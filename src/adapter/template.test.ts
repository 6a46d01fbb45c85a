import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLiteral, labelOf, patternOf } from './template.ts';

const CASES: readonly (readonly [template: string, pattern: string | undefined])[] = [
  ['/', 'GET /'],
  ['/deliveries', 'GET /deliveries'],
  ['/v1.2/a-b_c~d', 'GET /v1.2/a-b_c~d'],
  ['/users/:id/mail/:mailId', 'GET /users/:id/mail/:mailId'],
  ['/files/*path', 'GET /files/*'],
  ['/files/*', 'GET /files/*'],
  ['/files/*/more', undefined],
  ['/users/:id.json', undefined],
  ['/users/:from-:to', undefined],
  ['/a{/:b}', undefined],
  ['/a/:b?', undefined],
  ['/:id{[0-9]+}', undefined],
  ['/:id(\\d+)', undefined],
  ['deliveries', undefined],
  // The root of a mounted router.
  ['', 'GET /'],
];

for (const [template, pattern] of CASES) {
  test(`the pattern of "${template}" is ${pattern ?? 'none'}`, () => {
    assert.equal(patternOf('GET', template), pattern);
  });
}

test('without a method a pattern is for all', () => {
  assert.equal(patternOf(undefined, '/a/:b'), '/a/:b');
});

test('HEAD has the label of GET', () => {
  assert.equal(labelOf('HEAD', '/a'), 'GET /a');
  assert.equal(labelOf('POST', '/a/:b'), 'POST /a/:b');
});

test('a literal template has neither parameters nor more', () => {
  assert.ok(isLiteral('/a/b.c'));
  for (const template of ['/a/:b', '/a/*', '/a{/b}', '/a/b?']) assert.ok(!isLiteral(template));
});
