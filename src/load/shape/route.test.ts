import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parametersOf, partsOf } from './route.ts';
import { assertFilled, pathOf } from './played.ts';

const ROUTES: readonly (readonly [route: string, parameters: readonly string[], filled: string])[] = [
  ['/', [], '/'],
  ['/users/:id', ['id'], '/users/5'],
  ['GET /users/:id', ['id'], '/users/5'],
  ['/a/:id/b/:id', ['id'], '/a/5/b/5'],
  ['/flights/:from-:to', ['from', 'to'], '/flights/5-5'],
  [String.raw`/users/:id(\d+)`, ['id'], '/users/5'],
  ['/users/:id(^[a-f]{4}$)/mail', ['id'], '/users/5/mail'],
  ['/users/:id{[0-9]+}', ['id'], '/users/5'],
  ['/users/:id?', ['id'], '/users/5'],
  ['/users{/:id}', ['id'], '/users/5'],
  ['/files/*', ['*'], '/files/5'],
  ['/files/*path', ['path'], '/files/5'],
  [String.raw`/a\:b`, [], '/a:b'],
];

for (const [route, parameters, filled] of ROUTES) {
  test(`the parameters of ${route}`, () => {
    assert.deepEqual(parametersOf(route), parameters);
    const values = Object.fromEntries(parameters.map((name) => [name, ['5']]));
    const path = pathOf(route, values, '/unnamed').map((part) => (Array.isArray(part) ? part[0] : part));
    assert.equal(path.join(''), filled);
  });
}

test('values are coded as a segment; those of the rest of a path keep their slashes', () => {
  assert.deepEqual(pathOf('/u/:id', { id: ['a/b c?'] }, '/'), ['/u/', ['a%2Fb%20c%3F']]);
  assert.deepEqual(pathOf('/f/*', { '*': ['/a/b c?d=e'] }, '/'), ['/f/', ['a/b%20c?d=e']]);
});

test('requests that no route names go where the caller says', () => {
  assert.deepEqual(pathOf('*', {}, '/home?a=b'), ['/home?a=b']);
  assert.deepEqual(pathOf('*', { '*': ['/x', 'y'] }, '/home'), ['/', ['x', 'y']]);
});

test('a parameter that nothing fills is named with a route that has it', () => {
  const routes = [
    { method: 'GET', route: '/users/:id' },
    { method: 'PUT', route: '/users/:id/:part' },
    { method: 'GET', route: '*' },
  ];
  assert.throws(() => assertFilled(routes, {}), {
    code: 'RESPITE_LOAD_PARAMETERS',
    message: /: id of GET \/users\/:id and 1 more; part of PUT \/users\/:id\/:part$/,
  });
  assertFilled(routes, { id: { from: 1, to: 2 }, part: ['a'] });
  // No parameter has a name that every object has.
  assert.throws(() => assertFilled([{ method: 'GET', route: '/:toString' }], {}), /toString of/);
});

const CHARACTERS: readonly string[] = ['/', ':', 'a', '(', ')', '{', '}', '*', '?', '+', '-', '\\'];

test('every pattern ends, in parts that it has', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...CHARACTERS) }), (route) => {
      const parts = partsOf(route);
      // A parameter has a name of its own in the pattern, and fixed text is there as it is.
      for (const part of parts)
        assert.ok(
          'text' in part ? part.text.length > 0 : part.parameter === '*' || route.includes(part.parameter),
        );
      assert.ok(parts.length <= route.length);
    }),
  );
});
